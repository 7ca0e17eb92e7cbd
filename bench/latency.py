"""Asks N questions in a row through the real programs; says how long each stage took, and why the slow ones were slow.

    python -m bench.latency [--questions 20] [--listen 600] [--output bench/output]

With --listen it first lets both programs listen to a quiet room for so many seconds, and reports what that
costs. Prints a table; writes latency.json and latency.png.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

import psutil

from bench import figures, pictures, spoken
from bench.house import Answer, House, HouseError, Program, house
from config.hub import HubSettings
from config.loading import build, read

OUTPUT = Path("bench/output")
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
    report = {
        **figures.report(answers, budgets),
        "listening": {name: asdict(taken) for name, taken in listening.items()},
        "resident_mb": {name: {"after_first": first, "after_last": last} for name, (first, last) in memory.items()},
    }
    (options.output / "latency.json").write_text(json.dumps(report, indent=2) + "\n")
    pictures.distributions(report, budgets, options.output / "latency.png")
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


def _family(program: Program) -> list[psutil.Process]:
    """A program and its children: the hub's decoder is one."""
    process = psutil.Process(program.process.pid)
    return [process, *process.children(recursive=True)]


def _memory(running: House) -> dict[str, float]:
    programs = (running.satellite, running.hub)
    return {each.name: sum(process.memory_info().rss for process in _family(each)) / 1e6 for each in programs}


def _cpu(running: House) -> dict[str, float]:
    programs = (running.satellite, running.hub)
    return {each.name: sum(sum(process.cpu_times()[:2]) for process in _family(each)) for each in programs}


async def _listen(running: House, seconds: float) -> dict[str, Listening]:
    await asyncio.sleep(SAMPLE_S)  # loading is over
    cpu, memory = _cpu(running), _memory(running)
    loop = asyncio.get_running_loop()
    start = loop.time()
    while (passed := loop.time() - start) < seconds:
        print(f"\rlistened for {passed:.0f} of {seconds:.0f} s", end="", file=sys.stderr, flush=True)
        await asyncio.sleep(min(SAMPLE_S, seconds - passed))
    print(file=sys.stderr)
    cpu_now, memory_now = _cpu(running), _memory(running)
    return {
        name: Listening(passed, (cpu_now[name] - cpu[name]) / passed, memory_now[name], memory_now[name] - memory[name])
        for name in cpu
    }


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
