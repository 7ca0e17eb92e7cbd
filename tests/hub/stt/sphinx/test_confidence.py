"""Laws of how far words are trusted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.sphinx.confidence import against_opposites, confidence, opposed
from hub.stt.sphinx.segments import Segment

GOOD = Segment("lights", 0, 29, likelihood=-2.5 * 30)
segments = st.lists(
    st.builds(Segment, st.just("a"), st.just(0), st.integers(0, 90), st.floats(-900, 0), st.integers(1, 3)), max_size=8
)


@given(segments)
def test_confidence_is_a_probability(heard: list[Segment]) -> None:
    assert 0 <= confidence(heard) <= 1


@given(segments, st.integers(0, 7), st.floats(0, 500))
def test_a_worse_fit_is_never_trusted_more(heard: list[Segment], at: int, nats: float) -> None:
    worse = [replace(one, likelihood=one.likelihood - nats * (index == at)) for index, one in enumerate(heard)]
    assert confidence(worse) <= confidence(heard)


def test_words_that_fit_are_trusted_and_words_that_never_follow_each_other_are_not() -> None:
    assert confidence([GOOD] * 5) > 0.9
    assert confidence([GOOD, *[replace(GOOD, order=1)] * 5]) < 0.2
    assert confidence([]) == 0


def test_one_word_that_does_not_fit_spoils_the_rest() -> None:
    assert confidence([GOOD] * 4 + [replace(GOOD, likelihood=-9.0 * 30)]) < 0.5 < confidence([GOOD] * 5)


SAID = ("turn", "off", "the", "tv")


def test_a_word_is_as_doubtful_as_its_opposite_is_near() -> None:
    near, far = (
        against_opposites(SAID, [(SAID, 0.0), (("turn", "on", "the", "tv"), score)]) for score in (-5.0, -90.0)
    )
    assert near[0] == far[0] == near[2] == near[3] == 1.0
    assert 0.5 < near[1] < 0.7 < 0.99 < far[1] < 1.0


def test_where_the_opposite_is_the_likelier_the_chances_are_even() -> None:
    assert against_opposites(SAID, [(("turn", "on", "the", "tv"), -1.0)])[1] == 0.5


@pytest.mark.parametrize(
    "other", [("turn", "off", "the", "lights"), ("turn", "off", "tv"), ("start", "on", "the", "tv")]
)
def test_other_sentences_cast_no_doubt(other: tuple[str, ...]) -> None:
    assert against_opposites(SAID, [(SAID, 0.0), (other, 0.0)]) == [1.0] * 4


def test_numbers_are_opposed_to_each_other_and_names_are_not() -> None:
    assert opposed("20", "25")
    assert opposed("20.5", "20")
    assert opposed("lock", "unlock")
    assert not opposed("20", "20")
    assert not opposed("kitchen", "office")
