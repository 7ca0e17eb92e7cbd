"""When a turn that asks now would hear the first sound of its reply; pure.

Strategy: a rung of the ladder gives the turn's course over the devices. Each step of it costs its wait and its own
time. Either the wait is that of the line as it stands: all who go before, and half a job on average for those who run.
Or it is the one that a line settles at when turns go on to come as often as of late, by the formula of an M/M/1 queue,
a device of several slots taken as one so many times as fast: no forecast, but it tells which rung the devices can hold.
Partials and speculation are not in it, since they give way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hub.load.ladder import Rung
from hub.load.need import Stage, Tier

HALF = 0.5


class Step(NamedTuple):
    """One stage on its device: seconds until its result is of use, and for which it keeps its slot."""

    device: str
    seconds: float
    busy_s: float
    jobs: float = 1.0
    """In a turn."""


class Course(NamedTuple):
    """The steps of a turn: one after the other until the first sound, and those after it."""

    path: tuple[Step, ...]
    rest: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A device as it stands: who waits before an answer that comes now, and the mean seconds of a job."""

    slots: int
    running: int = 0
    pressing: int = 0
    busy_s: float = 0.0

    @property
    def wait_s(self) -> float:
        """For who comes now."""
        if self.running < self.slots:
            return 0.0
        return (self.pressing + HALF) * self.busy_s / self.slots


def course(rung: Rung, step: Callable[[Stage, Tier], Step], clauses: float) -> Course:
    """The course of a turn on a rung, of a reply of so many clauses."""

    def tier(smaller: Rung) -> Tier:
        return Tier.SMALL if rung >= smaller else Tier.FULL

    short = rung is Rung.SHORT_REPLY
    words = step(Stage.STT, tier(Rung.SMALL_STT))
    thought = () if short else (step(Stage.LLM, Tier.FULL),)
    first = step(Stage.FIRST_CLAUSE, tier(Rung.SMALL_VOICE))
    later = step(Stage.CLAUSE, tier(Rung.SMALL_VOICE))._replace(jobs=max(0.0, clauses - 1))
    return Course((words, *thought, first), () if short else (later,))


def first_sound_s(course: Course, lines: Mapping[str, Line]) -> float:
    """Seconds until the first sound of a turn that asks now."""
    return sum(lines[step.device].wait_s + step.seconds for step in course.path)


def holding_s(course: Course, slots: Mapping[str, int], turns_per_s: float) -> float:
    """The seconds at which turns of this course settle; infinite where they are more than a device can do."""
    steps = course.path + course.rest
    return sum(_settled_s(step.device, steps, slots[step.device], turns_per_s) + step.seconds for step in course.path)


def _settled_s(device: str, steps: tuple[Step, ...], slots: int, turns_per_s: float) -> float:
    jobs = sum(step.jobs for step in steps if step.device == device)
    busy_s = sum(step.jobs * step.busy_s for step in steps if step.device == device) / slots
    used = turns_per_s * busy_s
    return used / (1 - used) * busy_s / jobs if used < 1 else math.inf
