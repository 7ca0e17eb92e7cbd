"""Laws of recognition: the home's names are plain text, it follows the home, and it does nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.home.demo import DemoHome
from hub.home.home import Area, Thing
from hub.home.homefile import HomePlan
from hub.llm.language import LanguageError, load
from hub.llm.match import Match
from hub.llm.recognition import LONGEST_TEXT, Recognition

ENGLISH = load("en")
AREAS = (Area("Kitchen", ("Galley",)), Area("Office"))


def thing(name: str, domain: str = "light", area: str | None = None, *aliases: str) -> Thing:
    return Thing(f"{domain}.{name}", name, domain, "off", area, aliases)


class ChangingHome(DemoHome):
    """A home whose things get other names, as Home Assistant's do."""

    def __init__(self, *things: Thing) -> None:
        super().__init__(HomePlan(AREAS, things, {}))

    def rename(self, *things: Thing) -> None:
        self._things = {one.entity_id: one for one in things}


LAMP, TV = thing("Reading Lamp", "light", "Office", "Old Lamp"), thing("TV", "media_player")
HOME = ChangingHome(LAMP, TV)
RECOGNITION = Recognition(HOME, ENGLISH)


def recognise(text: str, area: str | None = None) -> Match:
    match = RECOGNITION.recognise(text, area)
    assert match is not None
    return match


@pytest.mark.parametrize(
    ("text", "area", "intent", "response", "slots"),
    [
        ("Turn on the reading lamp.", None, "HassTurnOn", "default", {"name": "Reading Lamp", "domain": "light"}),
        ("turn on the old lamp", None, "HassTurnOn", "default", {"name": "Old Lamp", "domain": "light"}),
        ("turn off the lights", "Office", "HassTurnOff", "lights_area", {"domain": "light", "area": "Office"}),
        ("turn on the galley lights", None, "HassTurnOn", "lights_area", {"domain": "light", "area": "Kitchen"}),
        ("which lights are on", None, "HassGetState", "which", {"domain": "light", "state": "on"}),
        ("what time is it", None, "HassGetCurrentTime", "default", {}),
    ],
)
def test_a_sentence_means_an_intent_with_its_slots(
    text: str, area: str | None, intent: str, response: str, slots: dict[str, object]
) -> None:
    match = recognise(text, area)
    assert (match.intent, match.response, match.slots) == (intent, response, slots)


def test_what_was_said_is_kept_beside_what_it_means() -> None:
    match = recognise("open the blinds in the galley")
    assert match.slots == {"device_class": "blind", "area": "Kitchen", "domain": "cover"}
    assert match.said == {"device_class": "blinds", "area": "galley"}


def test_the_satellites_area_is_meant_but_was_not_said() -> None:
    match = recognise("turn on the lights", "Kitchen")
    assert (match.slots["area"], "area" in match.said) == ("Kitchen", False)


def test_an_area_that_is_said_goes_before_the_satellites() -> None:
    assert recognise("turn on the lights in the office", "Kitchen").slots["area"] == "Office"


@pytest.mark.parametrize("said", ["75", "seventy five", "seventy-five"])
def test_numbers_may_be_digits_or_words(said: str) -> None:
    match = recognise(f"set reading lamp brightness to {said} percent")
    assert match.number("brightness") == 75


def test_a_name_goes_before_an_area_and_the_longest_name_before_others() -> None:
    home = ChangingHome(thing("Kitchen Lights"), thing("Kitchen", "switch"), thing("Lights"))
    match = Recognition(home, ENGLISH).recognise("turn on the kitchen lights", None)
    assert match is not None
    assert match.slots["name"] == "Kitchen Lights"


@pytest.mark.parametrize(("text", "domain"), [("unlock the door", "lock"), ("open the door", "cover")])
def test_of_things_with_one_name_the_kind_that_fits_the_sentence_is_meant(text: str, domain: str) -> None:
    things = [thing("Door", kind) for kind in ("binary_sensor", "cover", "lock")]
    home = ChangingHome(*things)
    match = Recognition(home, ENGLISH).recognise(text, None)
    assert match is not None
    assert match.slots["domain"] == domain


@pytest.mark.parametrize(
    "text",
    ["", " ", "...", "what is the capital of france", "who is the president", "is anyone home", "a" * LONGEST_TEXT],
)
def test_what_means_nothing_to_the_home_is_not_understood(text: str) -> None:
    assert RECOGNITION.recognise(text, None) is None
    assert RECOGNITION.miss(text, None).key == "no_intent"


def test_people_are_asked_for_where_the_home_knows_some() -> None:
    home = ChangingHome(thing("Ada", "person"))
    match = Recognition(home, ENGLISH).recognise("is anyone home", None)
    assert match is not None
    assert match.slots == {"domain": "person", "state": "home"}


