"""Many mixes through the satellite's ears, a few at a time, each in a process; what was heard and taken in all."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import repeat
from multiprocessing import get_context

from bench.ears.hearing import Heard, engine_alone, hear
from bench.ears.mixes import Mix
from bench.ears.processes import usage
from bench.ears.setups import Setup

ROUNDS = 3  # of each cost, in turns: what else the machine does strikes all alike
SETTLED = 2  # rounds of a soak until caches are full: growth counts from there


@dataclass(frozen=True, slots=True)
class Trials:
    """What all trials together heard; `passed` is the share of the sound that the engine was given."""

    hits: int
    words: int
    misses: tuple[str, ...]
    false_alarms: tuple[str, ...]
    """Where in the noise: recording and second."""
    negatives: tuple[str, ...]
    """False alarms on other words, alike."""
    cpu: float
    passed: float


def trials(setup: Setup, mixes: Sequence[Mix], negatives: Sequence[Mix], jobs: int) -> dict[str, object]:
    """The same mixes with the gate and without it."""
    return {
        name: asdict(_trials(replace(setup, gate=gate), mixes, negatives, jobs))
        for name, gate in (("gate", True), ("no gate", False))
    }


def _trials(setup: Setup, mixes: Sequence[Mix], negatives: Sequence[Mix], jobs: int) -> Trials:
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        all_heard = pool.map(hear, repeat(setup), [*mixes, *negatives])
        heard = list(_counted(all_heard, len(mixes) + len(negatives), f"{setup.engine}, gate {_on(setup.gate)}"))
    return total(heard[: len(mixes)], heard[len(mixes) :])


def total(heard: Sequence[Heard], negatives: Sequence[Heard]) -> Trials:
    """Sums up; shares are over all the sound of the trials."""
    misses = tuple(name for one in heard for name in one.verdict.misses)
    hits = sum(len(one.verdict.hits) for one in heard)
    seconds = sum(one.seconds for one in heard) or 1.0
    return Trials(
        hits=hits,
        words=hits + len(misses),
        misses=misses,
        false_alarms=_false_alarms(heard),
        negatives=_false_alarms(negatives),
        cpu=sum(one.cpu * one.seconds for one in heard) / seconds,
        passed=sum(one.passed * one.seconds for one in heard) / seconds,
    )


def costs(setup: Setup, mixes: Sequence[Mix]) -> dict[str, object]:
    """For each mix the median processor seconds a second of sound: ears, ears without the gate, the engine alone."""
    figures: dict[str, object] = {}
    for mix in mixes:
        print(f"{setup.engine}, cost of {mix.name}", file=sys.stderr)
        rounds = [_cost(setup, mix) for _ in range(ROUNDS)]
        figures[mix.name] = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    return figures


def _cost(setup: Setup, mix: Mix) -> dict[str, float]:
    heard = hear(setup, mix)
    ungated = hear(replace(setup, gate=False), mix)
    alone = engine_alone(setup, mix)
    return {"ears": heard.cpu, "ungated": ungated.cpu, "engine": alone, "passed": heard.passed}


def soak(setup: Setup, mix: Mix, seconds: float) -> dict[str, object]:
    """So much sound, the mix over and over, through one pair of ears: resident MB after each round, and tasks left."""
    rounds = max(SETTLED + 1, round(seconds / mix.seconds))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        heard, resident = pool.submit(_soak, setup, mix, rounds).result()
    grown = max(resident[SETTLED:]) - resident[SETTLED - 1]
    return {"seconds": heard.seconds, "resident_mb": resident, "grown_mb": grown, "tasks_left": heard.tasks_left}


def _soak(setup: Setup, mix: Mix, rounds: int) -> tuple[Heard, list[float]]:
    resident: list[float] = []

    def look(heard_s: float) -> None:
        if heard_s + 1e-6 >= (len(resident) + 1) * mix.seconds:
            resident.append(usage(os.getpid()).rss_mb)
            print(f"\rsoak: round {len(resident)} of {rounds}", end="", file=sys.stderr, flush=True)

    heard = hear(setup, mix, rounds, look)
    print(file=sys.stderr)
    return heard, resident


def _false_alarms(heard: Iterable[Heard]) -> tuple[str, ...]:
    return tuple(f"{one.mix} at {at:.1f} s" for one in heard for at in one.verdict.false_alarms_s)


def _counted(heard: Iterable[Heard], count: int, what: str) -> Iterable[Heard]:
    for number, one in enumerate(heard, 1):
        print(f"\r{what}: {number} of {count} mixes heard", end="", file=sys.stderr, flush=True)
        yield one
    print(file=sys.stderr)


def _on(gate: bool) -> str:
    return "on" if gate else "off"
