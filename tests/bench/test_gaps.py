"""Laws of how silences are found in a recording of something that hums."""

from __future__ import annotations

import numpy as np
import pytest

from bench.load.gaps import WINDOW_S, Sound, gaps_s

RATE = 16_000


def hum(*seconds: float) -> Sound:
    """A hum and a silence by turns, of these lengths."""
    parts = []
    for number, length in enumerate(seconds):
        ticks = np.arange(round(length * RATE))
        parts.append(np.zeros(len(ticks)) if number % 2 else 0.1 * np.sin(2 * np.pi * 300 * ticks / RATE))
    return Sound(np.concatenate(parts).astype(np.float32), RATE)


def test_what_hums_throughout_has_no_gap_and_neither_has_silence() -> None:
    assert gaps_s(hum(2.0)) == []
    assert gaps_s(hum(0.0, 2.0)) == []


def test_a_gap_is_found_where_it_is_and_as_long_as_it_is() -> None:
    ((begin, length), (later, _)) = gaps_s(hum(1.0, 0.1, 1.0, 0.5, 0.3))
    assert begin == pytest.approx(1.0, abs=WINDOW_S)
    assert length == pytest.approx(0.1, abs=2 * WINDOW_S)
    assert later == pytest.approx(2.1, abs=WINDOW_S)


def test_silence_before_and_after_is_no_gap() -> None:
    assert gaps_s(hum(0.0, 1.0, 1.0, 1.0)) == []
