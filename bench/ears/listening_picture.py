"""The figures of bench/listening.py drawn: processor time, memory, context switches and words heard, engine by engine.

Other systems' figures are not of this run: they were taken on this kind of machine over noise and speech.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

COLOURS = {"quiet": "#2a9d8f", "mix": "#457b9d", "speech": "#f4a261"}
Value = Callable[[Mapping[str, Any]], float]

ALONE = "#264653"
ALARM = "#d62828"
GREY = "#8d99ae"
WIDTH = 0.8  # of the bars of one engine together


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another system: per cent of one core, PSS in MB, and hits of 20 as they were counted."""

    name: str
    cpu_percent: float
    pss_mb: float
    hits: float


ELSEWHERE = (
    Elsewhere("wyoming-satellite + wyoming-openwakeword", 7.1, 59, 14),
    Elsewhere("linux-voice-assistant, micro", 1.4, 108, 10),
    Elsewhere("linux-voice-assistant, openWakeWord", 7.6, 119, 15),
)
QUIET_LIMIT = 1.0  # per cent of one core
PSS_LIMITS = {"pyopen-wakeword": 56.0, "pymicro-wakeword": 50.0}  # MB after ten minutes


def draw(report: Mapping[str, Any], path: Path) -> None:
    """One picture of a report of bench/listening.py; parts that were not measured are left empty."""
    figure, axes = plt.subplots(2, 2, figsize=(13, 9), layout="constrained")
    engines, conditions = report["engines"], report["conditions"]
    lived = {name: figures["live"] for name, figures in engines.items() if "live" in figures}
    _processor(axes[0, 0], lived)
    _memory(axes[0, 1], lived)
    _switches(axes[1, 0], lived)
    _words(axes[1, 1], engines)
    figure.suptitle(f"Listening for “{conditions['word']}”: {conditions['processor']}, load {_load(conditions)}")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _load(conditions: Mapping[str, Any]) -> str:
    return f"{conditions['load']['before']:.1f} to {conditions['load']['after']:.1f}"


def _processor(axes: Axes, lived: Mapping[str, Any]) -> None:
    axes.set_title("Processor time (%), dark: the engine alone on the same sound")
    _bars(axes, lived, lambda one: 100 * one["satellite"]["cpu"], lambda one: 100 * one["alone"]["cpu"])
    axes.axhline(QUIET_LIMIT, color=ALARM, linestyle="--", linewidth=1)
    axes.text(-0.45, QUIET_LIMIT, " limit, quiet", color=ALARM, fontsize=8, va="bottom")
    _references(axes, [(other.name, other.cpu_percent) for other in ELSEWHERE])
    axes.set_ylabel("per cent of one core")


def _memory(axes: Axes, lived: Mapping[str, Any]) -> None:
    axes.set_title("Proportional memory at the end of each")
    _bars(axes, lived, lambda one: one["satellite"]["pss_mb"])
    for place, name in enumerate(lived):
        if name in PSS_LIMITS:
            axes.hlines(PSS_LIMITS[name], place - WIDTH / 2, place + WIDTH / 2, color=ALARM, linestyle="--")
    _references(axes, [(other.name, other.pss_mb) for other in ELSEWHERE])
    axes.set_ylabel("MB")


def _switches(axes: Axes, lived: Mapping[str, Any]) -> None:
    axes.set_title("Context switches, dark: the engine alone")
    _bars(axes, lived, lambda one: one["satellite"]["switches"], lambda one: one["alone"]["switches"])
    axes.set_ylabel("a second")


def _words(axes: Axes, engines: Mapping[str, Any]) -> None:
    axes.set_title("Wake words heard; red: false alarms in noise and on other words")
    rows = [(name, *row) for name, figures in engines.items() for row in _heard(figures)]
    for place, (_, _, hits, words, false) in enumerate(rows):
        axes.barh(place, hits / max(1, words), color=COLOURS["mix"])
        alarms = f"  {false} false" if false else ""
        axes.text(0.02, place, f"{hits} of {words}", va="center", color="white", fontsize=9)
        axes.text(1.01, place, alarms, va="center", color=ALARM, fontsize=9)
    axes.set_yticks(range(len(rows)), [f"{name}\n{what}" for name, what, *_ in rows], fontsize=8)
    axes.invert_yaxis()
    for other in ELSEWHERE:
        axes.axvline(other.hits / 20, color=GREY, linestyle=":")
        axes.text(other.hits / 20, len(rows) - 0.55, f"{other.hits:g}", color=GREY, fontsize=8, ha="right", va="bottom")
    axes.set_xlim(0, 1.15)
    axes.set_xlabel("share heard; dotted: others on a mix of 20, measured elsewhere")


def _heard(figures: Mapping[str, Any]) -> list[tuple[str, int, int, int]]:
    rows = []
    if mix := figures.get("live", {}).get("mix"):
        hits, misses, false = (len(mix["verdict"][kind]) for kind in ("hits", "misses", "false_alarms_s"))
        rows.append(("live mix", hits, hits + misses, false))
    for name, one in figures.get("trials", {}).items():
        rows.append((f"trials, {name}", one["hits"], one["words"], len(one["false_alarms"]) + len(one["negatives"])))
    return rows


def _bars(axes: Axes, lived: Mapping[str, Any], value: Value, alone: Value | None = None) -> None:
    """A group of bars for each engine, one for each mix; within it a narrow one for the engine alone."""
    for place, mixes in enumerate(lived.values()):
        width = WIDTH / len(mixes)
        for at, (mix, one) in enumerate(mixes.items()):
            x = place - WIDTH / 2 + (at + 0.5) * width
            axes.bar(x, value(one), width, color=COLOURS[mix], label=mix)
            axes.text(x, value(one), f"{value(one):.3g}", ha="center", va="bottom", fontsize=8)
            if alone is not None:
                axes.bar(x, alone(one), width / 3, color=ALONE)
    axes.set_xticks(range(len(lived)), list(lived))
    axes.set_xlim(-0.5, max(0.5, len(lived) - 0.5))
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    axes.legend(unique.values(), unique.keys(), fontsize=8, loc="upper left")


def _references(axes: Axes, others: Sequence[tuple[str, float]]) -> None:
    for name, level in others:
        axes.axhline(level, color=GREY, linestyle=":", linewidth=1)
        text = f"{name}: {level:g} (measured elsewhere)"
        axes.text(
            1.0, level, text, transform=axes.get_yaxis_transform(), color=GREY, fontsize=7, ha="right", va="bottom"
        )
