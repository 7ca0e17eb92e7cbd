"""From the turns of a load run to figures: what became of them, how soon they were answered, and how evenly; pure."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

import psutil

from bench.load.satellite import Asked

PERCENTILES = (50, 95, 99)


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """The nearest ranks, and the most; {} of nothing."""
    ordered = sorted(values)
    if not ordered:
        return {}
    ranks = {f"p{share}": ordered[math.ceil(share / 100 * len(ordered)) - 1] for share in PERCENTILES}
    return {name: round(value, 1) for name, value in (ranks | {"most": ordered[-1]}).items()}


def outcome(asked: Sequence[Asked], transcripts: Sequence[str]) -> dict[str, float]:
    """What became of the turns; `transcripts` are those of the workload, by index.

    A turn is lost that got no sound at all, or never ended; refused, one whose only sound was no reply of the workload.
    """
    return {
        "asked": len(asked),
        "answered": sum(turn.first is not None for turn in asked),
        "told_to_wait": sum(turn.other is not None and turn.first is not None for turn in asked),
        "refused": sum(turn.first is None and turn.other is not None for turn in asked),
        "lost": sum(not turn.over or (turn.first is None and turn.other is None) for turn in asked),
        "another_turns_reply": sum(turn.foreign for turn in asked),
        "misheard": sum(turn.transcript != transcripts[turn.index] for turn in asked),
        "errors": sum(len(turn.errors) for turn in asked),
        "underruns": sum(turn.playing.underruns for turn in asked),
        "longest_gap_ms": round(max((turn.playing.gap_s for turn in asked), default=0.0) * 1000, 1),
    }


def first_audio(asked: Iterable[Asked]) -> list[float]:
    """Milliseconds from the end of speech to the first sound of each reply that came."""
    return [turn.first_ms for turn in asked if turn.first_ms is not None]


def fairness(asked: Iterable[Asked]) -> float | None:
    """Jain's index over the satellites' mean times to the first sound: 1 where all wait alike, 1/n where one does."""
    waits: dict[str, list[float]] = {}
    for turn in asked:
        if turn.first_ms is not None:
            waits.setdefault(turn.satellite, []).append(turn.first_ms)
    return jain([fmean(each) for each in waits.values()])


def jain(values: Sequence[float]) -> float | None:
    """Jain, Chiu and Hawe 1984; None of nothing."""
    squares = len(values) * sum(value * value for value in values)
    return round(sum(values) ** 2 / squares, 4) if squares else None


def passes(points: Sequence[tuple[float, float]], limit: float) -> float | None:
    """Where values that go with a growing load first exceed a limit: between two points they grow by equal factors.

    None where none does; the first point's load where all do.
    """
    last = None
    for load, value in points:
        if value > limit:
            return load if last is None else round(last[0] + (load - last[0]) * _share(last[1], value, limit), 3)
        last = load, value
    return None


def _share(low: float, high: float, between: float) -> float:
    return math.log(between / low) / math.log(high / low)


def conditions(**more: object) -> Mapping[str, object]:
    """The machine, and what else went on on it: a figure is worth little without."""
    return {
        "python": platform.python_version(),
        "cores": psutil.cpu_count(),
        "load_average_1_5_15_min": [round(load, 2) for load in psutil.getloadavg()],
        **more,
    }
