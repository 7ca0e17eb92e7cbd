"""Laws of sets of phrases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.grammar.phrases import Matches, Phrases

Weighted = list[tuple[list[str], float]]
PHRASE = st.lists(st.sampled_from("abc"), min_size=1, max_size=4)
SETS = st.lists(st.tuples(PHRASE, st.floats(0.1, 10)), min_size=1, max_size=8)


@given(SETS, PHRASE)
def test_the_shares_are_those_of_the_phrases_that_begin_there(
    phrases: list[tuple[list[str], float]], words: list[str]
) -> None:
    whole = sum(weight for _, weight in phrases)
    matches = Phrases(phrases).at(words, 0)
    found = dict(matches.complete)
    for length in range(1, len(words) + 1):
        weight = sum(weight for phrase, weight in phrases if phrase == words[:length])
        assert found.get(length, 0.0) == pytest.approx(weight / whole)
    longer = sum(weight for phrase, weight in phrases if len(phrase) > len(words) and phrase[: len(words)] == words)
    assert matches.unfinished == pytest.approx(longer / whole)


@given(SETS, PHRASE, PHRASE)
def test_what_comes_before_does_not_matter(phrases: Weighted, before: list[str], words: list[str]) -> None:
    known = Phrases(phrases)
    assert known.at([*before, *words], len(before)) == known.at(words, 0)


def test_an_empty_set_has_nothing() -> None:
    for nothing in (Phrases([]), Phrases([((), 1.0)])):
        assert nothing.at(["a"], 0) == Matches([], 0.0)
        assert nothing.at([], 0) == Matches([], 0.0)
