"""Laws of words and their times."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.sphinx.flow import WAKE
from hub.stt.sphinx.segments import Segment, text, words

tokens = st.lists(st.text("abc", min_size=1, max_size=8), min_size=1, max_size=5).map("_".join)


def test_the_plain_words_of_a_token_are_its_own() -> None:
    assert text("of_the_bed_light:of_the_{light}(2)") == "of the bed light"


def test_silence_noise_and_the_wake_phrase_are_no_words() -> None:
    segments = [Segment(token, 0, 9) for token in ("<sil>", "</s>", "[NOISE]", "[SPEECH]", WAKE, f"{WAKE}(3)")]
    assert words(segments) == []


@given(tokens, st.integers(0, 500), st.integers(5, 300), st.floats(0, 20))
def test_the_words_of_a_token_share_all_of_its_time(token: str, start: int, frames: int, offset_s: float) -> None:
    shared = words([Segment(token, start, start + frames - 1)], offset_s)
    assert [word.text for word in shared] == token.split("_")
    assert shared[0].start_s == pytest.approx(offset_s + start / 100, abs=0.001)
    assert shared[-1].end_s == pytest.approx(offset_s + (start + frames) / 100, abs=0.001)
    assert all(one.end_s == other.start_s for one, other in pairwise(shared))


def test_longer_words_take_longer() -> None:
    short, long = words([Segment("a_bcd", 0, 39)])
    assert (short.end_s, long.end_s) == (0.1, 0.4)
