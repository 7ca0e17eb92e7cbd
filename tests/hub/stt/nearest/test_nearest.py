"""Laws of near misses: what is put right, and what never is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.home.home import Thing
from hub.stt.ending.completeness import UNKNOWN, WHOLE, Completeness
from hub.stt.grammar.spoken_words import spoken
from hub.stt.nearest.kept import ASKING, KEPT, is_kept
from hub.stt.nearest.nearest import SURE, Nearest
from hub.stt.recognizer import Word, Words
from tests.hub.stt.grammar.drawn import drawn
from tests.hub.stt.nearest.spoken_alike import HOME, NEAREST, PHONES, phones, snapped, words
from tests.hub.stt.sphinx.homes import NamedHome, thing

JUDGE = Completeness(HOME, "en")
STRAYS = "please the 5 twenty up not lock tv is what garage and percent 25% Kitchen"
STRAY = st.sampled_from([*PHONES, *STRAYS.split()])
NAMES = [*(one.name.lower() for one in HOME.things), "kitchen", "cook's room", "bedroom"]


@st.composite
def near_misses(draw: st.DrawFn) -> str:
    """Sentences of the home with a word or two exchanged, put in or left out."""
    said = draw(drawn(HOME)).split()
    for _ in range(draw(st.integers(1, 2))):
        at, more = draw(st.integers(0, len(said))), draw(st.lists(STRAY, max_size=1))
        said = said[:at] + more + said[at + draw(st.integers(0, 1)) :]
    return " ".join(said)


anything = near_misses() | st.lists(STRAY, max_size=10).map(" ".join)


@pytest.mark.parametrize(
    ("misheard", "meant"),
    [
        ("turn on the kitten lights", "turn on the kitchen lights"),
        ("turn on the lice in the kitchen", "turn on the light in the kitchen"),
        ("fan on the tv", "turn on the tv"),
        ("take set kitchen lights to white", "set kitchen lights to white"),
        ("what of the ecobee temperature", "what is the ecobee temperature"),
        ("set the brightness of the bed light do 25 percent", "set the brightness of the bed light to 25 percent"),
        ("set a timber for 5 minutes", "set a timer for 5 minutes"),
        ("what's the thyme", "what's the time"),
        ("is the front floor locked", "is the front door locked"),
        ("turn on light kitchen", "turn on light in kitchen"),
        ("set lights in the kitchen to yell", "set lights in the kitchen to yellow"),
    ],
)
def test_a_near_miss_becomes_the_sentence_that_was_meant(misheard: str, meant: str) -> None:
    assert snapped(misheard) == meant


@pytest.mark.parametrize(
    "unclear",
    [
        "turn of the kitchen lights",  # on, or off?
        "turn kitchen lights to on off",
        "turn on the standing door",  # the light, or the front door?
        "turn on the light in the bathroom",  # which this home has not, and it is not the bedroom
        "turn off the lights in there",  # which is not the room that they are in
        "turn off the lights in that room",
        "turn off the lights in his room",
        "turn off the lights in this bedroom",  # this room, or the bedroom?
        "turn off the bat light",
        "don't turn on the lice",
        "turn on the kitchen to 9",
        "wozzle the front door",
        "turn on the wozzle lights",
        "lock unlock the front door",
        "turn on the lights in the kitchen and",  # more will be said
        "turn of on the kitten lights wozzle",
        "is bedroom light or on",  # a question, which is not to be done
        "what turn off the tv",
        "turn off the tv fan",  # more than the TV may be meant
        "garage lights off",  # and not all lights
        "yet",  # which is no yes
        "goal ahead",
        "go a bed",
        "yes pleas",
        "who won the football match",
        "tell me down doors is",
        "",
        "the",
        "...",
    ],
)
def test_what_is_unclear_stays_as_it_was_heard(unclear: str) -> None:
    assert NEAREST(words(unclear)) == words(unclear)


@given(drawn(HOME))
def test_a_sentence_of_the_home_is_never_changed(sentence: str) -> None:
    assert snapped(sentence) == sentence


@given(drawn(HOME), st.data())
def test_the_beginning_of_a_sentence_is_never_changed(sentence: str, data: st.DataObject) -> None:
    said = sentence.split()
    beginning = " ".join(said[: data.draw(st.integers(0, len(said)))])
    assert snapped(beginning) == beginning


@given(anything)
def test_what_becomes_of_words_is_themselves_or_a_sentence_of_the_home(text: str) -> None:
    became = snapped(text)
    assert became == text or (JUDGE.p_end(became) >= WHOLE and JUDGE.p_end(text) <= UNKNOWN)
    assert snapped(became) == became


@given(anything)
def test_opposites_negations_and_numbers_stay_and_none_comes_in(text: str) -> None:
    assert [word for word in snapped(text).split() if is_kept(word)] == [w for w in text.split() if is_kept(w)]


@given(anything)
def test_a_name_that_was_heard_stays(text: str) -> None:
    became = f" {snapped(text).lower()} "
    for name in NAMES:
        assert f" {name} " not in f" {text.lower()} " or f" {name} " in became


@given(anything)
def test_a_question_never_becomes_a_command(text: str) -> None:
    became = snapped(text)
    if became != text and ASKING & {*spoken(text, "en")}:
        assert spoken(became, "en")[0] in ASKING


@given(anything)
def test_at_most_two_words_are_others(text: str) -> None:
    before, after = Counter(text.split()), Counter(snapped(text).split())
    assert max((before - after).total(), (after - before).total()) <= 2


@given(anything, st.floats(0, 1))
def test_the_same_words_become_the_same_whatever_came_before(text: str, probability: float) -> None:
    assert NEAREST(words(text, probability)) == Nearest(HOME, phones)(words(text, probability))


@given(anything, st.lists(st.floats(0, 1), min_size=14, max_size=14))
def test_words_that_stay_keep_all_and_others_have_the_confidence(text: str, probabilities: list[float]) -> None:
    heard = words(text)
    rated = tuple(replace(one, probability=p) for one, p in zip(heard.tail, probabilities, strict=False))
    became = NEAREST(replace(heard, tail=rated)).tail
    new = [word for word in became if word not in rated]
    assert len({word.probability for word in new}) <= 1
    assert all(word.probability >= SURE for word in new)
    assert [word.start_s for word in became] == sorted(word.start_s for word in became)


def test_an_exchanged_word_keeps_its_time_and_one_put_in_takes_none() -> None:
    became = NEAREST(words("turn on the kitten light")).tail
    assert [(word.start_s, word.end_s) for word in became] == [(at / 2, at / 2 + 0.4) for at in range(5)]
    _, _, light, put_in, kitchen = NEAREST(words("turn on light kitchen")).tail
    assert (put_in.text, put_in.start_s, put_in.end_s) == ("in", light.end_s, light.end_s)
    assert kitchen == words("turn on light kitchen").tail[-1]


def test_what_the_engine_is_not_sure_of_is_left_alone() -> None:
    assert snapped("turn on the kitten lights", SURE + 0.05) == "turn on the kitchen lights"
    assert snapped("turn on the kitten lights", SURE - 0.05) == "turn on the kitten lights"


def test_a_word_that_the_engine_doubts_is_exchanged_more_surely() -> None:
    heard = words("is the front floor locked")
    doubted = tuple(replace(word, probability=0.1) if word.text == "floor" else word for word in heard.tail)
    surely, less = (NEAREST(one).tail[3].probability for one in (replace(heard, tail=doubted), heard))
    assert surely > less


def test_committed_words_never_change() -> None:
    heard = words("turn on the kitten lights")
    committed = Words(heard.tail[:1], heard.tail[1:], "en")
    assert NEAREST(committed) is committed


def test_how_a_word_is_written_matters_only_where_it_changes() -> None:
    assert snapped("Turn on the kitten Lights!") == "Turn on the kitchen Lights!"


def test_a_new_name_is_known_at_once() -> None:
    home = NamedHome([thing("Lamp", "light")])
    nearest = Nearest(home, phones)
    assert nearest(words("turn on kitten bed")).text == "turn on kitten bed"
    home.things = [Thing("light.a", "Lamp", "light", "on", aliases=("Kitchen Bed",))]
    assert nearest(words("turn on kitten bed")).text == "turn on kitchen bed"


def test_a_home_without_anything_and_words_without_sounds() -> None:
    assert Nearest(NamedHome([], []), phones)(words("what's the thyme")).text == "what's the time"
    assert Nearest(HOME, lambda _: ())(words("turn on the kitten lights")).text == "turn on the kitten lights"


@given(st.text(max_size=300) | st.just("tv " * 5000) | st.just("kitten " * 29) | st.just("of " * 30 + "time"))
@settings(max_examples=50)
def test_whatever_is_heard_is_answered(text: str) -> None:
    one = Words((), (Word(text, 0.0, 1.0),), "en")
    assert NEAREST(one) == one
    assert bool(NEAREST(words(text)).all) == bool(text.split())


def test_no_word_that_is_put_in_decides_what_is_done() -> None:
    assert not KEPT & {"is", "are", "in", "of", "for", "to", "the", "turn", "set"}
