"""Laws of the guards: what nobody said is no word, and what somebody said is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.recognizer import Voiced
from hub.stt.rolling.guards import LOOP_TIMES, credible, is_voiced
from hub.stt.rolling.stock_phrases import CREDITS, POLITE
from hub.stt.rolling.transcriber import Segment
from tests.scripted_transcriber import segment, spoken, voiced

POLITE_PHRASES = [phrase.strip() for line in POLITE.strip().split("\n") for phrase in line.split("|")]
CREDIT_PHRASES = [phrase.strip() for line in CREDITS.strip().split("\n") for phrase in line.split("|")]


def text(segments: Sequence[Segment]) -> str:
    return " ".join(word.text for each in segments for word in each.words)


def kept(*segments: Segment, spans: Voiced | None = None) -> str:
    """Of segments with a voice under each word, unless there are other spans."""
    return text(
        credible(segments, voiced(word for each in segments for word in each.words) if spans is None else spans)
    )


@pytest.mark.parametrize("answer", ["yes", "no", "stop", "ok", "Thank you.", "thanks", "you", "danke", "20", "Bye!"])
def test_a_short_answer_with_a_voice_under_it_passes(answer: str) -> None:
    assert kept(segment(spoken(answer))) == answer


@pytest.mark.parametrize("answer", ["yes", "stop", "no never mind"])
def test_a_short_answer_that_is_no_stock_phrase_passes_even_if_it_is_doubtful(answer: str) -> None:
    assert kept(segment(spoken(answer), no_speech=0.55, log_probability=-0.9)) == answer
    assert kept(segment(spoken(answer), no_speech=0.9)) == answer
    assert kept(segment(spoken(answer), log_probability=-1.5)) == answer


def test_a_segment_is_noise_where_both_probabilities_say_so() -> None:
    noise = segment(spoken("and then"), no_speech=0.7, log_probability=-1.2)
    assert kept(noise) == ""
    assert kept(segment(spoken("turn on the light")), noise) == "turn on the light"


@pytest.mark.parametrize("phrase", POLITE_PHRASES)
def test_a_polite_phrase_without_enough_voice_or_in_doubt_is_dropped(phrase: str) -> None:
    words = spoken(phrase)
    click = [(words[0].start_s, words[0].start_s + 0.1)]
    assert kept(segment(words), spans=click) == ""
    assert kept(segment(words, no_speech=0.5)) == ""
    assert kept(segment(words, log_probability=-0.8)) == ""
    assert kept(segment(words)) == phrase


@pytest.mark.parametrize("phrase", CREDIT_PHRASES)
def test_credits_of_films_are_dropped_however_sure_the_engine_is(phrase: str) -> None:
    assert kept(segment(spoken(f"{phrase.capitalize()} amara.org"))) == ""


def test_only_a_whole_segment_is_a_stock_phrase() -> None:
    doubtful = segment(spoken("turn on the light thank you"), no_speech=0.5, log_probability=-0.9)
    assert kept(doubtful) == "turn on the light thank you"
    assert kept(segment(spoken("show subtitles by default"))) == "show subtitles by default"


@pytest.mark.parametrize("said", ["no no no", "very very very very good", "turn it on and turn it on and turn it on"])
def test_what_people_say_a_few_times_stays(said: str) -> None:
    assert kept(segment(spoken(said))) == said


@pytest.mark.parametrize("phrase", ["you", "the light", "turn on the light in the kitchen now"])
@pytest.mark.parametrize("segments", [1, LOOP_TIMES])
def test_a_loop_is_kept_once_whether_in_one_segment_or_over_many(phrase: str, segments: int) -> None:
    words = spoken(f"please {' '.join([phrase] * 10)} now")
    size = len(words) // segments
    parts = [segment(words[at : at + size]) for at in range(0, len(words), size)]
    assert kept(*parts) == f"please {phrase} now"


def test_a_segment_that_repeats_itself_otherwise_is_dropped_but_not_the_one_before() -> None:
    repeats = replace(segment(spoken("a1 a2 a3 a4 a5 a6 a7 a8 a9 a10", 5)), compression=2.5)
    assert kept(segment(spoken("lights on")), repeats) == "lights on"


def test_of_a_loop_that_compresses_well_the_first_time_stays() -> None:
    assert kept(replace(segment(spoken("stop " * 12)), compression=3.0)) == "stop"


@pytest.mark.parametrize(("end_s", "stays"), [(0.1, False), (0.19, False), (0.21, True), (0.6, True)])
def test_a_word_stays_within_a_margin_of_a_voice(end_s: float, stays: bool) -> None:
    """Of half a second: "stop" begins then."""
    assert kept(segment(spoken("stop")), spans=[(0.0, end_s)]) == ("stop" if stays else "")


def test_words_before_and_behind_the_voice_are_dropped() -> None:
    words = spoken("vis turn on the light thanks for that", word_s=0.3, gap_s=0.4)
    assert kept(segment(words), spans=[(words[1].start_s, words[4].end_s)]) == "turn on the light"


SPANS = st.lists(st.floats(0, 20), max_size=8).map(lambda times: list(zip(*[iter(sorted(times))] * 2, strict=False)))
TEXTS = st.lists(st.sampled_from(["turn", "you", "Thank", "thanks", "20", "no", "untertitelung", "—"]), max_size=15)
SEGMENTS = st.lists(
    st.builds(
        lambda texts, at, *rest: Segment(spoken(" ".join(texts), at), *rest),
        TEXTS,
        st.floats(0, 15),
        st.floats(0, 1),
        st.floats(-3, 0),
        st.floats(0, 5),
    ),
    max_size=4,
)


@given(SEGMENTS)
def test_without_a_voice_there_is_no_word(segments: list[Segment]) -> None:
    assert credible(segments, []) == ()


@given(SEGMENTS, SPANS)
def test_guards_only_take_words_away_and_leave_no_empty_segment(segments: list[Segment], spans: Voiced) -> None:
    passed = credible(segments, spans)
    words = [word for each in segments for word in each.words]
    rest = iter(words)
    assert all(word in rest for each in passed for word in each.words)  # in the same order
    assert all(each.words for each in passed)
    assert all(is_voiced(word.start_s, word.end_s, spans) for each in passed for word in each.words)
