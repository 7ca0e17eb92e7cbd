"""Laws of the room that a person is in: what is meant without a place lies there, and a place that is named wins."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import pytest

from hub.home.home import Action, Area, Thing
from hub.llm.intents import IntentResponder
from hub.llm.responder import Request
from hub.llm.targets import Context
from hub.llm.tools import ToolError, wanted
from hub.load.scheduler import Scheduler
from tests.hub.llm.noted_home import NOW, NotedHome, call, read, spoken

NO_ROOM = "Sorry, I don't know which room you are in. Please say which room you mean."
ROOMS = ("Kitchen", "Bedroom")
BLIND = {"device_class": "blind"}


def home() -> NotedHome:
    """Two rooms that have the same, and a third with nothing."""
    things = [
        thing
        for room in ROOMS
        for thing in (
            Thing(f"light.{room}_ceiling", f"{room} Ceiling", "light", "off", room, supports=frozenset({"brightness"})),
            Thing(f"light.{room}_lamp", "Lamp", "light", "off", room, supports=frozenset({"brightness"})),
            Thing(f"cover.{room}", "Blind", "cover", "open", room, (), BLIND, frozenset({"position"})),
            Thing(f"fan.{room}", f"{room} Fan", "fan", "off", room, supports=frozenset({"percentage"})),
            Thing(f"climate.{room}", "Thermostat", "climate", "heat", room),
            Thing(f"media_player.{room}", "TV", "media_player", "playing", room, attributes={"volume_level": 0.5}),
        )
    ]
    return NotedHome(things, (Area("Kitchen", ("Galley",)), Area("Bedroom"), Area("Hall")))


HOME = home()
RESPONDER = IntentResponder(HOME, Scheduler(1), lambda: datetime(2026, 11, 21, 15, 7))


def says(text: str, area: str | None) -> tuple[list[Action], str]:
    """What is done, and what is answered."""
    HOME.done.clear()
    answer = spoken(asyncio.run(read(RESPONDER, Request(text, "satellite", area))))
    return list(HOME.done), answer


def rooms_of(actions: list[Action]) -> set[str | None]:
    return {thing.area for thing in HOME.things for action in actions if thing.entity_id == action.entity_id}


UNPLACED = [
    "turn on the lights",
    "turn on the light",
    "lights off",
    "set the brightness to 50 percent",
    "close the blinds",
    "turn on the fan",
    "pause",
    "next track",
    "set the temperature to 21 degrees",
    "turn on the lamp",
    "turn off the TV",
]
PLACED = [
    "turn off the lights {}",
    "turn off all the lights {}",
    "turn on the lamp {}",
    "turn off the TV {}",
    "pause the music {}",
    "next track {}",
    "close the blinds {}",
    "set the volume {} to 40 percent",
    "set the temperature {} to 21 degrees",
    "set the lights {} to 50 percent",
]
HERE = ["in here", "here", "in this room", "in the room", "In Here"]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("text", UNPLACED)
def test_what_is_said_without_a_place_is_done_in_the_room(text: str, room: str) -> None:
    actions, _ = says(text, room)
    assert actions
    assert rooms_of(actions) == {room}


@pytest.mark.parametrize("text", UNPLACED[:8])
def test_in_a_room_that_has_nothing_of_it_nothing_is_done_anywhere(text: str) -> None:
    actions, answer = says(text, "Hall")
    assert actions == []
    assert "Hall" in answer


@pytest.mark.parametrize("here", HERE)
@pytest.mark.parametrize("text", PLACED)
def test_in_here_is_the_room_by_its_name(text: str, here: str) -> None:
    for room in ROOMS:
        by_name = says(text.format(f"in the {room}"), None)
        assert by_name[0]
        assert says(text.format(here), room) == by_name


@pytest.mark.parametrize("text", [*PLACED, "how warm is it {}"])
def test_in_here_is_nowhere_else(text: str) -> None:
    actions, answer = says(text.format("in here"), "Hall")
    assert actions == []
    assert "Hall" in answer


@pytest.mark.parametrize("text", [text for text in PLACED if text.endswith("{}")])
def test_a_place_that_is_named_wins_over_the_room(text: str) -> None:
    actions, _ = says(text.format("in the galley"), "Bedroom")
    assert rooms_of(actions) == {"Kitchen"}


@pytest.mark.parametrize("text", ["turn off all the lights", "turn off the lights everywhere", "turn off every light"])
@pytest.mark.parametrize("area", [*ROOMS, "Hall", None])
def test_everywhere_is_everywhere(text: str, area: str | None) -> None:
    assert {action.entity_id for action in says(text, area)[0]} == {
        thing.entity_id for thing in HOME.things if thing.domain == "light"
    }


@pytest.mark.parametrize("text", [*UNPLACED[:8], *(text.format("in here") for text in PLACED)])
def test_where_no_room_is_known_nothing_is_done_and_that_is_said(text: str) -> None:
    assert says(text, None) == ([], NO_ROOM)


@pytest.mark.parametrize("text", [*UNPLACED[:8], *(text.format("in here") for text in PLACED)])
def test_a_room_that_the_home_does_not_have_is_no_other_room(text: str) -> None:
    actions, answer = says(text, "Attic")
    assert actions == []
    assert "Attic" in answer


@pytest.mark.parametrize("text", ["all lights off in here", "all lights off here", "all lights off in this room"])
def test_what_would_be_a_question_with_the_rooms_name_is_none(text: str) -> None:
    actions, _ = says(text, "Kitchen")
    assert {action.service for action in actions} == {"light.turn_off"}
    assert rooms_of(actions) == {"Kitchen"}


def test_words_of_somebody_else_that_speak_of_here_stay_as_they_are() -> None:
    HOME.things = [*HOME.things, Thing("todo.list", "Shopping List", "todo", "0")]
    actions, _ = says("add come here to the shopping list", "Kitchen")
    assert [action.data["item"] for action in actions] == ["come here"]


# What a model asks for.

CALLS = [
    ("HassTurnOn", {"domain": "light"}),
    ("HassTurnOff", {"domain": "cover", "device_class": "blind"}),
    ("HassLightSet", {"brightness": 50}),
    ("HassSetPosition", {"position": 0}),
    ("HassFanSetSpeed", {"percentage": 40}),
    ("HassMediaPause", {}),
    ("HassSetVolume", {"volume_level": 40}),
    ("HassSetVolumeRelative", {"volume_step": "up"}),
]


def calls(name: str, given: dict[str, object], area: str | None) -> list[Action]:
    context = Context(HOME.areas, home().things, NOW, area)
    return list(wanted(call(name, json.dumps(given)), context).actions)


@pytest.mark.parametrize(("name", "given"), CALLS)
def test_a_call_without_a_place_is_for_the_room(name: str, given: dict[str, object]) -> None:
    assert rooms_of(calls(name, given, "Bedroom")) == {"Bedroom"}


@pytest.mark.parametrize(("name", "given"), CALLS)
def test_a_call_that_names_a_place_is_for_that(name: str, given: dict[str, object]) -> None:
    assert rooms_of(calls(name, {**given, "area": "Kitchen"}, "Bedroom")) == {"Kitchen"}


@pytest.mark.parametrize("area", ["Bedroom", None])
@pytest.mark.parametrize(("name", "given"), CALLS)
def test_a_call_means_all_of_the_home_where_it_says_so(name: str, given: dict[str, object], area: str | None) -> None:
    assert rooms_of(calls(name, {**given, "everywhere": True}, area)) == set(ROOMS)


@pytest.mark.parametrize(("name", "given"), CALLS)
def test_a_call_without_a_place_where_no_room_is_known_is_told_what_it_lacks(
    name: str, given: dict[str, object]
) -> None:
    with pytest.raises(ToolError, match="give name, area or everywhere"):
        calls(name, given, None)


WARM: dict[str, object] = {"temperature": 21}


@pytest.mark.parametrize("room", ROOMS)
def test_a_temperature_without_a_place_is_for_the_rooms_thermostat(room: str) -> None:
    assert rooms_of(calls("HassClimateSetTemperature", WARM, room)) == {room}


@pytest.mark.parametrize("area", ["Hall", None])
def test_of_several_thermostats_none_is_taken_for_a_room_that_has_none(area: str | None) -> None:
    with pytest.raises(ToolError):
        calls("HassClimateSetTemperature", WARM, area)


def test_the_only_thermostat_is_for_every_room_but_not_for_one_that_is_named() -> None:
    only = [thing for thing in home().things if thing.domain != "climate" or thing.area == "Kitchen"]

    def sets(given: dict[str, object], area: str | None) -> set[str | None]:
        asked = call("HassClimateSetTemperature", json.dumps(given))
        return rooms_of(list(wanted(asked, Context(HOME.areas, only, NOW, area)).actions))

    assert sets(WARM, "Hall") == sets(WARM, None) == {"Kitchen"}
    with pytest.raises(ToolError, match="no domain in area"):
        sets({**WARM, "area": "Hall"}, "Kitchen")
