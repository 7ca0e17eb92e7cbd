"""One timer, on two clocks.

A timer runs down by the monotonic clock, which nothing sets. Its end by the wall clock serves only a restart: there the
time that was left counts, and the end where it is sooner, so that a machine whose clock was not set yet after boot is
late rather than silent. Immutable: whatever becomes of a timer is another one with the same id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Now:
    """One moment on both clocks, in seconds: monotonic, and since 1970."""

    mono: float
    wall: float


class State(StrEnum):
    """How a timer stands."""

    RUNS = "runs"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer of `length_s` seconds that had `left_s` when it came to its state, `at`.

    `satellite` is where it rings, `area` where that stands; `name` may be "". `until` is its end by the wall clock,
    after a restart of the hub alone.
    """

    id: str
    satellite: str
    area: str | None
    name: str
    length_s: int
    left_s: float
    at: Now
    state: State = State.RUNS
    until: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing can be done about it any more."""
        return self.state in (State.FINISHED, State.CANCELLED)

    def left(self, now: Now) -> float:
        """The seconds left, 0 for one that is due."""
        if self.state is not State.RUNS:
            return self.left_s
        by_mono = self.left_s - (now.mono - self.at.mono)
        return max(0.0, by_mono if self.until is None else min(by_mono, self.until - now.wall))

    def become(self, state: State, now: Now, more_s: float = 0.0) -> Timer:
        """The timer in this state from now on, with more seconds left, or fewer."""
        return replace(self, state=state, left_s=max(0.0, self.left(now) + more_s), at=now, until=None)

    def restored(self, now: Now) -> Timer:
        """The timer after a restart, which took the monotonic clock's meaning away."""
        until = self.at.wall + self.left_s if self.state is State.RUNS else None
        return replace(self, at=Now(now.mono, self.at.wall), until=until)


@dataclass(frozen=True, slots=True)
class Timers:
    """All that run or pause, at one moment; `here` is the satellite that asks, None where it cannot ring."""

    going: tuple[Timer, ...]
    now: Now
    here: str | None = None
