"""Laws of floors: who names one means the things in its areas, however it is called; a home without any knows none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hub.home.home import Action, Area, Floor, Thing
from hub.llm.handlers import plan
from hub.llm.language import load
from hub.llm.match import Match, Refusal
from hub.llm.plain import plain_areas, plain_floors, plain_things
from hub.llm.prompt import Prompt
from hub.llm.recognition import Recognition
from hub.llm.replies import Replies
from hub.llm.responder import Request
from hub.llm.targets import Context, targets
from hub.llm.tools import ToolError, tools, wanted
from tests.hub.llm.noted_home import NOW, NotedHome, call

ENGLISH = load("en")
REPLIES = Replies(ENGLISH)
FLOORS = (Floor("Upstairs", ("First Floor", "top")), Floor("Ground Floor", ("Downstairs",)), Floor("Cellar"))
AREAS = (
    Area("Bedroom", floor="Upstairs"),
    Area("Office", ("Study",), "Upstairs"),
    Area("Kitchen", floor="Ground Floor"),
    Area("Shed"),
)


def light(area: str | None, name: str, state: str = "on") -> Thing:
    return Thing(f"light.{area}_{name}", name, "light", state, area, supports=frozenset({"brightness"}))


def climate(area: str) -> Thing:
    return Thing(f"climate.{area}", f"{area} Heating", "climate", "heat", area)


THINGS = (
    light("Bedroom", "Bed Light"),
    light("Office", "Lamp"),
    light("Kitchen", "Kitchen Light"),
    light("Kitchen", "Lamp", "off"),
    light("Shed", "Shed Light"),
    light(None, "Fairy Lights"),
    Thing("cover.b", "Blind", "cover", "open", "Bedroom", attributes={"device_class": "blind"}),
)


def storeyed(things: Sequence[Thing] = THINGS) -> NotedHome:
    return NotedHome(things, AREAS, floors=FLOORS)


HOME = storeyed()
RECOGNITION = Recognition(HOME, ENGLISH)


def context(area: str | None = None, things: Sequence[Thing] = THINGS) -> Context:
    return Context(AREAS, things, NOW, area, floors=FLOORS)


def done(text: str, area: str | None = None) -> list[str]:
    """The things that something is done to."""
    match = RECOGNITION.recognise(text, area)
    assert match is not None, text
    return [action.entity_id for action in plan(match, context(area)).actions]


def answer(text: str, area: str | None = None) -> str:
    """What is said to a sentence."""
    match = RECOGNITION.recognise(text, area)
    try:
        if match is None:
            raise RECOGNITION.miss(text, area)
        return REPLIES.answer(match, plan(match, context(area)))
    except Refusal as refusal:
        return REPLIES.refuse(refusal)


@pytest.mark.parametrize("area", [None, "Kitchen"])
@pytest.mark.parametrize(
    "text",
    [
        "turn off the lights upstairs",
        "turn off all the lights on the first floor",
        "turn off the upstairs lights",
        "first floor lights off",
        "turn off the lights on the top floor",
    ],
)
def test_the_lights_of_a_floor_are_those_in_its_areas_wherever_it_is_said(text: str, area: str | None) -> None:
    assert done(text, area) == ["light.Bedroom_Bed Light", "light.Office_Lamp"]


def test_a_things_floor_tells_it_from_another_of_its_name() -> None:
    assert done("turn on the lamp on the ground floor", "Office") == ["light.Kitchen_Lamp"]
    assert done("turn off the lamp on the first floor", "Kitchen") == ["light.Office_Lamp"]


def test_brightness_and_covers_are_set_on_a_floor() -> None:
    assert done("set upstairs brightness to 50 percent") == ["light.Bedroom_Bed Light", "light.Office_Lamp"]
    assert done("close the blinds on the first floor") == ["cover.b"]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("are any lights on upstairs", "Yes, Bed Light and Lamp"),
        ("are all lights on downstairs", "No, Lamp is not on"),
        ("how many lights are on on the first floor", "2"),
        ("turn off the lights on the second floor", "Sorry, I am not aware of any floor called second"),
        ("turn off the lights in the cellar", "Sorry, I am not aware of any light on the Cellar floor"),
        ("close the blinds on the ground floor", "Sorry, I am not aware of any blind in the Ground Floor"),
        ("turn on the sauna on the first floor", "Sorry, I am not aware of any device called sauna in the first floor"),
        ("turn on the blinds in the attic", "Sorry, I am not aware of any area called attic"),
    ],
)
def test_floors_are_asked_about_and_what_they_lack_is_said(text: str, reply: str) -> None:
    assert answer(text, "Bedroom") == reply


def test_what_is_on_no_floor_is_on_none() -> None:
    everywhere = {one for floor in FLOORS[:2] for one in done(f"turn off the lights {floor.aliases[-1]}")}
    assert not everywhere & {"light.Shed_Shed Light", "light.None_Fairy Lights"}


@pytest.mark.parametrize(("area", "meant"), [("Bedroom", "Office"), ("Office", "Office"), ("Kitchen", "Kitchen")])
def test_of_two_with_one_name_the_one_on_the_floor_where_it_was_said_is_meant(area: str, meant: str) -> None:
    (lamp,) = targets(Match("HassTurnOn", "default", {"name": "Lamp"}), context(area))
    assert lamp.area == meant


@pytest.mark.parametrize("area", ["Shed", "Nowhere", None])
def test_where_no_floor_is_known_neither_of_two_is_meant(area: str | None) -> None:
    with pytest.raises(Refusal, match="duplicate_entities"):
        targets(Match("HassTurnOn", "default", {"name": "Lamp"}), context(area))


@pytest.mark.parametrize(("area", "heating"), [("Office", "Bedroom"), ("Bedroom", "Bedroom"), ("Kitchen", "Kitchen")])
def test_a_thermostat_is_that_of_the_persons_floor_where_the_area_has_none(area: str, heating: str) -> None:
    match = Match("HassClimateSetTemperature", "default", {"temperature": 20, "area": area})
    (action,) = plan(match, context(area, [climate("Bedroom"), climate("Kitchen")])).actions
    assert action.entity_id == f"climate.{heating}"


def test_a_thermostat_on_a_floor_that_has_none_is_none() -> None:
    match = Match("HassClimateSetTemperature", "default", {"temperature": 20, "floor": "Cellar"}, {"floor": "cellar"})
    with pytest.raises(Refusal, match="no_domain_in_floor"):
        plan(match, context("Bedroom", [climate("Bedroom")]))


def test_names_of_floors_are_followed_from_the_first_to_the_last() -> None:
    home = NotedHome(THINGS, AREAS)
    recognition = Recognition(home, ENGLISH)
    text = "turn off the lights upstairs"
    assert recognition.recognise(text, None) is None
    home.floors = FLOORS
    assert recognition.recognise(text, None) is not None
    home.floors = [replace(FLOORS[0], name="Loft", aliases=())]
    assert recognition.recognise(text, None) is None
    match = recognition.recognise("turn off the lights on the loft", None)
    assert match is not None
    assert match.slots["floor"] == "Loft"
    home.floors = ()
    assert recognition.recognise("turn off the lights on the loft", None) is None


def test_other_sentences_mean_the_same_in_a_home_with_floors() -> None:
    plain = Recognition(NotedHome(THINGS, AREAS), ENGLISH)
    for text in ("turn on the lamp", "turn off the lights", "turn off the lights in the study", "what time is it"):
        assert RECOGNITION.recognise(text, "Office") == plain.recognise(text, "Office")


def told(home: NotedHome) -> Context:
    return Context(plain_areas(home), plain_things(home), NOW, floors=plain_floors(home))


def test_a_model_names_floors_as_it_was_told_of_them() -> None:
    offered = tools(HOME.things, timers=False, floors=True)
    assert {tool.name for tool in offered if "floor" in json.dumps(tool.parameters)} >= {"HassTurnOn", "HassLightSet"}
    actions = wanted(call("HassTurnOff", '{"domain": "light", "floor": "Ground Floor"}'), told(HOME)).actions
    assert actions == (
        Action("light.turn_off", "light.Kitchen_Kitchen Light"),
        Action("light.turn_off", "light.Kitchen_Lamp"),
    )
    assert wanted(call("HassLightSet", '{"floor": "top", "brightness": 20}'), told(HOME)).actions
    with pytest.raises(ToolError, match="no floor: floor 'Roof'"):
        wanted(call("HassTurnOff", '{"domain": "light", "floor": "Roof"}'), told(HOME))


def test_an_area_and_a_floor_both_hold() -> None:
    here = '{"domain": "light", "area": "Office", "floor": "Upstairs"}'
    assert [one.entity_id for one in wanted(call("HassTurnOn", here), told(HOME)).actions] == ["light.Office_Lamp"]
    with pytest.raises(ToolError, match="no domain in area"):
        wanted(call("HassTurnOn", here.replace("Upstairs", "Ground Floor")), told(HOME))


def test_a_model_hears_of_no_floors_where_there_are_none() -> None:
    home = NotedHome()
    assert "floor" not in Prompt("You are a voice.", home).messages(Request("hello", "den"))[0].text
    assert "floor" not in json.dumps([tool.parameters for tool in tools(home.things, timers=True)])


def test_the_prompt_has_floors_first_and_stays_the_same_in_whatever_order_they_come() -> None:
    text = Prompt("You are a voice.", HOME).messages(Request("hello", "den", "Office"))[0].text
    assert '{"floor":"Upstairs","also":["First Floor","top"]}' in text
    assert '{"area":"Office","floor":"Upstairs","also":["Study"]}' in text
    other = NotedHome(THINGS, AREAS[::-1], floors=FLOORS[::-1])
    assert Prompt("You are a voice.", other).messages(Request("hello", "den", "Office"))[0].text == text
