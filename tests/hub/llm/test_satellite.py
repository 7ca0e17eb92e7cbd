"""Laws of what is asked of the satellite itself: done there, heard there, and nothing of the home's."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from hub.home.home import Action, Thing
from hub.llm.conversation import Conversations
from hub.llm.intents import IntentResponder
from hub.llm.responder import Control, ControlAction, Piece, Request
from hub.load.scheduler import Scheduler
from tests.hub.llm.noted_home import NotedHome, clock, read

UP, DOWN, STOP = Control("volume_up"), Control("volume_down"), Control("stop")
RADIO = Thing("media_player.radio", "Radio", "media_player", "playing", "Office", attributes={"volume_level": 0.5})
HOME = NotedHome((RADIO,))
SCHEDULER = Scheduler(1)
CONVERSATIONS = Conversations(lambda: 0.0)
RESPONDER = IntentResponder(HOME, SCHEDULER, clock, conversations=CONVERSATIONS)

ASKED: list[tuple[str, list[Piece]]] = [
    ("louder", [UP, "Okay"]),
    ("a bit louder please", [UP, "Okay"]),
    ("speak up", [UP, "Okay"]),
    ("turn up the volume", [UP, "Okay"]),
    ("turn the volume up", [UP, "Okay"]),
    ("increase your volume", [UP, "Okay"]),
    ("volume up by 20 percent", [Control("volume_up", 20), "Okay"]),
    ("quieter", [DOWN, "Okay"]),
    ("speak a little softer", [DOWN, "Okay"]),
    ("not so loud", [DOWN, "Okay"]),
    ("volume down", [DOWN, "Okay"]),
    ("turn the volume down five percent", [Control("volume_down", 5), "Okay"]),
    ("set the volume to 40 percent", [Control("volume_set", 40), "Volume 40 percent"]),
    ("set volume to forty", [Control("volume_set", 40), "Volume forty percent"]),
    ("turn the volume up to 100%", [Control("volume_set", 100), "Volume 100 percent"]),
    ("turn down the volume to 0", [Control("volume_set", 0), "Volume 0 percent"]),
    ("volume 30", [Control("volume_set", 30), "Volume 30 percent"]),
    ("mute", [Control("mute")]),
    ("mute yourself", [Control("mute")]),
    ("unmute", [Control("unmute"), "Unmuted"]),
    ("stop", [STOP]),
    ("stop please", [STOP]),
    ("be quiet", [STOP]),
]


def ask(text: str, area: str | None = None, controls: bool = True) -> list[Piece]:
    HOME.done.clear()
    return asyncio.run(read(RESPONDER, Request(text, "den", area, controls=controls)))


@pytest.mark.parametrize("area", [None, "Office"])
@pytest.mark.parametrize(("text", "pieces"), ASKED)
def test_without_a_name_or_an_area_the_satellite_that_was_asked_is_meant(
    text: str, pieces: list[Piece], area: str | None
) -> None:
    assert ask(text, area) == pieces
    assert HOME.done == []


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("turn up the radio volume", "volume_up"),
        ("radio volume down", "volume_down"),
        ("set the volume to 40 percent on the radio", "volume_set"),
        ("set the radio volume to 40", "volume_set"),
        ("set the volume in the office to 40 percent", "volume_set"),
        ("turn down the volume in the office", "volume_down"),
        ("mute the radio", "volume_mute"),
        ("mute the music", "volume_mute"),
        ("unmute the radio", "volume_mute"),
        ("pause the radio", "media_pause"),
        ("stop the music", "media_pause"),
        ("stop playing", "media_pause"),
    ],
)
def test_with_one_the_homes_media_players_are_meant_as_ever(text: str, action: str) -> None:
    pieces = ask(text, "Office")
    done = [piece for piece in pieces if isinstance(piece, Action)]
    assert [(one.service, one.entity_id) for one in done] == [(f"media_player.{action}", RADIO.entity_id)]
    assert not [piece for piece in pieces if isinstance(piece, Control)]


def test_a_number_in_words_is_no_less_after_one_that_is_taken_off() -> None:
    ask("turn down the office volume by forty percent")
    assert ask("set the volume to forty percent")[0] == Control("volume_set", 40)


def test_nothing_is_asked_of_the_satellite_before_the_words_are_certain() -> None:
    certain: list[bool] = []

    async def commit() -> None:
        certain.append(True)

    async def asked() -> None:
        async with aclosing(RESPONDER.respond(Request("mute", "den", commit=commit))) as pieces:
            assert await anext(pieces) == Control("mute")
            assert certain == [True]

    asyncio.run(asked())


@pytest.mark.parametrize("text", ["louder", "mute", "volume 40"])
def test_a_satellite_that_cannot_be_asked_says_so(text: str) -> None:
    assert ask(text, controls=False) == ["Sorry, no device supports the required features"]


def test_one_that_cannot_be_asked_has_stopped_by_its_wake_word() -> None:
    assert ask("stop", controls=False) == []


def heard(words: str, reply: str) -> None:
    CONVERSATIONS.draft("den", words)
    CONVERSATIONS.heard("den", words, words, reply)


@pytest.mark.parametrize(
    "text", ["repeat that", "say that again", "what did you say", "could you repeat that please", "please repeat that"]
)
def test_what_was_heard_last_is_said_again(text: str) -> None:
    heard("what is on", "The  radio")
    assert ask(text) == ["The radio"]


def test_what_is_repeated_can_be_repeated() -> None:
    heard("what is on", "The radio")
    assert ask("repeat that") == ["The radio"]
    CONVERSATIONS.heard("den", "again", "repeat that", "The radio")
    assert ask("repeat that") == ["The radio"]


def test_louder_and_then_repeat_repeats_what_was_too_low() -> None:
    heard("what is on", "The radio")
    assert ask("louder") == [UP, "Okay"]
    CONVERSATIONS.heard("den", "turn", "louder", "Okay")
    heard("nothing", "")
    assert ask("repeat that") == ["The radio"]


def test_where_nothing_was_said_there_is_nothing_to_repeat() -> None:
    responder = IntentResponder(HOME, SCHEDULER, clock)
    assert asyncio.run(read(responder, Request("repeat that", "den"))) == ["There is nothing to repeat"]


@pytest.mark.parametrize("action", ["volume_up", "mute"])
def test_those_who_watch_see_it_as_an_action(action: ControlAction) -> None:
    assert Control(action).shown() == Action(f"satellite.{action}", "")
    assert Control("volume_set", 40).shown().data == {"level": 40}
