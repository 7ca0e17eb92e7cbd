"""When questions are asked: a Poisson process whose rate changes from phase to phase; pure and seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phase:
    """So many questions a second, for so long."""

    name: str
    rate: float
    seconds: float


STEPS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Of the load that is held: the ramp goes past it, so that where the hub gives in is seen."""
OVERLOAD = 3.0
RECOVERY = 0.25


def plan(load: float, step_s: float, steps: Sequence[float] = STEPS) -> list[Phase]:
    """Ramps up, holds, asks three times too much, and lets the hub recover; each phase is told apart by its name."""
    ramp = [Phase(f"ramp {share:g}", share * load, step_s) for share in steps]
    return [
        *ramp,
        Phase("hold", load, 2 * step_s),
        Phase("overload", OVERLOAD * load, 2 * step_s),
        Phase("recovery", RECOVERY * load, 3 * step_s),
    ]


def arrivals(phases: Sequence[Phase], seed: int) -> Iterator[tuple[float, str]]:
    """Seconds from the beginning, in order, each with its phase."""
    chance, begins = random.Random(seed), 0.0
    for phase in phases:
        at = begins
        while phase.rate > 0 and (at := at + chance.expovariate(phase.rate)) < begins + phase.seconds:
            yield at, phase.name
        begins += phase.seconds
