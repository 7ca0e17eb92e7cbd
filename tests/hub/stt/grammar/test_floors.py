"""Laws of floors in speech: their names are read where the home has some, and cost nothing where it has none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.home.home import Area, Floor
from hub.stt.grammar.known import KnownSentences
from hub.stt.grammar.spoken_words import spoken
from tests.hub.stt.grammar.drawn import drawn
from tests.hub.stt.sphinx.homes import NamedHome, thing

AREAS = [Area("Kitchen"), Area("Bedroom")]
THINGS = [thing("Bed Light", "light"), thing("Front Door", "lock")]
FLOORS = [Floor("Upstairs"), Floor("Ground Floor", ("Downstairs",))]
PLAIN = KnownSentences(NamedHome(THINGS, AREAS), "en")
STOREYED = KnownSentences(NamedHome(THINGS, AREAS, floors=FLOORS), "en")


def test_sentences_about_a_floor_are_whole_with_its_whole_name() -> None:
    for text in ("turn on the lights upstairs", "turn off the downstairs lights", "turn on lights on the ground floor"):
        assert STOREYED.read(spoken(text, "en")).sentence > 0, text
    beginning = STOREYED.read(spoken("turn on lights on the ground", "en"))
    assert (beginning.sentence, beginning.beginning > 0) == (0, True)


def test_a_home_without_floors_has_no_such_sentences_and_the_rest_is_as_it_was() -> None:
    reading = PLAIN.read(spoken("turn on the lights upstairs", "en"))
    assert (reading.sentence, reading.open_end, reading.beginning) == (0, 0, 0)
    lights = spoken("turn on the lights", "en")
    assert PLAIN.read(lights).beginning < STOREYED.read(lights).beginning  # nothing more is to come


def test_floors_that_the_home_gains_loses_and_names_anew_are_followed() -> None:
    home = NamedHome(THINGS, AREAS)
    known, said = KnownSentences(home, "en"), spoken("turn on the lights upstairs", "en")
    found = []
    for floors in ([], FLOORS, [Floor("Attic")], [Floor("Attic", ("Upstairs",))], []):
        home.floors = floors
        found.append(known.read(said).sentence > 0)
    assert found == [False, True, False, True, False]


@given(drawn(NamedHome(THINGS, AREAS)))
def test_every_sentence_of_the_home_without_floors_is_one_with_them(text: str) -> None:
    assert STOREYED.read(spoken(text, "en")).sentence > 0 or PLAIN.read(spoken(text, "en")).sentence == 0


@given(st.sampled_from(["en", "de", "nl", "ru"]), st.text("abcdefghij ", min_size=1, max_size=20))
def test_in_any_language_any_name_of_a_floor_can_be_read(language: str, name: str) -> None:
    known = KnownSentences(NamedHome(THINGS, AREAS, floors=[Floor(name)]), language)
    known.read(spoken(name, language))
