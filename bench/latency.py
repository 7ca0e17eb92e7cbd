"""Asks N questions in a row through the real programs; says how long each stage took, and why the slow ones were slow.

    python -m bench.latency [--questions 20] [--listen 600] [--output bench/output]

With --listen it first lets both programs listen to a quiet room for so many seconds, and reports what that
costs. Prints a table; writes latency.json and latency.png.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path

import psutil

from bench import pictures, spoken
from bench.house import Answer, House, HouseError, house
from config.hub import Budgets, HubSettings
from config.loading import build, read

OUTPUT = Path("bench/output")
PACKAGES = (
    "hark",
    "pocketsphinx",
    "hassil",
    "home-assistant-intents",
    "espeakng-loader",
    "pyopen-wakeword",
    "numpy",
    "wyoming",
)
OUTLIER_RANGES = 1.5  # interquartile ranges beyond the quartiles: Tukey's fences
SAMPLE_S = 5.0  # between two looks at the processes while they listen


@dataclass(frozen=True, slots=True)
class Listening:
    """What a process took while it listened: share of one core, and resident memory in MB at its start and end."""

    seconds: float
    cpu_share: float
    resident_mb: float
    grown_mb: float


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where every question was answered."""
    parser = argparse.ArgumentParser(
        "bench/latency.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=10, metavar="N", help="how many to ask (10)")
    parser.add_argument(
        "--listen", type=float, default=0.0, metavar="SECONDS", help="of a quiet room, before the questions"
    )
    parser.add_argument("--output", type=Path, default=OUTPUT, metavar="FOLDER")
    options = parser.parse_args(argv)
    options.output.mkdir(parents=True, exist_ok=True)
    try:
        answers, listening, memory = asyncio.run(_measure(options))
    except HouseError as error:
        print(f"bench/latency.py: {error}", file=sys.stderr)
        return 1
    budgets = build(HubSettings, [read(Path("config/hub.toml"))]).budgets
    report = _report(answers, budgets, listening, memory)
    (options.output / "latency.json").write_text(json.dumps(report, indent=2) + "\n")
    title = f"{len(answers)} questions, embedded profile, {platform.machine()}, Python {platform.python_version()}"
    pictures.distributions(_by_stage(answers), budgets, title, options.output / "latency.png")
    _print(answers, report)
    print(f"\nAll figures: {options.output / 'latency.json'}, drawn: {options.output / 'latency.png'}")
    return 0


async def _measure(
    options: argparse.Namespace,
) -> tuple[list[Answer], dict[str, Listening], dict[str, tuple[float, float]]]:
    answers: list[Answer] = []
    questions = list(islice(cycle(spoken.shipped()), options.questions))
    async with house(options.output, lambda seen: None, hub=("--profile", "embedded")) as running:
        listening = await _listen(running, options.listen) if options.listen else {}
        before: dict[str, float] = {}
        for number, question in enumerate(questions, 1):
            answers.append(await running.ask(question))
            print(f"\r{number} of {len(questions)} questions asked", end="", file=sys.stderr, flush=True)
            before = before or _memory(running)  # after the first, which loads what is loaded late
        after = _memory(running)
    print(file=sys.stderr)
    return answers, listening, {name: (before[name], after[name]) for name in after}


def _processes(running: House) -> dict[str, psutil.Process]:
    return {program.name: psutil.Process(program.process.pid) for program in (running.satellite, running.hub)}


def _memory(running: House) -> dict[str, float]:
    return {name: process.memory_info().rss / 1e6 for name, process in _processes(running).items()}


async def _listen(running: House, seconds: float) -> dict[str, Listening]:
    await asyncio.sleep(SAMPLE_S)  # loading is over
    processes = _processes(running)
    cpu = {name: sum(process.cpu_times()[:2]) for name, process in processes.items()}
    memory = _memory(running)
    loop = asyncio.get_running_loop()
    start = loop.time()
    while (passed := loop.time() - start) < seconds:
        print(f"\rlistened for {passed:.0f} of {seconds:.0f} s", end="", file=sys.stderr, flush=True)
        await asyncio.sleep(min(SAMPLE_S, seconds - passed))
    print(file=sys.stderr)
    now = _memory(running)
    return {
        name: Listening(
            passed, (sum(process.cpu_times()[:2]) - cpu[name]) / passed, now[name], now[name] - memory[name]
        )
        for name, process in processes.items()
    }


def _by_stage(answers: Sequence[Answer]) -> dict[str, list[float]]:
    stages: dict[str, list[float]] = {}
    for answer in answers:
        for name, took in answer.stages_ms().items():
            stages.setdefault(name, []).append(took)
    return stages


def _report(
    answers: Sequence[Answer], budgets: Budgets, listening: dict[str, Listening], memory: dict[str, tuple[float, float]]
) -> dict[str, object]:
    stages = _by_stage(answers)
    overheads = [
        float(str(answer.times["overhead_ms"])) for answer in answers if answer.times.get("overhead_ms") is not None
    ]
    return {
        "conditions": _conditions(answers),
        "stages_ms": {name: _spread(values) for name, values in stages.items()},
        "overhead_ms": _spread(overheads),
        "within_budget": {
            name: sum(value <= getattr(budgets, f"{name}_ms") for value in values) / len(values)
            for name, values in stages.items()
            if hasattr(budgets, f"{name}_ms")
        },
        "outliers": _outliers(answers, stages),
        "listening": {name: asdict(figures) for name, figures in listening.items()},
        "resident_mb": {name: {"after_first": first, "after_last": last} for name, (first, last) in memory.items()},
        "turns": [
            {
                "question": answer.question,
                "transcript": answer.transcript,
                "reply": answer.reply,
                "marks_ms": answer.marks_ms(),
                "stages_ms": answer.stages_ms(),
                "overhead_ms": answer.times.get("overhead_ms"),
            }
            for answer in answers
        ],
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    ordered = sorted(values)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return {"median": statistics.median(ordered), "p95": p95, "least": ordered[0], "most": ordered[-1]}


def _outliers(answers: Sequence[Answer], stages: dict[str, list[float]]) -> list[dict[str, object]]:
    """Turns beyond Tukey's upper fence of the whole path, each with the stage that is furthest over its median."""
    whole = stages.get("whole", [])
    if len(whole) < 4:
        return []
    first, _, third = statistics.quantiles(whole, n=4)
    fence = third + OUTLIER_RANGES * (third - first)
    found = []
    for number, answer in enumerate(answers):
        own = answer.stages_ms()
        if own.get("whole", 0.0) > fence:
            late = {name: took - statistics.median(stages[name]) for name, took in own.items() if name != "whole"}
            stage = max(late, key=lambda name: late[name])
            found.append({"turn": number, "question": answer.question, "whole_ms": own["whole"], "late_stage": stage})
    return found


def _conditions(answers: Sequence[Answer]) -> dict[str, object]:
    return {
        "versions": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "profile": "embedded",
        "engines": answers[0].times.get("engines", {}) if answers else {},
        "device": "cpu",
        "data_path": "WAV microphone, TCP on loopback, WAV speaker",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _print(answers: Sequence[Answer], report: dict[str, object]) -> None:
    budgets, overhead = report["within_budget"], report["overhead_ms"]
    assert isinstance(budgets, dict)
    assert isinstance(overhead, dict)
    print(f"\n{'stage':>8} {'median':>8} {'p95':>8} {'most':>8}   within budget")
    stages = report["stages_ms"]
    assert isinstance(stages, dict)
    for name, spread in [*stages.items(), ("overhead", overhead)]:
        share = f"{budgets[name]:.0%}" if name in budgets else ""
        print(f"{name:>8} {spread['median']:8.1f} {spread['p95']:8.1f} {spread['most']:8.1f}   {share}")
    outliers = report["outliers"]
    assert isinstance(outliers, list)
    for outlier in outliers:
        print("late: turn {turn} took {whole_ms:.0f} ms because of {late_stage}: “{question}”".format(**outlier))
    for part in ("listening", "resident_mb"):
        print(f"{part}: {json.dumps(report[part])}")
    print(
        f"understood: {sum(answer.transcript == answer.question for answer in answers)} of {len(answers)} word for word"
    )


if __name__ == "__main__":
    sys.exit(main())
