"""Figures drawn: the waterfall of each turn, and the distributions of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from bench.house import Answer
from config.hub import Budgets
from hub.timeline import STAGES

COLOURS = {
    "wait": "#dee2e6",
    "vad": "#8d99ae",
    "stt": "#457b9d",
    "llm": "#e9c46a",
    "tts": "#f4a261",
    "playout": "#2a9d8f",
}
"""By stage, in the order in which they are drawn over each other."""
ALARM = "#d62828"
WAIT_WIDTH, STAGE_WIDTH = 0.8, 0.62


def waterfalls(answers: Sequence[Answer], path: Path) -> None:
    """One row a turn: each stage as a bar from where it began, in ms after the end of speech."""
    figure, axes = plt.subplots(figsize=(10, 1.6 + 0.62 * max(1, len(answers))), layout="constrained")
    for row, answer in enumerate(answers):
        marks, stages = answer.marks_ms(), answer.stages_ms()
        for name in sorted(stages.keys() & COLOURS.keys(), key=list(COLOURS).index):
            begins = marks[STAGES[name][1]] - stages[name] if STAGES[name][1] in marks else 0.0
            height = WAIT_WIDTH if name == "wait" else STAGE_WIDTH
            axes.barh(row, stages[name], left=begins, height=height, color=COLOURS[name], label=name)
        if "first_audio_played" in marks:
            played = marks["first_audio_played"]
            axes.text(played, row, f" {played:.0f} ms", va="center", fontsize=9)
    axes.set_yticks(range(len(answers)), [f"“{answer.question}”" for answer in answers])
    axes.invert_yaxis()
    axes.set_xlabel("milliseconds after the end of speech")
    axes.set_title("From the last word to the first sound of the reply")
    axes.margins(x=0.1)
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    figure.legend(unique.values(), unique.keys(), fontsize=8, ncols=len(COLOURS), loc="outside lower center")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def distributions(report: Mapping[str, Any], budgets: Budgets, path: Path) -> None:
    """A box for each stage with its single turns beside it and its budget as a line; below, the whole path.

    Late turns are red there, with the stage that made them late. `report` is that of figures.report.
    """
    stages = {
        name: [turn["stages_ms"][name] for turn in report["turns"] if name in turn["stages_ms"]] for name in STAGES
    }
    figure, (above, below) = plt.subplots(2, 1, figsize=(10, 8), layout="constrained", height_ratios=[3, 2])
    conditions = report["conditions"]
    above.set_title(f"{len(report['turns'])} questions, {conditions['profile']} profile, {conditions['processor']}")
    names = [name for name, taken in stages.items() if name != "whole" and taken]
    above.boxplot([stages[name] for name in names], tick_labels=names, widths=0.5)
    for position, name in enumerate(names, 1):
        above.plot([position + 0.32] * len(stages[name]), stages[name], ".", color=COLOURS[name], alpha=0.7)
        limit = getattr(budgets, f"{name}_ms", None)
        if limit is not None:
            above.hlines(limit, position - 0.35, position + 0.35, color=ALARM, linestyle="--")
            above.text(position, limit * 1.05, f"budget {limit} ms", color=ALARM, fontsize=8, ha="center", va="bottom")
    above.set_yscale("symlog", linthresh=10)
    above.set_ylim(-1, 3000)
    above.set_ylabel("milliseconds (logarithmic above 10)")
    _whole_path(below, sorted(stages["whole"]), {late["whole_ms"]: late["late_stage"] for late in report["outliers"]})
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _whole_path(axes: Axes, whole: Sequence[float], late: Mapping[float, str]) -> None:
    """The share of turns whose reply was heard after so many milliseconds."""
    shares = [number / len(whole) for number in range(1, len(whole) + 1)]
    axes.step(whole, shares, where="post", color="#264653")
    axes.plot(whole, shares, ".", color="#264653")
    for took, share in zip(whole, shares, strict=True):
        if took in late:
            axes.plot(took, share, "o", color=ALARM)
            axes.annotate(
                late[took], (took, share), textcoords="offset points", xytext=(-6, -12), ha="right", color=ALARM
            )
    axes.set_ylim(0, 1.04)
    axes.set_ylabel("share of turns")
    axes.set_xlabel("milliseconds from the end of speech to the first sound of the reply")
