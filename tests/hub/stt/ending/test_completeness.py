"""Laws of how finished words sound."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.home.home import Area, Thing
from hub.llm.asking import answer
from hub.llm.language import load
from hub.llm.recognition import Recognition
from hub.sentences import ANSWERS, sentences
from hub.stt.ending.completeness import BEGINNING, LEANS, NOTHING, UNKNOWN, WHOLE, Completeness
from hub.stt.grammar.spoken_words import LEANING, PASSED_OVER, every_word, number_phrases
from tests.hub.stt.grammar.drawn import drawn
from tests.hub.stt.sphinx.homes import NamedHome, thing

THINGS = (
    ("Bed Light", "light"),
    ("Standing Light", "light"),
    ("The Front Door", "lock"),
    ("Garage Door", "cover"),
    ("Radio", "media_player"),
    ("Ceiling Fan", "fan"),
    ("Thermostat", "climate"),
    ("Party Time", "script"),
)
HOME = NamedHome([thing(name, domain) for name, domain in THINGS], [Area("Kitchen", ("Cook's Room",)), Area("Bedroom")])
ENGLISH = Completeness(HOME, "en")
UNDERSTOOD = Recognition(HOME, load("en"))
KNOWN = ("turn", "on", "off", "the", "lights", "in", "kitchen", "and", "bed", "set", "to", "twenty", "5", "percent")
WORDS = st.sampled_from([*KNOWN, "please", "flurb"])


@given(drawn(HOME))
def test_every_sentence_of_the_templates_sounds_whole(sentence: str) -> None:
    assert ENGLISH.p_end(sentence) >= WHOLE


@settings(max_examples=50, deadline=None)  # hassil looks at every prefix, which takes it some milliseconds each
@given(drawn(HOME))
def test_what_is_cut_off_from_a_sentence_sounds_much_less_finished_unless_it_is_one(sentence: str) -> None:
    words, whole = sentence.split(), ENGLISH.p_end(sentence)
    for length in range(1, len(words)):
        prefix = " ".join(words[:length])
        is_one = answer(prefix) is not None or UNDERSTOOD.recognise(prefix, "Kitchen")
        assert ENGLISH.p_end(prefix) <= whole - 0.5 or is_one, prefix


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=200))
def test_whatever_is_heard_has_a_probability(words: str) -> None:
    assert 0 <= ENGLISH.p_end(words) <= 1


@given(drawn(HOME), st.sampled_from([str.upper, str.title, lambda text: f"  {text}.", lambda text: text + "?!"]))
def test_case_and_punctuation_do_not_count(sentence: str, written: object) -> None:
    assert callable(written)
    assert ENGLISH.p_end(written(sentence)) == pytest.approx(ENGLISH.p_end(sentence))


@given(st.integers(0, 100))
def test_numbers_count_the_same_in_digits_and_in_words(number: int) -> None:
    digits, *words = (" ".join(said) for said in number_phrases(number, "en"))
    assert words
    for said in words:
        probabilities = [ENGLISH.p_end(f"set Bed Light brightness to {one} percent") for one in (digits, said)]
        assert probabilities[0] == pytest.approx(probabilities[1])
        assert probabilities[0] > WHOLE


@pytest.mark.parametrize("leaning", sorted((LEANING["en"] | PASSED_OVER["en"]) - {"on", "in"}))
def test_nobody_ends_with_a_word_that_leans_on_the_next(leaning: str) -> None:
    assert ENGLISH.p_end(f"turn off the lights {leaning}") == LEANS
    assert ENGLISH.p_end(f"flurb {leaning}") == LEANS


def test_a_hesitation_in_the_middle_does_not_count() -> None:
    assert ENGLISH.p_end("turn on uh the um bed light") == ENGLISH.p_end("turn on bed light")


def test_a_leaning_word_that_ends_a_sentence_is_its_end() -> None:
    assert ENGLISH.p_end("turn the lights on") > 0.85
    assert ENGLISH.p_end("turn on") == LEANS
    assert ENGLISH.p_end("turn the lights on the") == LEANS


def test_a_slot_that_is_open_sounds_unfinished() -> None:
    for words in ("set Bed Light brightness", "turn off the bed", "turn off", "is the front door", "set a timer for 5"):
        assert ENGLISH.p_end(words) == pytest.approx(BEGINNING), words


def test_a_sentence_that_can_go_on_sounds_less_finished_than_one_that_cannot() -> None:
    can, cannot = ENGLISH.p_end("turn on the lights"), ENGLISH.p_end("turn on the lights in the kitchen")
    assert WHOLE <= can < cannot
    assert cannot > 0.95


@pytest.mark.parametrize("here", ["in here", "here", "in this room", "in my room", "in our room", "in the room"])
@pytest.mark.parametrize("command", ["turn on the radio {}", "set the lights {} to red", "how many lights are on {}"])
def test_the_room_that_people_are_in_sounds_whole_wherever_a_room_does(command: str, here: str) -> None:
    for place in ("in the kitchen", here):
        assert ENGLISH.p_end(command.format(place)) >= WHOLE, place
        assert UNDERSTOOD.recognise(command.format(place), "Kitchen") is not None, place


def test_a_number_that_can_go_on_sounds_less_finished_than_one_that_cannot() -> None:
    spoken = "set Bed Light brightness to"
    assert ENGLISH.p_end(f"{spoken} twenty") < ENGLISH.p_end(f"{spoken} twenty five")


def test_politeness_says_nothing() -> None:
    bare = ENGLISH.p_end("turn off the bed light")
    assert ENGLISH.p_end("please turn off the bed light") == pytest.approx(bare)
    assert ENGLISH.p_end("can you turn off the bed light please") == pytest.approx(bare)
    assert ENGLISH.p_end("can you") <= BEGINNING


@pytest.mark.parametrize("said", ANSWERS["en"]["HarkYes"] + ANSWERS["en"]["HarkNo"])
def test_an_answer_to_a_question_sounds_whole(said: str) -> None:
    assert ENGLISH.p_end(said) >= WHOLE


def test_open_ended_words_never_sound_surely_finished() -> None:
    for words in ("broadcast dinner is ready", "add milk and eggs"):
        assert ENGLISH.p_end(words) < UNKNOWN, words


def test_nothing_and_the_unknown() -> None:
    assert ENGLISH.p_end("") == ENGLISH.p_end(" ... ") == NOTHING
    assert ENGLISH.p_end("flurb the wozzle") == UNKNOWN
    assert ENGLISH.p_end("turn " * 5000) == UNKNOWN


def test_a_thing_with_a_new_name_is_known_at_once() -> None:
    home = NamedHome([thing("Lamp", "light")])
    judge = Completeness(home, "en")
    assert judge.p_end("turn on the moon beam") == UNKNOWN
    home.things = [thing("Moon Beam", "light")]
    assert judge.p_end("turn on the moon beam") > WHOLE
    assert judge.p_end("turn on the moon") == pytest.approx(BEGINNING)


def test_an_alias_is_a_name() -> None:
    home = NamedHome([Thing("light.a", "Lamp", "light", "on", aliases=("Sunny Side",))])
    assert Completeness(home, "en").p_end("turn on sunny side") > WHOLE


def test_a_home_without_anything_can_be_asked_the_time() -> None:
    judge = Completeness(NamedHome([], []), "en")
    assert judge.p_end("what's the time") > WHOLE


@pytest.mark.parametrize("language", ["ja", "zh-CN", "th", "xx"])
def test_a_language_whose_sentences_cannot_be_read_tells_nothing(language: str) -> None:
    judge = Completeness(HOME, language)
    assert judge.p_end("turn on the lights") == UNKNOWN
    assert judge.p_end("") == NOTHING


@pytest.mark.parametrize(
    ("language", "whole", "beginning"),
    [
        ("de", "schalte Bed Light ein", "schalte Bed Light"),
        ("fr", "allume Bed Light", "allume Bed"),
        ("nb", "slå på Bed Light", "slå på Bed"),
        ("es", "enciende Bed Light", "enciende Bed"),
    ],
)
def test_other_languages_have_sentences_too(language: str, whole: str, beginning: str) -> None:
    assert sentences(language)
    judge = Completeness(HOME, language)
    assert judge.p_end(whole) >= WHOLE
    assert judge.p_end(beginning) <= BEGINNING + 0.01


@given(st.text(max_size=100))
def test_words_have_no_case_and_no_space(text: str) -> None:
    for word in every_word(text):
        assert word == word.casefold()
        assert word.split() == [word]