def test_a_text_too_long_is_not_even_tried() -> None:
    text = "turn on the reading lamp" + " please" * LONGEST_TEXT
    assert RECOGNITION.recognise(text, None) is None
    assert RECOGNITION.miss(text, None).key == "no_intent"


@pytest.mark.parametrize(
    ("text", "key", "values"),
    [
        ("turn on the sauna", "no_entity", {"entity": "sauna"}),
        ("lock the garden gate", "no_entity", {"entity": "garden gate"}),
        ("turn on the sauna in the kitchen", "no_entity_in_area", {"entity": "sauna", "area": "kitchen"}),
        ("turn on the lights in the cellar", "no_area", {"area": "cellar"}),
        ("open the tv", "feature_not_supported", {}),
        ("set the brightness to 150 percent", "no_intent", {}),
        ("who turned the lights on", "no_intent", {}),
        ("how is the price of gold", "no_intent", {}),
    ],
)
def test_a_command_for_what_the_home_lacks_says_what_that_is(text: str, key: str, values: dict[str, str]) -> None:
    assert RECOGNITION.recognise(text, "Office") is None
    refusal = RECOGNITION.miss(text, "Office")
    assert (refusal.key, refusal.values) == (key, values)


@pytest.mark.parametrize(
    "text",
    [
        "turn on the lights",
        "turn off the lights in here",
        "turn off the TV in here",
        "turn off everything in this room",
        "next track",
        "what's the temp",
    ],
)
def test_what_lacks_only_the_place_where_it_is_said_is_told_so(text: str) -> None:
    assert RECOGNITION.recognise(text, None) is None
    assert RECOGNITION.miss(text, None).key == "no_room"


def test_names_that_the_home_gains_or_loses_are_followed() -> None:
    home = ChangingHome(LAMP)
    recognition = Recognition(home, ENGLISH)
    home.rename(replace(LAMP, name="Tall Lamp", aliases=()))
    assert recognition.recognise("turn on the reading lamp", None) is None
    assert recognition.recognise("turn on the tall lamp", None) is not None


def test_a_thing_is_recognised_however_it_stands() -> None:
    home = ChangingHome(LAMP)
    recognition = Recognition(home, ENGLISH)
    before = recognition.recognise("turn on the reading lamp", None)
    home.rename(replace(LAMP, state="on", attributes={"brightness": 3}))
    assert recognition.recognise("turn on the reading lamp", None) == before


OTHER_HOME = ChangingHome()
OTHERS = Recognition(OTHER_HOME, ENGLISH)
SYNTAX = st.text(st.sampled_from("ab {}[]()<>|;:@%\\.*?'\"-_"), max_size=12)


@given(st.lists(SYNTAX, max_size=4))
@settings(max_examples=60, deadline=None)
def test_no_name_changes_what_other_sentences_mean(names: Sequence[str]) -> None:
    OTHER_HOME.rename(LAMP, TV, *(replace(LAMP, entity_id=f"light.{at}", name=name) for at, name in enumerate(names)))
    for text in ("turn on the reading lamp", "turn off the lights", "what time is it", "set a timer for five minutes"):
        assert OTHERS.recognise(text, "Office") == RECOGNITION.recognise(text, "Office")


@pytest.mark.parametrize("name", ["{x}", "[a|b]", "<light>", "a|b", "{{ 7*7 }}", "(one;two)", "{name}", r"\d+", "A.C."])
def test_a_name_of_template_characters_means_itself_alone(name: str) -> None:
    OTHER_HOME.rename(thing(name))
    match = OTHERS.recognise(f"turn on {name}", None)
    assert match is not None
    assert match.slots["name"] == name
    assert [OTHERS.recognise(f"turn on {other}", None) for other in ("x", "a", "7", "49", "one")] == [None] * 5


@given(st.text(max_size=60), st.none() | st.text(max_size=10))
@settings(max_examples=60, deadline=None)
def test_whatever_is_said_is_understood_or_not_and_nothing_is_done(text: str, area: str | None) -> None:
    before = HOME.things
    match = RECOGNITION.recognise(text, area)
    assert RECOGNITION.recognise(text, area) == match
    assert match is not None or RECOGNITION.miss(text, area).key in ENGLISH.errors
    assert HOME.things == before


def test_a_language_without_sentences_is_refused_with_those_there_are() -> None:
    with pytest.raises(LanguageError, match=r"'tlh'.* en, "):
        load("tlh")


@pytest.mark.parametrize("language", ["de", "fr", "nl"])
def test_other_languages_load_and_understand_nothing_as_nothing(language: str) -> None:
    assert Recognition(HOME, load(language)).recognise("", None) is None


def test_german_is_understood() -> None:
    match = Recognition(HOME, load("de")).recognise("schalte den TV ein", None)
    assert match is not None
    assert (match.intent, match.slots["name"]) == ("HassTurnOn", "TV")
