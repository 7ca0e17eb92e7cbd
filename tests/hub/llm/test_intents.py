"""Laws of the intents: what is asked is done, then said; what cannot be done is said, and nothing is done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.home.demo import DemoHome
from hub.home.home import Action, Area, Floor, Home, HomeError, Thing
from hub.llm.guard import Guard
from hub.llm.intents import NOT_ALLOWED, IntentResponder
from hub.llm.responder import Asks, Control, Piece, Request, Responder
from hub.load.scheduler import Scheduler
from tests.hub.llm.noted_home import NotedHome, NotedTimers

SHIPPED = Path(__file__).parents[3] / "config" / "home.toml"
RECORDINGS = Path(__file__).parents[3].parent / "shared" / "audio"


def clock() -> datetime:
    return datetime(2026, 11, 21, 15, 7)


def ask(responder: Responder, text: str, area: str | None = None) -> list[Piece]:
    async def reply() -> list[Piece]:
        return [piece async for piece in responder.respond(Request(text, "satellite", area))]

    return asyncio.run(reply())


class SameDayHome(DemoHome):
    """The home that ships, as it was at first whenever a conversation begins; to read the sentences takes 0.2 s."""

    def begin(self) -> None:
        self._things = {thing.entity_id: thing for thing in self._plan.things}


HOME = SameDayHome.load(SHIPPED)
SCHEDULER = Scheduler(1)
RESPONDER = IntentResponder(HOME, SCHEDULER, clock)


def conversation(*questions: tuple[str | None, str]) -> list[list[Piece]]:
    """What the home answers to (area, text), one after the other."""
    HOME.begin()
    return [ask(RESPONDER, text, area) for area, text in questions]


def test_an_action_comes_before_the_words_that_promise_it() -> None:
    (reply,) = conversation((None, "turn on the bed light"))
    assert reply == [Action("light.turn_on", "light.bed_light"), "Turned on the light"]


@pytest.mark.parametrize(
    ("area", "text", "actions", "reply"),
    [
        ("Hall", "turn on the lights", [("light.turn_on", "light.hall_light", {})], "Turned on the lights"),
        (None, "lock the front door", [("lock.lock", "lock.front_door", {})], "Locking"),
        (None, "close the garage door", [("cover.close_cover", "cover.garage_door", {})], "Closing"),
        (
            None,
            "close the blinds in the lounge",
            [("cover.close_cover", "cover.living_room_blinds", {})],
            "Closing the blinds",
        ),
        (
            "Office",
            "set brightness to fifty percent",
            [("light.turn_on", "light.desk_lamp", {"brightness_pct": 50})],
            "Brightness set",
        ),
        (
            None,
            "set the living room to blue",
            [("light.turn_on", "light.living_room_lights", {"color_name": "blue"})],
            "Color set",
        ),
        (
            None,
            "set bed light color temperature to 2700 kelvin",
            [("light.turn_on", "light.bed_light", {"color_temp_kelvin": 2700})],
            "Color temperature set",
        ),
        (
            None,
            "set the bedroom curtains to 30 percent",
            [("cover.set_cover_position", "cover.bedroom_curtains", {"position": 30})],
            "Position set",
        ),
        (
            None,
            "set the ceiling fan to 40 percent",
            [("fan.turn_on", "fan.ceiling_fan", {"percentage": 40})],
            "Speed set",
        ),
        (
            "Office",
            "set the temperature to 22 degrees",
            [("climate.set_temperature", "climate.thermostat", {"temperature": 22.0})],
            "Temperature set to 22 degrees",
        ),
        (None, "pause the TV", [("media_player.media_pause", "media_player.tv", {})], "Paused"),
        ("Living Room", "next track", [("media_player.media_next_track", "media_player.tv", {})], "Playing next"),
        ("Living Room", "go back", [("media_player.media_previous_track", "media_player.tv", {})], "Playing previous"),
        (
            None,
            "volume down in the living room",
            [("media_player.volume_down", "media_player.tv", {})],
            "Volume set",
        ),
        (
            "Living Room",
            "turn up the TV volume by 20 percent",
            [("media_player.volume_set", "media_player.tv", {"volume_level": 0.7})],
            "Volume set",
        ),
        (
            None,
            "set the TV volume to 30 percent",
            [("media_player.volume_set", "media_player.tv", {"volume_level": 0.3})],
            "Volume set",
        ),
        (None, "mute the TV", [("media_player.volume_mute", "media_player.tv", {"is_volume_muted": True})], "Muted"),
        (
            None,
            "unmute the TV",
            [("media_player.volume_mute", "media_player.tv", {"is_volume_muted": False})],
            "Unmuted",
        ),
        (None, "run good night", [("script.turn_on", "script.good_night", {})], "Started"),
        (None, "activate movie night", [("scene.turn_on", "scene.movie_night", {})], "Activated"),
        (
            None,
            "add two eggs to my list",
            [("todo.add_item", "todo.shopping_list", {"item": "two eggs"})],
            "Added two eggs",
        ),
        (
            None,
            "remove apples from the shopping list",
            [("todo.remove_item", "todo.shopping_list", {"item": "apples"})],
            "Removed apples",
        ),
        (
            None,
            "check off bread from my list",
            [("todo.update_item", "todo.shopping_list", {"item": "bread", "status": "completed"})],
            "Checked off bread",
        ),
    ],
)
def test_what_is_asked_is_done_and_said(
    area: str | None, text: str, actions: list[tuple[str, str, dict[str, object]]], reply: str
) -> None:
    (answer,) = conversation((area, text))
    assert answer == [*(Action(*action) for action in actions), reply]


@pytest.mark.parametrize(
    ("area", "text", "reply"),
    [
        ("Bedroom", "what's the temperature", "18.5 degrees"),
        ("Office", "what's the temperature", "20.5 degrees"),
        (None, "what is the outdoor temperature", "Outdoor temperature is 11.5 °C"),
        (None, "what's the weather", "11.5 °C and partly cloudy"),
        (None, "is the front door locked", "Yes"),
        (None, "is the front door unlocked", "No, locked"),
        (None, "are any lights on", "No"),
        (None, "are all the lights off", "Yes"),
        (None, "which lights are on", "Not any"),
        (None, "how many lights are off", "6"),
        (None, "what time is it", "3:07 PM"),
        (None, "what is today's date", "November 21st, 2026"),
        (None, "hello", "Hello from Home Assistant."),
    ],
)
def test_a_question_is_answered_and_nothing_is_done(area: str | None, text: str, reply: str) -> None:
    assert conversation((area, text)) == [[reply]]


@pytest.mark.parametrize(
    ("area", "text", "reply"),
    [
        (None, "what is the capital of france", "Sorry, I couldn't understand that"),
        (None, "turn on the sauna", "Sorry, I am not aware of any device called sauna"),
        (None, "turn on the lights in the cellar", "Sorry, I am not aware of any area called cellar"),
        ("Hall", "pause", "Sorry, I am not aware of any media player in the Hall area"),
        ("Office", "pause", "Sorry, no device is playing"),
        (None, "set the hall light to red", "Sorry, no device supports the required features"),
        (None, "set a timer for five minutes", "Sorry, timers are not supported on this device"),
        (None, "how much time is left on my timer", "Sorry, timers are not supported on this device"),
        (None, "turn on the bed light in five minutes", "Sorry, timers are not supported on this device"),
        ("Hall", "play some jazz", "Sorry, no device supports the required features"),
        (None, "set the thermostat to 50 degrees", "Thermostat can be set from 7 to 35 degrees."),
        (None, "check off caviar from my list", "Caviar is not on the Shopping List."),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_done(area: str | None, text: str, reply: str) -> None:
    assert conversation((area, text)) == [[reply]]


GUARDED = pytest.mark.parametrize(
    ("text", "action", "question", "reply"),
    [
        (
            "unlock the front door",
            Action("lock.unlock", "lock.front_door"),
            "Shall I unlock the Front Door?",
            "Unlocking",
        ),
        (
            "open the garage door",
            Action("cover.open_cover", "cover.garage_door"),
            "Shall I open the Garage Door?",
            "Opening",
        ),
    ],
)


@GUARDED
def test_what_lets_somebody_in_is_asked_for_and_not_done(text: str, action: Action, question: str, reply: str) -> None:
    before = HOME.things
    assert ask(RESPONDER, text) == [question, Asks()]
    assert HOME.things == before


@GUARDED
def test_what_the_settings_allow_is_done_without_a_question(
    text: str, action: Action, question: str, reply: str
) -> None:
    HOME.begin()
    responder = IntentResponder(HOME, SCHEDULER, clock, guard=Guard("allow", "allow", "allow"))
    assert ask(responder, text) == [action, reply]


@GUARDED
def test_what_the_settings_refuse_is_not_done(text: str, action: Action, question: str, reply: str) -> None:
    before = HOME.things
    responder = IntentResponder(HOME, SCHEDULER, clock, guard=Guard("refuse", "refuse", "refuse"))
    assert ask(responder, text) == [NOT_ALLOWED]
    assert HOME.things == before


def test_timers_are_the_hubs_and_not_the_homes() -> None:
    timers = NotedTimers()
    responder = IntentResponder(HOME, SCHEDULER, clock, timers=timers)
    reply = ask(responder, "set a timer for five minutes", "Kitchen")
    assert reply == [*timers.done, "Timer set for five minutes"]
    assert [action.data["seconds"] for action in timers.done] == [300]


def test_never_mind_has_no_reply() -> None:
    assert conversation((None, "never mind")) == [[]]


def test_a_question_sees_what_a_command_has_changed() -> None:
    before, _, after = conversation(
        (None, "which lights are on"), (None, "turn on the bed light"), (None, "which lights are on")
    )
    assert (before, after) == (["Not any"], ["Bed Light"])


def test_what_was_paused_goes_on_before_what_was_off() -> None:
    _, _, resumed = conversation((None, "turn on the radio"), ("Office", "pause"), ("Office", "resume"))
    assert resumed == [Action("media_player.media_play", "media_player.office_radio"), "Resumed"]


def test_to_understand_a_command_does_not_carry_it_out() -> None:
    before = HOME.things
    match = RESPONDER.recognise("turn on the bed light", None)
    assert match is not None
    assert match.intent == "HassTurnOn"
    assert HOME.things == before


class Stubborn:
    """A home of three lamps in one room; those that are named do not obey."""

    stale = ""
    floors: Sequence[Floor] = ()

    def __init__(self, *refusing: str) -> None:
        self._refusing = refusing
        self.areas: Sequence[Area] = (Area("Den"),)
        self.things: Sequence[Thing] = tuple(
            Thing(f"light.{name.casefold()}", name, "light", "off", "Den") for name in ("One", "Two", "Three")
        )

    async def act(self, action: Action) -> None:
        if action.entity_id in self._refusing:
            raise HomeError("It does not answer.")


def test_what_failed_is_said_after_what_was_done() -> None:
    home: Home = Stubborn("light.two")
    reply = ask(IntentResponder(home, SCHEDULER, clock), "turn on the lights in the den")
    done = [Action("light.turn_on", "light.one"), Action("light.turn_on", "light.three")]
    assert reply == [*done, "Turned on the lights. It does not answer."]


def test_what_may_be_wrong_by_now_is_told_with_the_reason() -> None:
    home = NotedHome(stale="I cannot reach the home.")
    responder = IntentResponder(home, SCHEDULER, clock)
    assert ask(responder, "is the front door locked") == ["Yes. I cannot reach the home."]
    assert ask(responder, "what time is it") == ["3:07 PM"]


def test_where_all_failed_nothing_else_is_said() -> None:
    home: Home = Stubborn("light.one", "light.two", "light.three")
    assert ask(IntentResponder(home, SCHEDULER, clock), "turn on the lights in the den") == ["It does not answer."]


def test_who_stops_listening_stops_what_was_not_begun() -> None:
    done: list[str] = []

    class Watched(Stubborn):
        async def act(self, action: Action) -> None:
            done.append(action.entity_id)

    async def interrupted() -> None:
        async with aclosing(IntentResponder(Watched(), SCHEDULER, clock).respond(request)) as pieces:
            async for _ in pieces:
                break

    request = Request("turn on the lights in the den", "satellite")
    asyncio.run(interrupted())
    assert done == ["light.one"]


SAID = (
    "turn on off the set lights light kitchen tv to fifty percent what is are any open add milk list {{ {% %} }} "
    "volume up timer minutes pause in all who hello temperature lock front door 1000000"
)
WORDS = st.lists(st.sampled_from(SAID.split()), max_size=9)


@given(WORDS.map(" ".join) | st.text(max_size=40), st.sampled_from([None, "Kitchen", "Nowhere", ""]))
@settings(max_examples=150, deadline=None)
def test_whatever_is_said_is_answered_and_never_raises(text: str, area: str | None) -> None:
    reply = ask(RESPONDER, text, area)
    kinds = [type(piece) for piece in reply if not isinstance(piece, Action | Control)]
    assert kinds in ([], [str], [str, Asks])
    assert all(isinstance(piece, Action | Control) for piece in reply[: len(reply) - len(kinds)])


@pytest.mark.skipif(not RECORDINGS.exists(), reason="needs the recordings in ../shared/audio")
def test_every_recorded_command_is_understood_as_itself() -> None:
    home = DemoHome.load(RECORDINGS / "commands-home.toml")
    responder = IntentResponder(home, SCHEDULER, clock)
    texts = [path.stem for path in (RECORDINGS / "commands").glob("*.wav")]
    assert texts
    assert [text for text in texts if responder.recognise(text, "Office") is None] == []
