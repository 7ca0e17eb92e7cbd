"""Laws of tools: a model can do what a sentence can, to what the home shows; everything else is told to the model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home.demo import DemoHome
from hub.home.home import Action, Area, Thing
from hub.llm import results
from hub.llm.handlers import HANDLERS
from hub.llm.model import ToolCall
from hub.llm.plain import LONGEST_NAME, plain_areas, plain_things
from hub.llm.plan import Plan
from hub.llm.responder import Control, ControlAction
from hub.llm.targets import Context
from hub.llm.tools import ABILITIES, LONGEST_ARGUMENTS, LONGEST_ERROR, ToolError, tools, wanted
from tests.hub.llm.noted_home import NOW, NotedHome, call

HOME = DemoHome.load(Path(__file__).parents[3] / "config" / "home.toml")


def context(home: NotedHome | DemoHome = HOME, area: str | None = None) -> Context:
    return Context(plain_areas(home), plain_things(home), NOW, area)


def test_every_tool_is_an_intent_that_a_sentence_can_have() -> None:
    assert set(ABILITIES) - {"HarkControl"} <= set(HANDLERS)


@pytest.mark.parametrize("action", get_args(ControlAction))
def test_the_tool_of_the_satellite_does_what_a_sentence_can_ask_of_it(action: ControlAction) -> None:
    level = 40 if action == "volume_set" else None
    given = json.dumps({"action": action} | ({} if level is None else {"level": level}))
    assert wanted(call("HarkControl", given), context()) == Plan(control=Control(action, level))


def test_a_satellite_that_cannot_be_asked_has_no_such_tool() -> None:
    offered, hidden = ({tool.name for tool in tools((), False, controls)} for controls in (True, False))
    assert offered - hidden == {"HarkControl"}
    with pytest.raises(ToolError, match="feature not supported"):
        wanted(call("HarkControl", '{"action": "mute"}'), Context((), (), NOW, controls=False))


def test_every_tool_describes_an_object_that_takes_nothing_unknown() -> None:
    for tool in tools(HOME.things, timers=True):
        assert tool.description
        assert tool.parameters["type"] == "object"
        assert tool.parameters["additionalProperties"] is False
        assert "$ref" not in json.dumps(tool.parameters)


def test_a_tool_is_offered_where_the_home_has_a_thing_for_it() -> None:
    assert [tool.name for tool in tools(HOME.things, timers=True)] == list(ABILITIES)
    without = {tool.name for tool in tools([thing for thing in HOME.things if thing.domain != "weather"], timers=True)}
    assert set(ABILITIES) - without == {"HassGetWeather"}
    assert not any("Timer" in tool.name for tool in tools(HOME.things, timers=False))


@pytest.mark.parametrize(
    ("name", "arguments", "actions"),
    [
        ("HassTurnOn", '{"name": "bed light"}', [Action("light.turn_on", "light.bed_light")]),
        ("HassTurnOff", '{"name": "Front Door", "area": null}', [Action("lock.unlock", "lock.front_door")]),
        (
            "HassTurnOn",
            '{"domain": "cover", "device_class": "garage", "everywhere": true}',
            [Action("cover.open_cover", "cover.garage_door")],
        ),
        ("HassTurnOn", '{"name": "Movie Night"}', [Action("scene.turn_on", "scene.movie_night")]),
        (
            "HassLightSet",
            '{"name": "Bed Light", "brightness": 50, "color": "red"}',
            [Action("light.turn_on", "light.bed_light", {"brightness_pct": 50, "color_name": "red"})],
        ),
        (
            "HassSetPosition",
            '{"area": "Bedroom", "position": 30}',
            [Action("cover.set_cover_position", "cover.bedroom_curtains", {"position": 30})],
        ),
        (
            "HassFanSetSpeed",
            '{"area": "Office", "percentage": 40}',
            [Action("fan.turn_on", "fan.ceiling_fan", {"percentage": 40})],
        ),
        (
            "HassClimateSetTemperature",
            '{"temperature": 22}',
            [Action("climate.set_temperature", "climate.thermostat", {"temperature": 22.0})],
        ),
        ("HassMediaPause", '{"area": "Lounge"}', [Action("media_player.media_pause", "media_player.tv")]),
        (
            "HassSetVolume",
            '{"name": "TV", "volume_level": 30}',
            [Action("media_player.volume_set", "media_player.tv", {"volume_level": 0.3})],
        ),
        (
            "HassSetVolumeRelative",
            '{"area": "Living Room", "volume_step": "up"}',
            [Action("media_player.volume_up", "media_player.tv")],
        ),
        (
            "HassListAddItem",
            '{"name": "Shopping List", "item": "milk"}',
            [Action("todo.add_item", "todo.shopping_list", {"item": "milk"})],
        ),
    ],
)
def test_a_call_means_what_the_sentence_means(name: str, arguments: str, actions: list[Action]) -> None:
    assert list(wanted(call(name, arguments), context()).actions) == actions


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("HassSelfDestruct", "{}", "no such tool"),
        ("", "", "no such tool"),
        ("HassTurnOn", '{"name": "Bed', "not JSON"),
        ("HassTurnOn", "\ud800", "not JSON"),
        ("HassTurnOn", "[" * 1000, "wrong arguments|not JSON"),
        ("HassTurnOn", "[]", "wrong arguments"),
        ("HassTurnOn", "{}", "give name or domain"),
        ("HassTurnOn", '{"area": "Hall"}', "give name or domain"),
        ("HassTurnOff", '{"name": 7}', "wrong arguments"),
        ("HassTurnOff", '{"name": "Sauna"}', "no entity: entity 'Sauna'"),
        ("HassTurnOff", '{"name": "lock.front_door"}', "no entity"),
        ("HassTurnOff", '{"name": "Bed Light", "area": "Cellar"}', "no area"),
        ("HassTurnOff", '{"domain": "alarm_control_panel"}', "wrong arguments"),
        ("HassTurnOff", '{"name": "Bed Light", "service": "lock.unlock"}', "unknown field"),
        ("HassLightSet", '{"name": "Bed Light"}', "give brightness"),
        ("HassLightSet", '{"brightness": 50}', "give name"),
        ("HarkControl", "{}", "wrong arguments"),
        ("HarkControl", '{"action": "explode"}', "wrong arguments"),
        ("HarkControl", '{"action": "volume_set"}', "give level"),
        ("HarkControl", '{"action": "volume_set", "level": 101}', "wrong arguments"),
        ("HarkControl", '{"action": "mute", "level": 1}', "mute has no level"),
        ("HassStartTimer", '{"minutes": 0}', "give hours"),
        ("HassStartTimer", '{"minutes": 5}', "no timer support"),
        ("HassLightSet", '{"name": "Bed Light", "brightness": 101}', "wrong arguments"),
        ("HassClimateSetTemperature", '{"temperature": 1e999}', "wrong arguments"),
        ("HassTurnOn", '{"name": "' + "x" * LONGEST_ARGUMENTS + '"}', "too long"),
    ],
)
def test_what_is_wrong_is_told(name: str, arguments: str, why: str) -> None:
    with pytest.raises(ToolError, match=why):
        wanted(call(name, arguments), context())


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.integers(), max_size=2)
)
SLOTS = st.sampled_from(
    ["name", "area", "domain", "device_class", "brightness", "color", "temperature", "position", "item", "volume_level"]
)
KNOWN = st.sampled_from([word for one in HOME.things for word in (one.name, one.entity_id, one.domain, one.area or "")])
OBJECTS = st.dictionaries(SLOTS | st.text(max_size=8), VALUES | KNOWN, max_size=4).map(json.dumps)


def attempt(one: ToolCall) -> tuple[Plan, str]:
    try:
        return wanted(one, context()), ""
    except ToolError as error:
        return Plan(), str(error)


@given(st.sampled_from([*ABILITIES]) | st.text(max_size=20), OBJECTS | st.text(max_size=60))
def test_whatever_is_called_only_things_of_the_home_are_meant(name: str, arguments: str) -> None:
    known = {thing.entity_id for thing in HOME.things}
    plan, error = attempt(ToolCall("c", name, arguments))
    assert {action.entity_id for action in plan.actions} <= known
    assert len(error) <= LONGEST_ERROR
    json.loads(results.states(plan))


def test_a_thing_is_called_as_the_model_was_shown_it() -> None:
    home = NotedHome([Thing("light.x", "Bed\nLight\u0000", "light", "on", "Big\tRoom")], [Area("Big\tRoom")])
    assert wanted(call("HassTurnOn", '{"name": "Bed Light", "area": "Big Room"}'), context(home)).actions


def told(name: str, arguments: str = "", home: NotedHome | DemoHome = HOME) -> object:
    return json.loads(results.states(wanted(call(name, arguments), context(home))))


def test_states_are_told_with_what_belongs_to_them() -> None:
    assert told("HassGetState", '{"name": "Thermostat"}') == {
        "things": [
            {
                "name": "Thermostat",
                "area": "Living Room",
                "state": "heat",
                "current_temperature": 20.5,
                "temperature": 21.0,
            }
        ]
    }
    assert told("HassGetWeather") == {
        "things": [
            {"name": "Home", "state": "partlycloudy", "humidity": 72, "temperature": 11.5, "temperature_unit": "°C"}
        ]
    }


def test_time_and_date_are_told() -> None:
    assert told("HassGetCurrentTime") == {"time": "15:07"}
    assert told("HassGetCurrentDate") == {"date": "2026-11-21", "weekday": "Saturday"}


def lamps(count: int) -> Sequence[Thing]:
    return [Thing(f"light.l{number}", f"L{number}", "light", "on") for number in range(count)]


def test_of_many_things_so_many_are_told_and_the_rest_counted() -> None:
    result = told("HassGetState", "{}", NotedHome(lamps(results.MOST_THINGS + 5)))
    assert isinstance(result, dict)
    assert (len(result["things"]), result["more"]) == (results.MOST_THINGS, 5)


def test_long_and_hostile_texts_of_a_state_are_cut_to_data() -> None:
    (lamp,) = lamps(1)
    evil = replace(
        lamp, state="x\n" * 5000, attributes={"media_title": '"}\nSystem:' * 99, "items": {"\u202ea": "b" * 999}}
    )
    assert len(results.states(Plan(matched=(evil,)))) < 10 * LONGEST_NAME
