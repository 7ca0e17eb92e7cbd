"""Laws of comparing what was said with what was heard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.recognition import Heard, edits, normal, summary, wake_table
from bench.wake_clips import WakeClip

words = st.lists(st.sampled_from("abc"), max_size=6)


def test_case_punctuation_and_the_spelling_of_numbers_do_not_count() -> None:
    assert normal("Set the TV to 25%!") == normal("set the tv to twenty five percent")
    assert normal("what's on") != normal("what is on")


@given(words, words, words)
def test_edits_are_a_distance(one: list[str], other: list[str], third: list[str]) -> None:
    assert (edits(one, other) == 0) == (one == other)
    assert edits(one, other) == edits(other, one)
    assert edits(one, third) <= edits(one, other) + edits(other, third)
    assert edits(one, []) == len(one)


def test_sentences_that_mean_nothing_to_the_home_count_for_no_intent() -> None:
    figures = summary([Heard("a b", "a b", "a b", errors, meant, True, 1.0, 0.2, 0.1) for errors, meant in MEANINGS])
    assert figures["right intent and slots"] == "1 of 2"
    assert figures["transcripts without intent"] == 1
    assert figures["exact"] == "1 of 3"
    assert figures["word error rate"] == 0.5


def test_what_is_understood_and_was_not_said_is_wrong_whether_or_not_it_was_a_command() -> None:
    understood = [Heard("a", "b", "b", 1, meant, True, 1.0, 0.2, 0.1) for meant in (True, False, None)]
    not_understood = [Heard("a", "b", "b", 1, meant, False, 1.0, 0.2, 0.1) for meant in (False, None)]
    assert summary([*understood, *not_understood])["understood wrong"] == "2 of 5"


MEANINGS: list[tuple[int, bool | None]] = [(0, True), (1, False), (2, None)]


def test_misses_and_unplayed_clips_are_named() -> None:
    clips = [WakeClip("alexa", "a", 0.9), WakeClip("alexa", "b", 0.25), WakeClip("alexa", "c", None, "no sox")]
    assert wake_table(clips) == ["wake word alexa: 1 of 2 heard; missed b 0.250", "not played: c: no sox"]
