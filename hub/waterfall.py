"""A turn's timeline as text: a bar for each stage, on one scale, those over their budget marked."""

from __future__ import annotations

from collections.abc import Mapping

from config.hub import Budgets
from hub.timeline import STAGES, Timeline

WIDTH = 48  # characters of the scale, so that a line without a verdict fits a terminal of 80


def waterfall(timeline: Timeline, budgets: Budgets) -> str:
    """One line a stage: when it ran after the end of speech, and how long; "" for a turn without a spoken reply."""
    stages = timeline.stages_ms()
    if "whole" not in stages:
        return ""
    scale = max(stages["whole"], 1.0)
    start = timeline.marks["end_of_speech"]
    lines = [f"{'':8}{'0':<{WIDTH - 6}}{scale:>6.0f} ms after the end of speech"]
    for name, took in stages.items():
        begins = (timeline.marks[STAGES[name][1]] - start) * 1000 - took
        lines.append(f"{name:>7} {_bar(begins, took, scale)} {took:6.0f} ms{_verdict(name, took, budgets)}")
    return "\n".join(lines)


def over_budget(stages_ms: Mapping[str, float], budgets: Budgets) -> dict[str, bool]:
    """Of each stage that has a budget, whether it took longer."""
    return {name: took > _limit(name, budgets) for name, took in stages_ms.items() if hasattr(budgets, f"{name}_ms")}


def _limit(name: str, budgets: Budgets) -> float:
    return float(getattr(budgets, f"{name}_ms", float("inf")))


def _bar(begins: float, took: float, scale: float) -> str:
    left = min(WIDTH - 1, max(0, round(begins / scale * WIDTH)))
    length = min(WIDTH - left, max(1, round(took / scale * WIDTH)))
    return f"{'·' * left}{'█' * length}{'·' * (WIDTH - left - length)}"


def _verdict(name: str, took: float, budgets: Budgets) -> str:
    limit = _limit(name, budgets)
    return f"  over its budget of {limit:.0f} ms" if took > limit else ""
