"""Timers that ring whatever becomes of the controllers that set them, and of the satellite itself.

Pure, fed with two clocks. Each timer counts down by the monotonic clock, which nothing sets; its deadline by the
wall clock serves only a restart: there the time that was left counts, and the deadline where it is due sooner, so
that a Pi whose clock was not set yet after boot rings late rather than never. A timer is known by who set it and by
that one's id for it. Rules: an event about an unknown timer is taken for its start; a finished timer is remembered
for a while, over a restart too, so that the controller's own "finished", which comes later, does not ring it again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

MOST = 100  # timers at once; nobody runs so many, and each is kept on disk
LONGEST_S = 7 * 86_400.0  # of a timer
REMEMBERED = 50  # finished or cancelled timers

Key = tuple[str, str]
"""Who set a timer, and its id there."""


@dataclass(frozen=True, slots=True)
class Now:
    """One moment on both clocks, in seconds: monotonic, and since 1970."""

    mono: float
    wall: float


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer as it is kept: `left_s` at `wall`, which stands still unless it runs."""

    owner: str
    id: str
    name: str
    left_s: float
    wall: float
    runs: bool

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.owner, self.id


class Timers:
    """All timers of a satellite; tells which ring."""

    def __init__(self) -> None:
        self._timers: dict[Key, Timer] = {}
        self._since: dict[Key, float] = {}  # the monotonic time at which `left_s` was true
        self._restored: set[Key] = set()
        self.ringing: dict[Key, str] = {}
        """Names of the timers that ring."""
        self.over: deque[Key] = deque(maxlen=REMEMBERED)
        """The latest that were due or cancelled."""

    def restore(self, kept: Iterable[Timer], ringing: Iterable[Timer], over: Iterable[Key], now: Now) -> None:
        """Takes up what was kept before a restart."""
        for timer in kept:
            self._timers[timer.key], self._since[timer.key] = timer, now.mono
            self._restored.add(timer.key)
        self.ringing = {timer.key: timer.name for timer in ringing}
        self.over.extend(over)

    def kept(self, now: Now) -> list[Timer]:
        """All that run or pause, with the time that each has left."""
        return [replace(timer, left_s=self._left(timer, now), wall=now.wall) for timer in self._timers.values()]

    def start(self, key: Key, name: str, left_s: float, runs: bool, now: Now) -> bool:
        """Starts, pauses, resumes or changes a timer; returns whether there was room for it."""
        if key in self.over or key in self.ringing:
            return True
        if key not in self._timers and len(self._timers) >= MOST:
            return False
        known = self._timers.get(key)
        self._restored.discard(key)
        left_s = min(max(left_s, 0.0), LONGEST_S)
        self._timers[key] = Timer(*key, name or (known.name if known else ""), left_s, now.wall, runs)
        self._since[key] = now.mono
        return True

    def cancel(self, key: Key) -> None:
        """A timer does not ring any more."""
        self._forget(key)
        self.ringing.pop(key, None)

    def finish(self, key: Key) -> None:
        """The controller says that a timer has finished, or it is due."""
        if key not in self.over and len(self.ringing) < MOST:
            known = self._timers.get(key)
            self._forget(key)
            self.ringing[key] = known.name if known else ""

    def tick(self, now: Now) -> bool:
        """Rings what is due; returns whether something new rings."""
        due = [timer for timer in self._timers.values() if timer.runs and self._due(timer, now)]
        for timer in due:
            self.finish(timer.key)
        return bool(due)

    def stop(self) -> None:
        """Nothing rings any more."""
        self.ringing.clear()

    def _due(self, timer: Timer, now: Now) -> bool:
        missed = timer.key in self._restored and now.wall >= timer.wall + timer.left_s
        return missed or self._left(timer, now) <= 0

    def _left(self, timer: Timer, now: Now) -> float:
        return max(0.0, timer.left_s - (now.mono - self._since[timer.key])) if timer.runs else timer.left_s

    def _forget(self, key: Key) -> None:
        self._timers.pop(key, None)
        self._since.pop(key, None)
        self._restored.discard(key)
        self.over.append(key)
