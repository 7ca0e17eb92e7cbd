"""Many satellites ask at random, ever more often, on a machine that can only do so much: load, and what it does."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, pairwise
from pathlib import Path

from bench.load import report, voices
from bench.load.arrivals import Phase, arrivals
from bench.load.fleet import Fleet, fleet
from bench.load.machine import MACHINES
from bench.load.overhead import SCRIPTED, options
from bench.load.question import question
from bench.load.workload import Workload
from hub.load.ladder import Rung

LATE_MS = 2000.0  # until the first sound: at which load p95 passes it is the figure to compare


LADDERS: Mapping[str, tuple[str, ...]] = {
    "on": (),
    "frozen": ("--set", "load.ladder=false"),
    "none": ("--set", "load.ladder=false", "--best"),
}
"""The hub's options: with the ladder, without, and without what it would fall back on."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What is asked of, by the names of MACHINES and LADDERS."""

    satellites: int
    machine: str
    ladder: str
    seed: int


async def measure(workload: Workload, path: Path, setup: Setup, phases: Sequence[Phase]) -> dict[str, object]:
    """Asks through all phases."""
    conditions = report.conditions(workload=path.name, **asdict(setup))
    telling = ("--machine", setup.machine, *LADDERS[setup.ladder], "--tell", "--watch", "json")
    async with fleet(setup.satellites, SCRIPTED, *options(workload, path), *telling) as running:
        begin = await _ask_all(running, workload, phases, setup.seed)
    return {"conditions": conditions, **described(workload, running, phases, begin, setup.machine)}


async def _ask_all(running: Fleet, workload: Workload, phases: Sequence[Phase], seed: int) -> float:
    questions = [question(workload, index) for index in range(len(workload.turns))]
    clock, chance = asyncio.get_running_loop().time, random.Random(seed)
    begin = clock()
    for at, phase in arrivals(phases, seed):
        await asyncio.sleep(begin + at - clock())
        running.ask(chance.choice(questions), phase)
        print(f"\r{phase:12} {at:6.1f} s, {len(running.asked)} answered", end="", file=sys.stderr, flush=True)
    await asyncio.sleep(begin + sum(phase.seconds for phase in phases) - clock())
    await running.all_done()
    print(file=sys.stderr)
    return begin


def described(
    workload: Workload, running: Fleet, phases: Sequence[Phase], begin: float, machine: str
) -> dict[str, object]:
    """The figures of the run: of each phase, and of all; times of the timeline in seconds from its beginning."""
    transcripts = [turn.transcript for turn in workload.turns]
    jobs = [dict(seen) for seen in running.seen if seen["event"] == "job"]
    ends = list(accumulate(phase.seconds for phase in phases))
    found = []
    for phase, end in zip(phases, ends, strict=True):
        asked = [turn for turn in running.asked if turn.phase == phase.name]
        during = [job for job in jobs if end - phase.seconds <= _number(job["at"]) - begin < end]
        found.append(
            {
                **asdict(phase),
                "asked_a_second": round(len(asked) / phase.seconds, 3),
                "first_audio_ms": report.percentiles(report.first_audio(asked)),
                "waited_ms": waits(during),
                "busy": busy(during, phase.seconds, MACHINES[machine].slots),
                "replies": voices.replies(asked),
                "rungs": rungs(running, begin + end - phase.seconds, begin + end),
                "outcome": report.outcome(asked, transcripts),
            }
        )
    return {
        "passes_2_s_at": passes(found),
        "outcome": report.outcome(running.asked, transcripts),
        "fairness": report.fairness(running.asked),
        "steps_of_the_ladder": moves(running, begin),
        "most_voice_changes_heard_in_a_minute": voices.most_heard_changes(running.asked),
        "smaller_voice_s_after_overload": voices.smaller_until(running.asked, begin + _overloaded(phases)),
        "most_waiting_for_a_satellite": running.most_waiting,
        "resident_mb": _memory(running),
        "phases": found,
        "timeline": timeline(running, jobs, begin),
    }


def passes(phases: Sequence[Mapping[str, object]]) -> float | None:
    """At how many questions a second the 95th percentile is late, by the ramp; None where it never was."""
    ramp = [phase for phase in phases if str(phase["name"]).startswith("ramp") and phase["first_audio_ms"]]
    points = [(_number(phase["rate"]), _number(_of(phase, "first_audio_ms")["p95"])) for phase in ramp]
    return report.passes(points, LATE_MS)


