"""Timers at work: what controllers say of them, the countdown, and the ringing until somebody stops it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable

from wyoming.event import Event
from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated

from satellite.timers.timers import Key, Now, Timer, Timers
from wire.errors import MalformedEvent

_log = logging.getLogger(__name__)

LONGEST_TEXT = 200  # characters of an id or a name
KEEP_S = 60.0  # between two times that the rest of running timers is kept: all that a restart without a clock can lose


class Alarm:
    """The satellite's timers; `changed` is called when there is something new to keep or to show."""

    def __init__(self, ring_s: float, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        self._timers = Timers()
        self._ring_s = ring_s
        self._clock = clock
        self._changed = changed
        self._rings_until: float | None = None
        self._kept_at = clock()

    @property
    def ringing(self) -> bool:
        """Whether a timer rings."""
        return bool(self._timers.ringing)

    def restore(self, timers: Iterable[Timer], ringing: Iterable[Timer], over: Iterable[Key]) -> None:
        """Takes up what was kept before a restart; what rang then rings again."""
        self._timers.restore(timers, ringing, over, self._now())

    def kept(self) -> tuple[list[Timer], list[Timer], list[Key]]:
        """What is to be kept: the timers, those that ring, and those that are over."""
        now = self._now()
        ringing = [Timer(*key, name, 0.0, now.wall, True) for key, name in self._timers.ringing.items()]
        return self._timers.kept(now), ringing, list(self._timers.over)

    def received(self, owner: str, event: Event) -> bool:
        """Takes an event about a timer; False for any other. Raises MalformedEvent."""
        if not any(kind.is_type(event.type) for kind in (TimerStarted, TimerUpdated, TimerCancelled, TimerFinished)):
            return False
        key = owner, _text(event, "id")
        if TimerCancelled.is_type(event.type):
            self._timers.cancel(key)
        elif TimerFinished.is_type(event.type):
            self._timers.finish(key)
        else:
            self._start(key, event)
        self._changed()
        return True

    def _start(self, key: Key, event: Event) -> None:
        name = _text(event, "name") if event.data.get("name") is not None else ""
        runs = event.data.get("is_active", True)
        if not self._timers.start(key, name, _seconds(event), runs is True, self._now()):
            _log.error("there is no room for one more timer; it will not ring here")

    def stop(self) -> None:
        """Nothing rings any more."""
        if self.ringing:
            self._timers.stop()
            self._changed()

    def tick(self) -> None:
        """Rings what is due, and ends what nobody came to stop."""
        now = self._now()
        if self._timers.tick(now):
            self._rings_until = None
            self._changed()
        if self.ringing and self._rings_until is None:
            self._rings_until = now.mono + self._ring_s
        if self._rings_until is not None and now.mono >= self._rings_until:
            _log.warning("a timer rang for %.0f s and nobody stopped it", self._ring_s)
            self.stop()
        if not self.ringing:
            self._rings_until = None
        if now.mono >= self._kept_at + KEEP_S:
            self._kept_at = now.mono
            if self._timers.kept(now):
                self._changed()

    def _now(self) -> Now:
        return Now(self._clock(), time.time())


def _text(event: Event, key: str) -> str:
    value = event.data.get(key)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise MalformedEvent(f"{event.type} lacks {key}, at most {LONGEST_TEXT} characters; check the peer's version")
    return value


def _seconds(event: Event) -> float:
    value = event.data.get("total_seconds")
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf"):
        raise MalformedEvent(f"{event.type} lacks total_seconds, a number from 0 on; check the peer's version")
    return float(value)
