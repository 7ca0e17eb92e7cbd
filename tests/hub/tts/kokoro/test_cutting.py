"""Laws of cutting phonemes: parts the model can take, at marks, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.tts.kokoro.cutting import cut

PHONEMES = st.text("abəˈ .,;!?—… ", max_size=80)


@given(PHONEMES, st.integers(1, 30))
def test_nothing_that_can_be_heard_is_lost_and_no_part_is_too_long(phonemes: str, longest: int) -> None:
    parts = cut(phonemes, longest)
    assert all(0 < len(part) <= longest for part in parts)
    assert all(any(map(str.isalpha, part)) for part in parts)
    assert [letter for part in parts for letter in part if letter.isalpha()] == list(filter(str.isalpha, phonemes))


@pytest.mark.parametrize(
    ("phonemes", "parts"),
    [
        ("aaa bbb", ["aaa bbb"]),
        ("aa. bb, cc dd", ["aa.", "bb, cc dd"]),
        ("aa: bb, cc dd", ["aa:", "bb, cc dd"]),
        ("aa, bb cc dd ee", ["aa,", "bb cc dd", "ee"]),
        ("aa bb cc dd", ["aa bb cc", "dd"]),
        ("abababababab", ["ababababab", "ab"]),
        ("", []),
        (" … ", []),
    ],
)
def test_a_cut_is_where_it_is_heard_least(phonemes: str, parts: list[str]) -> None:
    assert cut(phonemes, 10) == parts
