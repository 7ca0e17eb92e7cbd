"""The figures of bench/echo.py, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from bench.pictures import ALARM

HEARD, LEFT = "#8d99ae", "#2a9d8f"


def draw(figures: Mapping[str, Any], path: Path) -> None:
    """Above, the recordings: the microphone's level and what is left; below, people heard over replies."""
    ways = list(dict.fromkeys(one["way"] for one in figures["double_talk"]))
    figure, axes = plt.subplot_mosaic("AAABBB;CCDDEE", figsize=(12, 7), layout="constrained")
    _levels(axes["A"], figures["recordings"]["farend_singletalk"], "the far end alone")
    _levels(axes["B"], figures["recordings"]["doubletalk"], "double talk from 4 s on")
    for place, way in zip("CDE", ways, strict=True):
        _people(axes[place], [one for one in figures["double_talk"] if one["way"] == way], way)
    handles, labels = axes["C"].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=8, ncols=len(labels), loc="outside lower center")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _levels(axes: Axes, ends: Mapping[str, Any], title: str) -> None:
    at = [number * ends["window_s"] for number in range(len(ends["microphone_dbfs"]))]
    axes.step(at, ends["microphone_dbfs"], where="post", color=HEARD, label="microphone")
    axes.step(at, ends["left_dbfs"], where="post", color=LEFT, label="echo cancelled")
    axes.set_title(f"Recorded: {title}")
    axes.set_xlabel("seconds")
    axes.set_ylabel("level, dBFS")
    axes.legend(fontsize=8)


def _people(axes: Axes, over: list[Mapping[str, Any]], way: str) -> None:
    at = [one["echo_over_person_db"] for one in over]
    for key, colour, label in (("without", HEARD, "as heard"), ("with", LEFT, "echo cancelled")):
        axes.plot(at, [one[key]["hits"] for one in over], "o-", color=colour, label=label)
    axes.plot(
        at,
        [one["with"]["ducked"] for one in over],
        "o:",
        color=LEFT,
        label="cancelled, and at least the reply was ducked",
    )
    alone = over[0]["alone"]["hits"]
    axes.axhline(alone, color=ALARM, linestyle="--", linewidth=1)
    axes.text(at[-1], alone, "nothing plays", color=ALARM, fontsize=8, ha="right", va="bottom")
    axes.set_title(f"“alexa” over replies: {way}")
    axes.set_xlabel("echo over person, dB")
    axes.set_ylabel(f"heard of {over[0]['people']}")
    axes.set_ylim(0, over[0]["people"] + 3)
