"""Laws of how loud it plays: between nothing and full, never silent unless asked, and always to be had back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.playing.loudness import AUDIBLE, LEAST, STEP, Loudness

STEPS = st.tuples(st.sampled_from(["volume_up", "volume_down"]), st.none() | st.floats(0, 100))
CHANGES = (
    STEPS
    | st.tuples(st.sampled_from(["mute", "unmute", "stop", "explode"]), st.none())
    | st.tuples(st.just("volume_set"), st.floats(0, 100))
)


@given(st.lists(CHANGES))
def test_whatever_is_asked_it_stays_between_nothing_and_full(changes: list[tuple[str, float | None]]) -> None:
    loudness = Loudness()
    for change in changes:
        loudness.change(*change)
        assert isinstance(loudness.percent, int)
        assert 0 <= loudness.heard <= loudness.percent <= 100


@given(st.integers(LEAST, 100), st.lists(STEPS))
def test_no_step_ends_in_silence(percent: int, steps: list[tuple[str, float | None]]) -> None:
    loudness = Loudness(percent)
    for step in steps:
        loudness.change(*step)
        assert loudness.heard >= LEAST


def test_a_step_is_as_large_as_was_said() -> None:
    loudness = Loudness(50)
    loudness.change("volume_up", None)
    assert loudness.heard == 50 + STEP
    loudness.change("volume_down", 25)
    assert loudness.heard == 25 + STEP


@given(st.integers(1, 100))
def test_a_mute_is_undone_by_an_unmute(percent: int) -> None:
    loudness = Loudness(percent)
    loudness.change("mute", None)
    assert loudness.heard == 0
    loudness.change("unmute", None)
    assert loudness.heard == percent


@pytest.mark.parametrize(("action", "level"), [("volume_up", None), ("volume_set", 40.0)])
def test_who_wants_to_hear_more_need_not_unmute(action: str, level: float | None) -> None:
    loudness = Loudness(50, muted=True)
    loudness.change(action, level)
    assert loudness.heard >= 40


def test_quieter_does_not_end_a_mute() -> None:
    loudness = Loudness(50, muted=True)
    loudness.change("volume_down", None)
    assert (loudness.heard, loudness.percent) == (0, 50 - STEP)


def test_an_unmute_can_always_be_heard() -> None:
    loudness = Loudness(0)
    loudness.change("unmute", None)
    assert loudness.heard == AUDIBLE
