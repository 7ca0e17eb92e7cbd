"""Laws of controllers that come and go: a whole satellite with scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.pipeline import RunPipeline
from wyoming.satellite import PauseSatellite, RunSatellite
from wyoming.vad import VoiceStopped

from satellite.mute import GOODBYE_S, PAUSE_OUTLIVES_S
from satellite.turns.phases import Phase
from tests.peers import Peer, controller, reply_events, speech_events
from tests.satellite.rooms import (
    REFRACTORY_S,
    START,
    Room,
    interrupted,
    numbers,
    plain_turn,
    said,
    satellite_test,
    whole_turn,
)

State = Callable[[Room, Peer], Awaitable[object]]


async def nothing(room: Room, leader: Peer) -> None:
    await asyncio.sleep(0.1)


async def listening(room: Room, leader: Peer) -> None:
    room.say_wake_word()
    await room.until(Phase.LISTENING, 1.0)


async def thinking(room: Room, leader: Peer) -> None:
    await room.ask(leader)
    await leader.send(Transcript("what time is it"))
    await room.until(Phase.THINKING, 1.0)


async def speaking(room: Room, leader: Peer) -> None:
    turn = await room.ask(leader)
    await leader.send(Transcript("what time is it"), *reply_events(turn, 10.0))
    await asyncio.sleep(1.0)
    assert room.phase is Phase.SPEAKING


async def paused(room: Room, leader: Peer) -> None:
    """As Home Assistant does: it does not ping meanwhile."""
    leader.pings = False
    await leader.send(PauseSatellite())
    await asyncio.sleep(0.1)
    assert room.satellite.status().muted


STATES: list[State] = [nothing, listening, thinking, speaking, interrupted]


@pytest.mark.parametrize("state", [*STATES, paused])
@pytest.mark.parametrize("name", ["hub", ""])
def test_a_controller_that_vanishes_leaves_a_satellite_that_the_next_one_leads(state: State, name: str) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, name) as leader:
            await state(room, leader)
            leader.connection.abort()
            await asyncio.sleep(0.1)
            assert room.satellite.status().controller == ""
        await asyncio.sleep(15.0)  # what had arrived of a reply is heard, then the person is told
        assert room.phase is Phase.IDLE
        async with controller(room.port, "hub") as following:
            await whole_turn(room, following)

    satellite_test(scenario)


def test_what_had_arrived_of_a_reply_is_heard_though_its_controller_is_gone() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await room.ask(hub)
            await hub.send(Transcript("what time is it"), START, *speech_events(5.0))
            await asyncio.sleep(1.0)
            hub.connection.abort()
            await asyncio.sleep(5.0)
            assert room.heard_s == pytest.approx(5.0)
            assert room.phase is Phase.IDLE

    satellite_test(scenario)


def test_the_stand_by_takes_over_within_two_seconds_and_gives_back() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain_turn(room, plain)
            async with controller(room.port, "hub") as hub:
                await whole_turn(room, hub)
                hub.connection.abort()
                await asyncio.sleep(2.0)
            await plain_turn(room, plain)
            async with controller(room.port, "hub") as back:
                await whole_turn(room, back)

    satellite_test(scenario)


def test_a_hub_that_comes_in_the_middle_of_a_turn_leads_from_the_next_one_on() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await room.ask(plain)
            async with controller(room.port, "hub") as hub:
                await plain.send(Transcript("what time is it"), START, *speech_events(1.0))
                await asyncio.sleep(0.5)
                assert "hub" not in room.satellite.status().controller
                await plain.send(AudioStop())
                await room.until(Phase.IDLE, 3.0)
                await asyncio.sleep(REFRACTORY_S)
                await whole_turn(room, hub)

    satellite_test(scenario)


def test_words_that_were_lost_with_the_hub_are_said_again_to_the_stand_by() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain, controller(room.port, "hub") as hub:
            await room.ask(hub)
            told = numbers(hub.all(AudioChunk))
            hub.connection.abort()
            await plain.next(RunPipeline)
            await asyncio.sleep(0.5)
            again = numbers(plain.all(AudioChunk))
            assert again == list(range(told[0], again[-1] + 1))
            assert again[-1] >= room.microphone.number - 1
            assert len(plain.all(VoiceStopped)) == 1
            await plain.send(Transcript("what time is it"), *said(1.0))
            await room.until(Phase.IDLE, 3.0)

    satellite_test(scenario)


def test_words_that_a_plain_leader_was_thinking_about_are_said_again_too() -> None:
    """Home Assistant says voice-stopped some time before it has a transcript."""

    async def scenario(room: Room) -> None:
        async with controller(room.port) as first, controller(room.port) as second:
            await room.ask(first)
            await first.send(VoiceStopped())
            await asyncio.sleep(0.5)
            told = numbers(first.all(AudioChunk))
            first.connection.abort()
            await second.next(RunPipeline)
            await asyncio.sleep(0.1)
            assert numbers(second.all(AudioChunk))[: len(told)] == told

    satellite_test(scenario)


def test_words_that_were_understood_are_not_said_twice() -> None:
    """The light would be turned on, and off again."""

    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain, controller(room.port, "hub") as hub:
            await thinking(room, hub)
            hub.connection.abort()
            await asyncio.sleep(2.0)
            assert plain.all(RunPipeline) == []
            assert room.phase is Phase.IDLE
            assert room.heard_s > 0.1, "the person is told"

    satellite_test(scenario)


def test_an_hour_of_words_is_not_kept_for_a_stand_by() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain, controller(room.port, "hub") as hub:
            room.say_wake_word()
            await asyncio.sleep(19.0)
            hub.connection.abort()
            await plain.next(RunPipeline)
            await asyncio.sleep(0.01)
            assert len(plain.all(AudioChunk)) <= 15.0 / 0.02 + 1

    satellite_test(scenario)


# Pause and mute


@pytest.mark.parametrize("leads", [True, False])
def test_a_pause_silences_everyone_until_the_satellite_is_wanted_again(leads: bool) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain, controller(room.port, "hub" if not leads else "") as other:
            await paused(room, plain)
            assert not room.microphone.open, "nothing is listened to"
            room.say_wake_word()
            await asyncio.sleep(REFRACTORY_S)
            assert plain.all(RunPipeline) == other.all(RunPipeline) == []
            plain.pings = True
            await plain.send(RunSatellite())
            await asyncio.sleep(1.0)
            assert room.microphone.open
            room.microphone.wakes = False
            if leads:
                await plain_turn(room, plain)
            else:
                await whole_turn(room, other)

    satellite_test(scenario)


def test_a_hub_that_comes_from_the_machine_of_home_assistant_opens_no_microphone_that_it_has_closed() -> None:
    """Both mostly run on one."""

    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await paused(room, plain)
            async with controller(room.port, "hub"):
                assert room.satellite.status().muted
                assert not plain.closed, "it would take its end for the loss of the satellite"
            await asyncio.sleep(1.0)
            assert room.satellite.status().muted
            await plain.send(RunSatellite())
            await asyncio.sleep(1.0)
            assert not room.satellite.status().muted

    satellite_test(scenario)


def test_home_assistant_may_be_silent_for_as_long_as_it_pauses() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await paused(room, plain)
            await asyncio.sleep(3600)
            assert not plain.closed
            assert room.satellite.status().muted

    satellite_test(scenario)


def test_home_assistant_that_goes_on_to_ping_has_unmuted() -> None:
    """Muted and unmuted within two seconds, it says only the former."""

    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await paused(room, plain)
            plain.pings = True
            await asyncio.sleep(1.5)
            assert room.satellite.status().muted, "one ping may have been under way"
            await asyncio.sleep(1.5)
            assert not room.satellite.status().muted
            await asyncio.sleep(REFRACTORY_S)
            await plain_turn(room, plain)

    satellite_test(scenario)


def test_home_assistant_unmutes_on_a_new_connection() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as old:
            await paused(room, old)
            async with controller(room.port) as new:
                assert not room.satellite.status().muted
                await old.over()
                await asyncio.sleep(1.0)
                await plain_turn(room, new)

    satellite_test(scenario)


def test_a_pause_ends_some_time_after_who_paused_is_gone() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await paused(room, plain)
            await asyncio.sleep(GOODBYE_S)
        await asyncio.sleep(PAUSE_OUTLIVES_S - 2.0)
        assert room.satellite.status().muted
        await asyncio.sleep(3.0)
        assert not room.satellite.status().muted
        assert room.microphone.open

    satellite_test(scenario)


def test_home_assistant_that_stops_leaves_the_microphone_to_the_hub() -> None:
    """It pauses and closes: the hub used to be deaf for half a minute."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            async with controller(room.port) as plain:
                await plain.send(PauseSatellite())
            await asyncio.sleep(0.5)
            assert not room.satellite.status().muted
            await whole_turn(room, hub)

    satellite_test(scenario)


def test_the_local_switch_wins_over_every_controller() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            room.satellite.mute(True)
            await plain.send(RunSatellite())
            await asyncio.sleep(1.0)
            assert not room.microphone.open
            room.satellite.listen()
            await asyncio.sleep(1.0)
            assert plain.all(RunPipeline) == []
            room.satellite.mute(False)
            await asyncio.sleep(2.0)
            await room.until(Phase.IDLE, 1.0)
            assert room.microphone.open

    satellite_test(scenario)


def test_muting_ends_the_question_at_once_and_lets_the_reply_be_heard() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await listening(room, hub)
            room.satellite.mute(True)
            assert room.phase is Phase.IDLE
            streamed = len(hub.all(AudioChunk))
            await asyncio.sleep(1.0)
            assert len(hub.all(AudioChunk)) <= streamed + 1
            room.satellite.mute(False)
            await asyncio.sleep(REFRACTORY_S + 1.0)
            await thinking(room, hub)
            room.satellite.mute(True)
            await hub.send(*reply_events(room.satellite.status().turn, 1.0))
            await room.until(Phase.SPEAKING, 0.5)
            await room.until(Phase.IDLE, 3.0)

    satellite_test(scenario)
