"""Laws of phrases: nothing is lost, and none is longer than the model should be busy for."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from hub.tts.piper.phrases import FEWEST, FULL, MOST, phrases


@given(st.lists(st.sampled_from("ab ,;."), max_size=1500))
def test_nothing_is_lost_and_nothing_too_long(phonemes: list[str]) -> None:
    cut = list(phrases(phonemes))
    assert list(chain.from_iterable(cut)) == phonemes
    assert all(0 < len(phrase) <= MOST for phrase in cut)


@given(st.lists(st.sampled_from(["kitchen", "light,", "on"]), max_size=200))
def test_all_but_the_last_end_at_a_space(words: list[str]) -> None:
    for phrase in list(phrases(list(" ".join(words))))[:-1]:
        assert phrase[-1] == " "
        assert len(phrase) >= (FEWEST if phrase[-2] == "," else FULL)


def test_a_short_sentence_is_one_phrase() -> None:
    assert list(phrases(list("one, two; three."))) == [list("one, two; three.")]


def test_a_long_clause_sounds_before_its_sentence_is_made() -> None:
    first, second = "a" * FEWEST + ", ", "b" * FEWEST
    assert list(phrases(list(first + second))) == [list(first), list(second)]
