"""Laws of LocalAgreement-2: what is committed, and that it never changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.recognizer import Word
from hub.stt.rolling.agreement import Hypothesis, LocalAgreement, normalised
from tests.scripted_transcriber import spoken

LATER_S = 60.0  # so much sound that no word is near its end


def heard(text: str, end_s: float = LATER_S, moved_s: float = 0.0) -> Hypothesis:
    return Hypothesis(spoken(text, 0.5 + moved_s), 0.0, end_s)


def after(*hypotheses: Hypothesis) -> LocalAgreement:
    agreement = LocalAgreement()
    for hypothesis in hypotheses:
        agreement.agree(hypothesis)
    return agreement


def text(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def test_one_hypothesis_commits_nothing() -> None:
    agreement = after(heard("turn on the light"))
    assert (text(agreement.committed), text(agreement.tail)) == ("", "turn on the light")


def test_what_two_hypotheses_begin_with_is_committed_in_the_newer_spelling() -> None:
    agreement = after(heard("turn on the light"), heard("Turn on, the lamp"))
    assert (text(agreement.committed), text(agreement.tail)) == ("Turn on, the", "lamp")


def test_hypotheses_that_agree_again_after_a_difference_commit_nothing_behind_it() -> None:
    assert text(after(heard("turn off the light"), heard("turn on the light")).committed) == "turn"


@pytest.mark.parametrize("before_s", [0.0, 0.1, 0.2, 0.29])
def test_a_word_that_ends_near_the_end_of_the_sound_is_not_committed(before_s: float) -> None:
    words = "turn on"  # ends at 1.2 s
    agreement = after(heard(words), heard(words, 1.2 + before_s))
    assert (text(agreement.committed), text(agreement.tail)) == ("turn", "on")


def test_a_word_that_two_passes_placed_on_either_side_of_the_committed_end_is_not_said_twice() -> None:
    for moved_s in (-0.25, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.3):
        agreement = after(heard("turn on the"), heard("turn on the"), heard("turn on the light", moved_s=moved_s))
        assert (text(agreement.committed), text(agreement.tail)) == ("turn on the", "light")


@pytest.mark.parametrize("said", ["no no no", "very very very good", "turn on turn on turn on turn on", "a b a b a b"])
def test_what_a_person_says_twice_stays_twice(said: str) -> None:
    words = said.split()
    parts = [heard(" ".join(words[: count + 1])) for count in range(len(words)) for _ in range(2)]
    assert text(after(*parts).committed) == said


def test_what_is_said_again_behind_sound_that_is_gone_stays() -> None:
    agreement = after(heard("no"), heard("no"), Hypothesis(spoken("no please", 0.9), 0.85, LATER_S))
    assert (text(agreement.committed), text(agreement.tail)) == ("no", "no please")


def test_one_word_found_early_does_not_repeat_what_is_committed() -> None:
    """A pass that misheard "a the" has no trace of the order of the committed words but a "the"."""
    fast = [spoken(words, word_s=0.12, gap_s=0.05) for words in ("a the", "a the", "the uh light")]
    agreement = after(*(Hypothesis(words, 0.0, LATER_S) for words in fast))
    assert (text(agreement.committed), text(agreement.tail)) == ("a the", "light")


def test_sound_that_is_gone_commits_the_words_that_started_in_it() -> None:
    agreement = after(heard("turn on the light"))
    agreement.leave(0.9 + 0.1)  # in the middle of "on"
    assert (text(agreement.committed), text(agreement.tail)) == ("turn on", "the light")


def test_a_noted_hypothesis_commits_nothing_but_may_be_agreed_with() -> None:
    agreement = LocalAgreement()
    agreement.note(heard("turn on"))
    agreement.note(heard("turn on"))
    assert agreement.committed == ()
    agreement.agree(heard("turn on"))
    assert text(agreement.committed) == "turn on"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Light,", "light", True),
        ("don’t", "dont", True),
        ("Küche.", "ku\u0308che", True),
        ("20.", "20", True),
        ("1.5", "15", False),
        ("-5", "5", False),
        ("5%", "5", False),
        ("20", "twenty", False),
        ("10:30", "1030", False),
        ("की", "का", False),  # vowel signs are no punctuation
        ("—", "…", False),
    ],
)
def test_words_are_compared_without_case_and_punctuation_but_numbers_strictly(
    one: str, other: str, alike: bool
) -> None:
    assert (normalised(one) == normalised(other)) is alike


WORDS = st.lists(st.sampled_from(["turn", "on", "the", "light", "2", "2.", "no", "—", ""]), max_size=12)


@st.composite
def hypotheses(draw: st.DrawFn) -> Hypothesis:
    """Any words, in order and apart, in any part of the sound."""
    texts = draw(WORDS)
    times = sorted(draw(st.lists(st.floats(0, 30), min_size=2 * len(texts), max_size=2 * len(texts))))
    words = [Word(each, times[2 * n], times[2 * n + 1]) for n, each in enumerate(texts)]
    return Hypothesis(tuple(words), times[0] if times else 0.0, draw(st.floats(0, 35)))


@given(st.lists(st.tuples(hypotheses(), st.sampled_from(["agree", "note", "leave"])), max_size=12))
def test_committed_words_never_change_and_their_times_increase(steps: list[tuple[Hypothesis, str]]) -> None:
    agreement = LocalAgreement()
    for hypothesis, step in steps:
        before = agreement.committed
        if step == "leave":
            agreement.leave(hypothesis.end_s)
        else:
            getattr(agreement, step)(hypothesis)
        assert agreement.committed[: len(before)] == before
        assert step != "note" or agreement.committed == before
        times = [time for word in (*agreement.committed, *agreement.tail) for time in (word.start_s, word.end_s)]
        assert times == sorted(times)


@given(st.lists(st.tuples(hypotheses(), hypotheses()), max_size=4), hypotheses())
def test_a_word_is_committed_only_where_both_hypotheses_say_it(
    pairs: list[tuple[Hypothesis, Hypothesis]], last: Hypothesis
) -> None:
    agreement = after(*(hypothesis for pair in pairs for hypothesis in pair))
    tail, count = agreement.tail, len(agreement.committed)
    agreement.agree(last)
    new = agreement.committed[count:]
    assert [normalised(word.text) for word in new] == [normalised(word.text) for word in tail[: len(new)]]
    assert {word.text for word in new} <= {word.text for word in last.words}
    assert all(word.end_s <= max(last.end_s, tail[0].start_s) for word in new)
