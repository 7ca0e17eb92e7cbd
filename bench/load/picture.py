"""A load run drawn: how soon replies began over the load, and how load, engines and replies went in time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

LINES = {"p50": "#2a9d8f", "p95": "#e76f51", "p99": "#8d99ae"}
COLOURS = ("#457b9d", "#f4a261", "#2a9d8f", "#e9c46a", "#8d99ae")
"""Of engines, in the order of their names."""
VOICES = {"#457b9d": "the better voice", "#2a9d8f": "the smaller voice"}
ALARM = "#d62828"
SHADES = ("#f1f3f5", "#ffffff")
MARKS = {"hold": "s", "overload": "X", "recovery": "o"}
LATE_S = 2.0


def over_load(figures: Mapping[str, Any], path: Path) -> None:
    """The percentiles of the time to the first sound: the ramp as lines, what followed as single points."""
    figure, axes = plt.subplots(figsize=(9, 5.5), layout="constrained")
    phases = [phase for phase in figures["phases"] if phase["first_audio_ms"]]
    ramp = [phase for phase in phases if phase["name"] not in MARKS]
    for name, colour in LINES.items():
        values = [phase["first_audio_ms"][name] / 1000 for phase in ramp]
        axes.plot([phase["rate"] for phase in ramp], values, ".-", color=colour, label=name)
        for phase in phases:
            if phase["name"] in MARKS:
                at, value = phase["rate"], phase["first_audio_ms"][name] / 1000
                axes.plot(at, value, MARKS[phase["name"]], color=colour, mec="white", ms=9)
    for name, mark in MARKS.items():
        axes.plot([], [], mark, color="#495057", label=name)
    axes.axhline(LATE_S, color=ALARM, linestyle="--", linewidth=1)
    if figures["passes_2_s_at"]:
        axes.axvline(figures["passes_2_s_at"], color=ALARM, linestyle=":", linewidth=1)
        text = f"p95 passes 2 s at {figures['passes_2_s_at']:.2f}/s "
        above = axes.get_xaxis_transform()
        axes.text(figures["passes_2_s_at"], 0.97, text, transform=above, ha="right", va="top", color=ALARM)
    axes.set_yscale("log")
    _plain_seconds(axes)
    axes.set_xlim(left=0)
    axes.set_xlabel("questions a second, all satellites together")
    axes.set_ylabel("seconds from the end of speech to the first sound")
    axes.set_title(_title(figures))
    axes.legend(ncols=2, fontsize=9)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def in_time(figures: Mapping[str, Any], path: Path) -> None:
    """Turns under way, waits by engine with the hub's rung, and each turn's first sound, over the phases."""
    figure, (load, tiers, first) = plt.subplots(3, 1, figsize=(11, 9), sharex=True, layout="constrained")
    timeline = figures["timeline"]
    _phases(figures, (load, tiers, first))
    load.step([at for at, _, _ in timeline["hub"]], [busy for _, _, busy in timeline["hub"]], color="#264653")
    load.set_ylabel("satellites in a turn")
    load.set_title(_title(figures))
    for engine, colour in zip(sorted({engine for _, engine, _ in timeline["jobs"]}), COLOURS, strict=False):
        jobs = [(at, waited / 1000) for at, name, waited in timeline["jobs"] if name == engine]
        tiers.plot(*zip(*jobs, strict=True), ".", color=colour, markersize=4, label=f"{engine} (each call)")
    tiers.set_ylabel("seconds waited for a place")
    if timeline["rungs"]:
        _rungs(tiers, timeline["rungs"])
    if timeline["jobs"]:
        tiers.legend(fontsize=8, loc="upper left")
    for number, colour in enumerate(VOICES):
        replies = [(at, ms / 1000) for at, ms, voice in timeline["turns"] if min(voice, 1) == number]
        first.plot(*zip(*replies, strict=True) if replies else ((), ()), ".", color=colour, label=VOICES[colour])
    first.legend(fontsize=8, loc="upper left")
    first.axhline(LATE_S, color=ALARM, linestyle="--", linewidth=1)
    first.set_yscale("log")
    _plain_seconds(first)
    first.set_ylabel("seconds to the first sound")
    first.set_xlabel("seconds")
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _phases(figures: Mapping[str, Any], panels: tuple[Axes, ...]) -> None:
    begins = 0.0
    for number, phase in enumerate(figures["phases"]):
        ends = begins + phase["seconds"]
        for axes in panels:
            axes.axvspan(begins, ends, color=SHADES[number % 2], zorder=0)
        name = f"{phase['name'].removeprefix('ramp ')}\n{phase['rate']:.2g}/s"
        above = panels[0].get_xaxis_transform()
        panels[0].text((begins + ends) / 2, 0.97, name, transform=above, ha="center", va="top", fontsize=8)
        begins = ends
    panels[0].set_xlim(0, begins)
    most = max((busy for _, _, busy in figures["timeline"]["hub"]), default=1)
    panels[0].set_ylim(0, 1.25 * most)


def _rungs(axes: Axes, rungs: list[tuple[float, int]]) -> None:
    beside = axes.twinx()
    beside.step([at for at, _ in rungs], [rung for _, rung in rungs], where="post", color=ALARM, linewidth=1.2)
    beside.set_ylabel("rung of the ladder", color=ALARM)
    beside.set_ylim(0, max(rung for _, rung in rungs) + 1)


def _plain_seconds(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "25" else "")


def _title(figures: Mapping[str, Any]) -> str:
    about = figures["conditions"]
    machine, ladder = about["machine"], about["ladder"]
    return f"{about['satellites']} satellites, scripted engines, machine “{machine}”, ladder: {ladder}"
