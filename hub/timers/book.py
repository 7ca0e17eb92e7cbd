"""The book of all timers. Pure, fed with two clocks.

Rules: a timer that is due can only finish. One that is over stays until its satellite has been told, so that what is
cancelled while a satellite is away does not ring there, and what has finished rings late; a day later nobody wants it.
An end by itself is told once, since the satellite knows of it anyway. Whatever is refused is a HomeError, whose text is
spoken.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from hub.home.home import HomeError
from hub.timers.timer import Now, State, Timer

MOST = 100  # timers of one satellite that run or pause, which is what it takes
MOST_OF_ALL = 1000  # of all satellites together, those that are over included; each is kept on disk
LONGEST_S = 7 * 86_400  # of a timer, on every satellite
LONGEST_TEXT = 200  # characters of a name, as every satellite takes
UNTOLD_S = 86_400.0  # for which a satellite may be away and is still told of an end
PAUSED_S = 7 * 86_400.0  # after which nobody resumes a timer
SETTLED_S = 10.0  # after which a satellite has got what it was told: a connection that is silent for 3 s is ended

GONE = "That timer is over already."
TOO_MANY = "There are too many timers already."
TOO_LONG = "A timer runs for at most seven days."
NO_LENGTH = "A timer needs a time to run for."
NAME_TOO_LONG = "That name is too long for a timer."


class Book:
    """Timers by id, in the order of their start."""

    def __init__(self) -> None:
        self._timers: dict[str, Timer] = {}
        self._told: dict[str, float] = {}  # when the satellite was told of the end, on the monotonic clock

    def restore(self, kept: Iterable[Timer], now: Now) -> None:
        """Takes up what was kept before a restart."""
        self._timers = {timer.id: timer.restored(now) for timer in kept}

    def kept(self, now: Now) -> list[Timer]:
        """What is to be kept: with the time that is left now, and without ends that were told."""
        wanted = [timer for timer in self._timers.values() if timer.id not in self._told]
        return [timer if timer.over else _standing(timer, now) for timer in wanted]

    @property
    def going(self) -> tuple[Timer, ...]:
        """All that run or pause."""
        return tuple(timer for timer in self._timers.values() if not timer.over)

    def of(self, satellite: str) -> tuple[Timer, ...]:
        """A satellite's timers, those that are over included."""
        return tuple(timer for timer in self._timers.values() if timer.satellite == satellite)

    def start(self, timer: Timer) -> None:
        """Starts a timer; raises HomeError."""
        if timer.length_s <= 0:
            raise HomeError(NO_LENGTH)
        if timer.length_s > LONGEST_S:
            raise HomeError(TOO_LONG)
        if len(timer.name) > LONGEST_TEXT:
            raise HomeError(NAME_TOO_LONG)
        if sum(not one.over for one in self.of(timer.satellite)) >= MOST:
            raise HomeError(TOO_MANY)
        self._make_room()
        self._timers[timer.id] = timer

    def cancel(self, timer_id: str, now: Now) -> None:
        """A timer shall not ring; raises HomeError."""
        self._become(timer_id, State.CANCELLED, now)

    def pause(self, timer_id: str, now: Now) -> None:
        """A timer stands still; raises HomeError."""
        self._become(timer_id, State.PAUSED, now)

    def resume(self, timer_id: str, now: Now) -> None:
        """A timer goes on; raises HomeError."""
        self._become(timer_id, State.RUNS, now)

    def add(self, timer_id: str, seconds: float, now: Now) -> None:
        """Adds seconds to a timer, or takes some off: at zero it is due, paused or not; raises HomeError."""
        timer = self._going(timer_id, now)
        left_s = timer.left(now) + seconds
        if left_s > LONGEST_S:
            raise HomeError(TOO_LONG)
        self._become(timer_id, timer.state if left_s > 0 else State.RUNS, now, seconds)

    def tick(self, now: Now) -> bool:
        """Finishes what is due and forgets what nobody asks for any more; returns whether anything changed."""
        before = dict(self._timers)
        for timer in before.values():
            if timer.state is State.RUNS and timer.left(now) <= 0:
                self._timers[timer.id] = timer.become(State.FINISHED, now)
            elif timer.state is State.PAUSED and now.wall - timer.at.wall >= PAUSED_S:
                self._timers[timer.id] = timer.become(State.CANCELLED, now)
            elif timer.over and self._forgotten(timer, now):
                self._forget(timer)
        return self._timers != before

    def told(self, timer: Timer, now: Now) -> bool:
        """A satellite was told how this timer stands; returns whether that is to be kept."""
        if timer.id in self._told or not timer.over or timer.id not in self._timers:
            return False
        self._told[timer.id] = now.mono
        if timer.state is State.FINISHED:
            self._forget(timer)
        return True

    def next_s(self, now: Now) -> float | None:
        """The seconds until the next one is due; None where none runs."""
        return min((timer.left(now) for timer in self.going if timer.state is State.RUNS), default=None)

    def _become(self, timer_id: str, state: State, now: Now, more_s: float = 0.0) -> None:
        self._timers[timer_id] = self._going(timer_id, now).become(state, now, more_s)

    def _going(self, timer_id: str, now: Now) -> Timer:
        timer = self._timers.get(timer_id)
        if timer is None or timer.over or (timer.state is State.RUNS and timer.left(now) <= 0):
            raise HomeError(GONE)
        return timer

    def _forgotten(self, timer: Timer, now: Now) -> bool:
        told = self._told.get(timer.id, math.inf)
        return now.mono >= told + SETTLED_S or now.wall - timer.at.wall >= UNTOLD_S

    def _make_room(self) -> None:
        """The oldest end goes where the book is full."""
        if len(self._timers) >= MOST_OF_ALL:
            oldest = min((one for one in self._timers.values() if one.over), key=lambda one: one.at.wall, default=None)
            if oldest is None:
                raise HomeError(TOO_MANY)
            self._forget(oldest)

    def _forget(self, timer: Timer) -> None:
        del self._timers[timer.id]
        self._told.pop(timer.id, None)


def _standing(timer: Timer, now: Now) -> Timer:
    """The timer as it stands now; one that is paused has stood so since it was."""
    return replace(timer, left_s=timer.left(now), at=now) if timer.state is State.RUNS else timer