def waits(jobs: Sequence[Mapping[str, object]]) -> dict[str, dict[str, float]]:
    """How long calls of each device waited for a place."""
    devices = sorted({str(job["device"]) for job in jobs})
    return {
        device: report.percentiles([_number(job["waited_ms"]) for job in jobs if job["device"] == device])
        for device in devices
    }


def busy(jobs: Sequence[Mapping[str, object]], seconds: float, slots: Mapping[str, int]) -> dict[str, dict[str, float]]:
    """Of each engine: its calls, and the share of its device's time that they took."""
    found: dict[str, dict[str, float]] = {}
    for engine, device in sorted({(str(job["engine"]), str(job["device"])) for job in jobs}):
        took = [_number(job["took_ms"]) / 1000 for job in jobs if job["engine"] == engine]
        found[engine] = {"calls": len(took), "share": round(sum(took) / seconds / slots[device], 3)}
    return found


def timeline(running: Fleet, jobs: Sequence[Mapping[str, object]], begin: float) -> dict[str, object]:
    """What happened when, for the picture. A hub that degrades tells so with events `rung`: {"rung": 0 and up}."""
    rungs = [seen for seen in running.seen if seen["event"] == "rung"]
    return {
        "turns": [
            [round(turn.ended - begin, 2), round(turn.first_ms), turn.voices[0][1] if turn.voices else 0]
            for turn in running.asked
            if turn.first_ms is not None
        ],
        "jobs": [[round(_number(job["at"]) - begin, 2), job["engine"], job["waited_ms"]] for job in jobs],
        "rungs": [[round(_number(seen["at"]) - begin, 2), seen["rung"]] for seen in rungs],
        "hub": [[round(look.at - begin, 2), round(look.resident_mb, 1), look.busy] for look in running.looks],
    }


def rungs(running: Fleet, since: float, until: float) -> dict[str, int]:
    """Turns by the rung of the ladder that they began on."""
    names = [
        str(seen["name"]) for seen in running.seen if seen["event"] == "rung" and since <= _number(seen["at"]) < until
    ]
    return {name: names.count(name) for name in sorted(set(names), key=lambda name: Rung[name.upper()])}


def moves(running: Fleet, begin: float) -> list[tuple[float, str]]:
    """When turns found another rung of the ladder than the one before, in seconds from the beginning, and which."""
    seen = [(_number(seen["at"]) - begin, str(seen["name"])) for seen in running.seen if seen["event"] == "rung"]
    named = pairwise([(0.0, Rung.FULL.name.lower()), *seen])
    return [(round(at, 1), name) for (_, before), (at, name) in named if name != before]


def _overloaded(phases: Sequence[Phase]) -> float:
    """When the overload is over, in seconds from the beginning; where there is none, when all is."""
    ends = dict(zip((phase.name for phase in phases), accumulate(phase.seconds for phase in phases), strict=True))
    return ends.get("overload", max(ends.values()))


def _memory(running: Fleet) -> dict[str, float]:
    looked = [look.resident_mb for look in running.looks]
    return {name: round(value, 1) for name, value in zip(("first", "most", "last"), _ends(looked), strict=True)}


def _ends(values: Sequence[float]) -> tuple[float, float, float]:
    return (values[0], max(values), values[-1]) if values else (0.0, 0.0, 0.0)


def _of(found: Mapping[str, object], name: str) -> Mapping[str, object]:
    inner = found[name]
    assert isinstance(inner, Mapping)
    return inner


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def lines(figures: Mapping[str, object]) -> list[str]:
    """For people."""
    shown = [f"{'phase':12} {'asked/s':>8} {'p50':>7} {'p95':>7} {'p99':>7}  lost  waits and engines"]
    phases = figures["phases"]
    assert isinstance(phases, list)
    for phase in phases:
        first = _of(phase, "first_audio_ms")
        times = " ".join(f"{_number(first.get(name, 0)):7.0f}" for name in ("p50", "p95", "p99"))
        waited = {device: numbers["p95"] for device, numbers in phase["waited_ms"].items()}
        shares = {engine: numbers["share"] for engine, numbers in phase["busy"].items()}
        lost = phase["outcome"]["lost"]
        shown.append(f"{phase['name']:12} {phase['asked_a_second']:8.2f} {times} {lost:5}  p95 {waited}, busy {shares}")
        shown.append(f"{'':12} replies {phase['replies']}, rungs {phase['rungs']}")
    parts = [part for part in figures if part not in ("phases", "timeline")]
    return [*shown, *(f"{part}: {figures[part]}" for part in parts)]
