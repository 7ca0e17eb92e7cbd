"""What the hub itself adds to a turn: engines without limits, one satellite and then many, against what is possible."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

from bench.figures import spread
from bench.load import report
from bench.load.fleet import Fleet, fleet
from bench.load.limits import Limits, limits
from bench.load.question import question
from bench.load.satellite import Asked
from bench.load.workload import Workload

SCRIPTED = "bench.load.hub"
SPREAD_S = 8.0  # in which all satellites ask for the first time: a turn's length, so that they do not ask in step
KINDS = ("c", "d", "e")


def options(workload: Workload, path: Path) -> list[str]:
    """How a hub waits as the workload says. It takes the satellite's word for pauses, so they count from there."""
    wait_ms = round(workload.endpoint_ms - workload.raw_pause_ms)
    set_ = {"vad.engine": "none", "endpoint.mode": "fixed", "endpoint.wait_ms": wait_ms}
    words = [word for key, value in set_.items() for word in ("--set", f"{key}={value}")]
    return ["--profile", "embedded", "--workload", str(path), *words]


async def measure(workload: Workload, path: Path, satellites: int, turns: int) -> dict[str, object]:
    """Each of so many satellites asks so many questions in a row."""
    conditions = report.conditions(workload=path.name, satellites=satellites, turns=turns)
    async with fleet(satellites, SCRIPTED, *options(workload, path)) as running:
        running.ask(question(workload, 0))  # what is made at first use is made
        await running.all_done()
        running.asked.clear()
        before = running.cpu_s()
        await _ask_all(running, workload, satellites, turns)
        cpu_s = running.cpu_s() - before
        resident = running.resident_mb()
    figures = {
        "cpu_s_a_turn": round(cpu_s / len(running.asked), 4),
        "resident_mb": round(resident, 1),
        "satellites_own_lateness_ms": spread([round(turn.late_s * 1000, 1) for turn in running.asked]),
    }
    return {"conditions": conditions, **described(workload, running.asked), **figures}


async def _ask_all(running: Fleet, workload: Workload, satellites: int, turns: int) -> None:
    questions = [question(workload, index) for index in range(len(workload.turns))]
    for count, asked in enumerate(islice(cycle(questions), satellites * turns)):
        running.ask(asked)
        if count < satellites:
            await asyncio.sleep(SPREAD_S / satellites if satellites > 1 else 0)
    await running.all_done()


def described(workload: Workload, asked: Sequence[Asked]) -> dict[str, object]:
    """The figures of these turns, in ms; below 0 is sooner than the limit."""
    known = [limits(workload, turn) for turn in workload.turns]
    over = {kind: spread(overheads(asked, known, kind)) for kind in KINDS}
    return {
        "outcome": report.outcome(asked, [turn.transcript for turn in workload.turns]),
        "first_audio_ms": report.percentiles(report.first_audio(asked)),
        "limits_ms": {kind: spread([round(getattr(one, kind), 1) for one in known])["median"] for kind in KINDS},
        "overhead_ms": over,
        "turns": [{"turn": turn.index, "first_ms": turn.first_ms and round(turn.first_ms, 1)} for turn in asked],
    }


def overheads(asked: Sequence[Asked], known: Sequence[Limits], kind: str) -> list[float]:
    """What each answered turn took beyond its limit of a kind."""
    return [round(turn.first_ms - getattr(known[turn.index], kind), 1) for turn in asked if turn.first_ms is not None]


def lines(figures: Mapping[str, object]) -> list[str]:
    """For people."""
    parts = ("conditions", "outcome", "first_audio_ms", "limits_ms")
    shown = [f"{part}: {figures[part]}" for part in parts]
    overhead = figures["overhead_ms"]
    assert isinstance(overhead, dict)
    shown += [f"overhead, limit {kind}: {numbers}" for kind, numbers in overhead.items()]
    return [*shown, *(f"{part}: {figures[part]}" for part in ("cpu_s_a_turn", "resident_mb"))]
