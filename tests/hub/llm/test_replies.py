"""Laws of replies: the words are the language's; nothing in what a name, a state or a person says is evaluated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home.home import Thing
from hub.llm.language import load
from hub.llm.match import Match, Refusal
from hub.llm.plan import Plan
from hub.llm.replies import Replies

ENGLISH = load("en")
REPLIES = Replies(ENGLISH)


def sensor(name: str, state: str, **attributes: object) -> Thing:
    return Thing("sensor.it", name, "sensor", state, attributes=attributes)


HOSTILE = st.one_of(
    st.sampled_from(
        ["{{ 7*7 }}", "{% for x in range(9) %}x{% endfor %}", "{{ slots.__class__ }}", "{# gone #}", "{{", "%}"]
    ),
    st.text("{}%#7*_.ab", min_size=1, max_size=20),
)


@given(HOSTILE)
def test_a_name_is_spoken_as_it_is(name: str) -> None:
    plan = Plan(matched=(sensor(name, "on"),))
    assert REPLIES.answer(Match("HassGetState", "any"), plan) == f"Yes, {name}"


@given(HOSTILE)
def test_a_state_is_spoken_as_it_is(state: str) -> None:
    plan = Plan(unmatched=(sensor("It", state, unit_of_measurement=state),))
    assert REPLIES.answer(Match("HassGetState", "one_yesno"), plan) == f"No, {state} {state}"


@given(HOSTILE)
def test_what_a_person_said_is_repeated_as_it_is(words: str) -> None:
    assert REPLIES.answer(Match("HassListAddItem", "item_added", {"item": words}), Plan()) == f"Added {words}"
    assert REPLIES.refuse(Refusal("no_area", area=words)) == f"Sorry, I am not aware of any area called {words}"


@given(st.sampled_from(sorted(ENGLISH.errors)), HOSTILE)
def test_every_refusal_is_one_line_of_words(key: str, words: str) -> None:
    values = dict.fromkeys(("area", "floor", "domain", "device_class", "entity", "state"), words)
    text = REPLIES.refuse(Refusal(key, **values))
    assert text
    assert text == " ".join(text.split())


def test_nothing_is_said_for_nothing_and_no_fraction_where_there_is_none() -> None:
    air = Thing("weather.it", "It", "weather", "sunny", attributes={"temperature": 18.0, "temperature_unit": None})
    assert REPLIES.answer(Match("HassGetWeather", "default"), Plan(matched=(air,))) == "18 and sunny"


def test_what_a_thermostat_measures_goes_before_its_state() -> None:
    warm = Thing("climate.it", "It", "climate", "heat", attributes={"current_temperature": 20.5})
    assert REPLIES.answer(Match("HassClimateGetTemperature", "default"), Plan(matched=(warm,))) == "20.5 degrees"


@pytest.mark.parametrize(("count", "reply"), [(1, "Yes, A"), (2, "Yes, A and B"), (5, "Yes, A, B, C and 2 more")])
def test_several_names_are_a_list_in_words(count: int, reply: str) -> None:
    things = tuple(sensor(name, "on") for name in "ABCDE"[:count])
    assert REPLIES.answer(Match("HassGetState", "any"), Plan(matched=things)) == reply


def test_where_the_language_has_no_words_there_is_no_reply() -> None:
    assert REPLIES.answer(Match("HassNevermind", "default"), Plan()) == ""
    assert REPLIES.answer(Match("HassDanceALittle", "default"), Plan()) == ""
