"""The figures of bench/endpointing.py drawn: people cut off against the wait, a curve for each way to decide."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLOURS = {"fixed": "#8d99ae", "adaptive": "#d62828", "adaptive, true words": "#2a9d8f"}
NAMED = {"fixed": (300, 500, 700, 1000), "adaptive": (0.5, 1.0, 2.0), "adaptive, true words": (1.0,)}


def draw(report: Mapping[str, Any], path: Path) -> None:
    """One picture of a report; some points are named after their setting (ms, or patience)."""
    figure, axes = plt.subplots(figsize=(9, 6), layout="constrained")
    for name, points in report["curves"].items():
        waits = [point["median_s"] * 1000 for point in points]
        cuts = [point["cut_off"] * 100 for point in points]
        axes.plot(waits, cuts, "o-", color=COLOURS[name], markersize=4, label=name)
        for point, wait, cut in zip(points, waits, cuts, strict=True):
            if point["setting"] in NAMED[name]:
                unit = " ms" if name == "fixed" else ""
                axes.annotate(
                    f"{point['setting']:g}{unit}", (wait, cut), textcoords="offset points", xytext=(6, 6), fontsize=8
                )
    conditions = report["conditions"]
    shortest, longest = conditions["pause_s"]
    axes.set_title(f"{conditions['variants']} commands with a pause of {shortest} to {longest} s inside")
    axes.set_xlabel("median wait after the last word, milliseconds")
    axes.set_ylabel("cut off, per cent of commands")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(title=conditions["engines"]["stt"], title_fontsize=8)
    figure.savefig(path, dpi=120)
    plt.close(figure)
