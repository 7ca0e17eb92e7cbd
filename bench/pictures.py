"""Figures drawn: the waterfall of each turn, and the distributions of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from bench.house import Answer
from config.hub import Budgets
from hub.timeline import STAGES

COLOURS = {
    "vad": "#8d99ae",
    "stt": "#457b9d",
    "llm": "#e9c46a",
    "tts": "#f4a261",
    "playout": "#2a9d8f",
    "wait": "#dee2e6",
}
STAGE_WIDTH = 0.62


def waterfalls(answers: Sequence[Answer], path: Path) -> None:
    """One row a turn: each stage as a bar from where it began, in ms after the end of speech."""
    figure, axes = plt.subplots(figsize=(10, 1.6 + 0.62 * max(1, len(answers))), layout="constrained")
    for row, answer in enumerate(answers):
        marks, stages = answer.marks_ms(), answer.stages_ms()
        if "endpoint" in marks:
            axes.barh(row, marks["endpoint"], height=0.8, color=COLOURS["wait"], label="wait for the endpoint")
        for name, took in stages.items():
            if name != "whole" and STAGES[name][1] in marks:
                begins = marks[STAGES[name][1]] - took
                axes.barh(row, took, left=begins, height=STAGE_WIDTH, color=COLOURS[name], label=name)
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
    if unique:
        axes.legend(
            unique.values(),
            unique.keys(),
            fontsize=8,
            ncols=len(unique),
            loc="upper center",
            bbox_to_anchor=(0.4, -0.16 if len(answers) > 2 else -0.5),
        )
    figure.savefig(path, dpi=120)
    plt.close(figure)


def distributions(stages: Mapping[str, Sequence[float]], budgets: Budgets, title: str, path: Path) -> None:
    """A box for each stage with its single turns beside it, its budget as a line, and the whole path below."""
    figure, (above, below) = plt.subplots(2, 1, figsize=(10, 8), layout="constrained", height_ratios=[3, 2])
    names = [name for name in STAGES if name != "whole" and stages.get(name)]
    above.boxplot([list(stages[name]) for name in names], tick_labels=names, widths=0.5)
    for position, name in enumerate(names, 1):
        above.plot([position + 0.32] * len(stages[name]), stages[name], ".", color=COLOURS[name], alpha=0.7)
        limit = getattr(budgets, f"{name}_ms", None)
        if limit is not None:
            above.hlines(limit, position - 0.35, position + 0.35, color="#d62828", linestyle="--")
            above.text(position + 0.36, limit, f"budget {limit}", color="#d62828", fontsize=8, va="center")
    above.set_yscale("symlog", linthresh=10)
    above.set_ylabel("milliseconds (logarithmic above 10)")
    above.set_title(title)
    whole = sorted(stages.get("whole", []))
    below.step(whole, [(number + 1) / len(whole) for number in range(len(whole))], where="post", color="#264653")
    below.set_ylim(0, 1.02)
    below.set_ylabel("share of turns")
    below.set_xlabel("milliseconds from the end of speech to the first sound of the reply")
    figure.savefig(path, dpi=120)
    plt.close(figure)
