"""A reply drawn: its level over time in the colours of its voices, and where it was silent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from bench.load.gaps import WINDOW_S

COLOURS = {"kokoro": "#2a9d8f", "piper": "#e9c46a", "espeak": "#8d99ae"}
ALARM = "#d62828"
FLOOR_DB = -80.0


class Clause(Protocol):
    """Of the reply."""

    @property
    def tier(self) -> str:
        """Who speaks it."""

    @property
    def at_s(self) -> float:
        """Seconds of the reply before it."""


def draw(
    levels_db: np.ndarray[Any, np.dtype[np.float64]],
    clauses: Sequence[Clause],
    gaps_s: Sequence[tuple[float, float]],
    path: Path,
) -> None:
    """One panel; a clause that begins after silences is drawn as much later."""
    figure, axes = plt.subplots(figsize=(12, 3.8), layout="constrained")
    times = np.arange(len(levels_db)) * WINDOW_S
    begins = [clause.at_s + sum(seconds for at, seconds in gaps_s if at < clause.at_s) for clause in clauses]
    for clause, start, end in zip(clauses, begins, [*begins[1:], times[-1] + WINDOW_S], strict=True):
        inside = (times >= start) & (times < end)
        axes.fill_between(times[inside], FLOOR_DB, levels_db[inside], color=COLOURS[clause.tier], linewidth=0)
        axes.axvline(start, color="#495057", linewidth=0.6, linestyle=":")
    for at, seconds in gaps_s:
        axes.axvspan(at, at + seconds, color=ALARM)
    for tier in dict.fromkeys(clause.tier for clause in clauses):
        axes.fill_between([], [], color=COLOURS[tier], label=tier)
    axes.set_ylim(FLOOR_DB, 0)
    axes.set_xlim(0, times[-1])
    axes.set_xlabel("seconds of the satellite's WAV; dotted: a clause begins; red: silence")
    axes.set_ylabel("dB of full scale")
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=120)
    plt.close(figure)
