"""What a satellite is told of its timers, as Wyoming's events, just as Home Assistant tells them. Pure.

Strategy: what one connection was told is compared with how the timers stand. So the first look on a new connection is
the whole list, a later one what has changed, and nothing is lost in between. Telling anything twice does no harm: a
satellite knows a timer by its id, which is never used again, and rings for an end once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from wyoming.event import Event
from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated

from hub.timers.timer import Now, State, Timer


class Told:
    """How one connection was told that timers stand."""

    def __init__(self) -> None:
        self._known: dict[str, Timer] = {}

    def next(self, owned: Sequence[Timer], now: Now) -> tuple[Timer, list[Event]] | None:
        """The next timer to tell of, and how; None where all is told."""
        self._known = {timer.id: self._known[timer.id] for timer in owned if timer.id in self._known}
        for timer in owned:
            if self._known.get(timer.id) != timer:
                return timer, _events(timer, timer.id in self._known, now)
        return None

    def add(self, timer: Timer) -> None:
        """This has been told."""
        self._known[timer.id] = timer


def _events(timer: Timer, known: bool, now: Now) -> list[Event]:
    """What says how a timer stands, to who knows of it already or does not."""
    match timer.state:
        case State.CANCELLED:
            return [TimerCancelled(timer.id).event()]
        case State.FINISHED:
            return [TimerFinished(timer.id).event()]
        case State.RUNS if not known:
            return [_started(timer, now)]
        case State.PAUSED if not known:
            return [_started(timer, now), _updated(timer, now)]
    return [_updated(timer, now)]


def _started(timer: Timer, now: Now) -> Event:
    minutes, seconds = divmod(timer.length_s, 60)
    hours, minutes = divmod(minutes, 60)
    name = timer.name or None
    return TimerStarted(timer.id, _seconds(timer, now), name, hours or None, minutes or None, seconds or None).event()


def _updated(timer: Timer, now: Now) -> Event:
    return TimerUpdated(timer.id, timer.state is State.RUNS, _seconds(timer, now)).event()


def _seconds(timer: Timer, now: Now) -> int:
    """Whole seconds, as Home Assistant counts, and never a part of one too few."""
    return math.ceil(timer.left(now))
