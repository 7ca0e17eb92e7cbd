"""Laws of turns that do not end by themselves: a whole satellite with scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio

import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioStart

from satellite.turns.phases import Phase
from tests.peers import controller, reply_events, speech_events
from tests.satellite.controllers.test_controllers import listening, thinking
from tests.satellite.rooms import REFRACTORY_S, SLACK_S, Room, satellite_test, whole_turn
from wire import hark
from wire.pcm import SPEECH


def test_a_question_without_a_transcript_is_given_up() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            await room.until(Phase.IDLE, room.settings.watchdogs.listening_s + SLACK_S)
            assert (await hub.next_hark(hark.Cancel)).turn == turn
            await hub.send(hark.Flush(turn))
            await whole_turn(room, hub)

    satellite_test(scenario)


def test_a_question_without_a_reply_is_given_up() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await thinking(room, hub)
            await room.until(Phase.IDLE, room.settings.watchdogs.thinking_s + SLACK_S)
            await hub.send(hark.Flush((await hub.next_hark(hark.Cancel)).turn))
            await whole_turn(room, hub)

    satellite_test(scenario)


@pytest.mark.parametrize("heard_s", [0.1, 1.0])
def test_a_reply_that_stalls_is_given_up(heard_s: float) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            start = AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels)
            await hub.send(Transcript("go on"), start, *speech_events(heard_s))
            await asyncio.sleep(heard_s)
            assert room.phase is Phase.SPEAKING
            await room.until(Phase.IDLE, room.settings.watchdogs.speaking_s + SLACK_S)
            assert (await hub.next_hark(hark.Cancel)).turn == turn
            await hub.send(hark.Flush(turn))
            before = len(room.speaker.played)
            await whole_turn(room, hub)
            assert SPEECH.seconds(len(b"".join(room.speaker.played[before:]))) == pytest.approx(1.0)

    satellite_test(scenario)


def test_a_long_reply_is_not_taken_for_a_stalled_one() -> None:
    async def scenario(room: Room) -> None:
        longer_s = 2 * room.settings.watchdogs.speaking_s
        async with controller(room.port, "hub") as hub:
            await whole_turn(room, hub, longer_s)
            assert SPEECH.seconds(len(b"".join(room.speaker.played))) == pytest.approx(longer_s)
            assert hub.all_hark(hark.Cancel) == []

    satellite_test(scenario)


@pytest.mark.parametrize("fault", ["dead", "broken"])
def test_a_microphone_that_gives_nothing_is_opened_anew(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            setattr(room.microphone, fault, True)
            await asyncio.sleep(3 * room.settings.microphone.silent_s)
            assert room.microphone.opened >= 3
            setattr(room.microphone, fault, False)
            await asyncio.sleep(2.0)
            opened = room.microphone.opened
            await asyncio.sleep(2 * room.settings.microphone.silent_s)
            assert room.microphone.opened == opened
            await whole_turn(room, hub)

    satellite_test(scenario)
    assert "microphone" in caplog.text


def test_a_microphone_that_dies_during_a_question_ends_it_and_is_opened_anew() -> None:
    async def scenario(room: Room) -> None:
        limits = room.settings.watchdogs
        async with controller(room.port, "hub") as hub:
            await listening(room, hub)
            room.microphone.dead = True
            await room.until(Phase.IDLE, limits.listening_s + SLACK_S)
            await hub.send(hark.Flush((await hub.next_hark(hark.Cancel)).turn))
            room.microphone.dead = False
            await asyncio.sleep(room.settings.microphone.silent_s)
            await whole_turn(room, hub)

    satellite_test(scenario)


def test_a_speaker_that_fails_costs_the_reply_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    """Used to end the satellite."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            room.speaker.broken = True
            turn = await room.ask(hub)
            await hub.send(Transcript("what time is it"), *reply_events(turn, 1.0))
            await room.until(Phase.IDLE, room.settings.watchdogs.speaking_s + SLACK_S)
            room.speaker.broken = False
            await hub.send(hark.Flush(turn))
            await asyncio.sleep(REFRACTORY_S)
            await whole_turn(room, hub)

    satellite_test(scenario)
    assert "pulled out" in caplog.text
