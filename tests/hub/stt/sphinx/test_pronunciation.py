"""Laws of how words are spoken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.sphinx.pronunciation import (
    MAX_VARIANTS,
    dictionary,
    number_words,
    pronunciations,
    read_cmudict,
    tails,
    wake_dictionary,
)

KNOWN = {
    "bed": ("B EH D",),
    "light": ("L AY T",),
    "the": ("DH AH", "DH IY"),
    "bee": ("B IY",),
    "eco": ("IY K OW",),
    "off": ("AO F",),
    "door": ("D AO R",),
    "five": ("F AY V",),
    "twenty": ("T W EH N T IY",),
}


def test_the_parts_of_a_token_are_spoken_one_after_the_other() -> None:
    assert pronunciations("the_bed_light", KNOWN) == ["DH AH B EH D L AY T", "DH IY B EH D L AY T"]


def test_numbers_are_spoken_in_words() -> None:
    assert pronunciations("25", KNOWN) == ["T W EH N T IY F AY V"]
    assert number_words(2700) == ["twenty", "seven", "hundred"]
    assert number_words(100) == ["one", "hundred"]
    assert number_words(10_000 - 1000) == ["nine", "thousand"]
    assert number_words(5005) == ["fifty", "hundred", "five"]


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_no_two_numbers_are_spoken_alike(one: int, other: int) -> None:
    assert (number_words(one) == number_words(other)) == (one == other)


def test_a_word_that_is_not_known_is_spoken_as_two_known_ones_or_as_espeak_reads_it() -> None:
    assert pronunciations("ecobee", KNOWN) == ["IY K OW B IY", "EH K OW B IY"]
    assert pronunciations("zigbee", KNOWN) == ["Z IH G B IY"]


def test_off_may_have_the_vowel_of_on_and_door_may_not() -> None:
    assert pronunciations("off", KNOWN) == ["AO F", "AA F"]
    assert pronunciations("door", KNOWN) == ["D AO R"]


@given(st.from_regex(r"[a-z0-9][a-z0-9'_.]{0,20}", fullmatch=True))
def test_whatever_a_name_is_it_has_a_few_pronunciations_of_known_sounds(name: str) -> None:
    spoken = pronunciations(name, KNOWN)
    assert 1 <= len(spoken) <= MAX_VARIANTS
    assert all(re.fullmatch(r"([A-Z]{1,2}( [A-Z]{1,2})*)?", phones) for phones in spoken)


def test_every_variant_of_a_word_has_its_line() -> None:
    assert list(dictionary(["the_bed:the_{x}"], KNOWN)) == [
        "the_bed:the_{x} DH AH B EH D",
        "the_bed:the_{x}(2) DH IY B EH D",
    ]


def test_of_a_wake_phrase_the_last_syllable_is_left_at_least() -> None:
    assert list(tails("HH EY JH AA R V AH S")) == [
        "HH EY JH AA R V AH S", "EY JH AA R V AH S", "JH AA R V AH S", "AA R V AH S", "R V AH S", "V AH S",
    ]  # fmt: skip
    assert list(tails("AA")) == ["AA"]
    assert next(wake_dictionary("[wake]", ["bed light"], KNOWN)) == "[wake] B EH D L AY T"


def test_cmudict_keeps_every_variant_of_a_word(tmp_path: Path) -> None:
    path = tmp_path / "cmudict"
    path.write_text("the DH AH\nthe(2) DH IY\nbed B EH D\n")
    assert read_cmudict(path) == {"the": ("DH AH", "DH IY"), "bed": ("B EH D",)}


@pytest.mark.parametrize("phrase", ["21.5", "10000", "12345"])
def test_numbers_that_are_long_or_broken_are_spoken_too(phrase: str) -> None:
    assert pronunciations(phrase, KNOWN)[0]
