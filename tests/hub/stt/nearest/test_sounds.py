"""Laws of how alike words sound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.stt.nearest.sounds import FARTHEST, REMEMBERED, Vocabulary, distance
from tests.hub.stt.nearest.spoken_alike import PHONES, phones

sounds = st.lists(st.sampled_from(["AA", "IY", "UW", "B", "T", "SH", "L", "M", "W"]), max_size=6)


@given(sounds, sounds)
def test_it_is_a_distance_of_0_to_1(one: list[str], other: list[str]) -> None:
    assert 0 <= distance(one, other) == distance(other, one) <= 1
    assert (distance(one, other) == 0) == (one == other)


def test_phones_of_one_kind_are_nearer() -> None:
    said = phones("bat")
    assert distance(said, ["P", "AE", "T"]) == distance(said, ["B", "EH", "T"]) == 0.5 / 3
    assert distance(said, ["L", "AE", "T"]) == distance(said, ["AE", "T"]) == 1 / 3


@given(st.sampled_from(sorted(PHONES)))
def test_what_is_near_is_near_enough_and_another_word(word: str) -> None:
    near = Vocabulary(PHONES, (), phones).near(word)
    assert word not in dict(near)
    assert all(far <= max(FARTHEST, 1 / max(len(phones(word)), len(phones(other)))) for other, far in near)
    assert [other for other, _ in near] == sorted(dict(near))


def test_words_of_names_have_to_be_nearer() -> None:
    assert dict(Vocabulary(["bedroom"], (), phones).near("bathroom")) == {"bedroom": 1 / 6}
    assert not Vocabulary((), ["bedroom"], phones).near("bathroom")
    assert dict(Vocabulary((), ["kitchen"], phones).near("kitten")) == {"kitchen": 0.1}


def test_a_word_that_nobody_can_speak_is_near_to_none() -> None:
    assert not Vocabulary(["time", "flurb"], (), phones).near("florb")
    assert not Vocabulary(["flurb"], (), phones).near("time")


def test_what_was_found_is_found_again_however_much_is_asked() -> None:
    vocabulary = Vocabulary(PHONES, (), phones)
    before = vocabulary.near("kitten")
    for number in range(REMEMBERED + 1):
        vocabulary.near(f"word {number}")
    assert vocabulary.near("kitten") == before
