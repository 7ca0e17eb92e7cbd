"""Laws of a satellite that is one of several in earshot: it sounds awake once the hub lets it answer, or not at all."""

from __future__ import annotations

import asyncio

import pytest
from wyoming.audio import AudioChunk
from wyoming.pipeline import RunPipeline

from satellite.turns.grant import LONGEST_S
from satellite.turns.phases import Phase
from tests.peers import Peer, controller
from tests.satellite.rooms import REFRACTORY_S, Room, interrupted, satellite_test, whole_turn
from wire import hark

CHIMES: dict[str, object] = {"sounds.awake": True}


async def woken(room: Room, leader: Peer) -> str:
    """The wake word; returns the turn's id."""
    room.say_wake_word()
    await leader.next(RunPipeline)
    return room.satellite.status().turn


async def claimed(room: Room, hub: Peer) -> hark.Turn:
    """What the hub is told of the wake word."""
    room.say_wake_word()
    return await hub.next_hark(hark.Turn, phase="wake")


def test_the_awake_sound_waits_for_the_grant() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await woken(room, hub)
            await asyncio.sleep(LONGEST_S / 2)
            assert room.heard_s == 0
            await hub.send(hark.Turn(turn, "granted"))
            await asyncio.sleep(0.3)
            once = room.heard_s
            assert once > 0
            await hub.send(hark.Turn(turn, "granted"))
            await asyncio.sleep(0.5)
            assert room.heard_s == once
            assert room.phase is Phase.LISTENING

    satellite_test(scenario, Room(CHIMES))


def test_without_a_word_of_the_hub_it_sounds_all_the_same() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await woken(room, hub)
            await asyncio.sleep(LONGEST_S + 0.3)
            assert room.heard_s > 0
            assert room.phase is Phase.LISTENING

    satellite_test(scenario, Room(CHIMES))


def test_where_another_answers_it_is_silent_and_sends_no_more() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await woken(room, hub)
            await hub.send(hark.Turn(turn, "elsewhere"))
            await hub.next_hark(hark.Trace, turn=turn)
            assert room.phase is Phase.IDLE
            hub.forget()
            await asyncio.sleep(1.0)
            assert hub.all(AudioChunk) == []
            assert room.heard_s == 0
            await asyncio.sleep(REFRACTORY_S)
            await whole_turn(room, hub)

    satellite_test(scenario, Room(CHIMES))


def test_the_verdict_of_another_turn_means_nothing() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await woken(room, hub)
            await hub.send(hark.Turn(f"{turn}0", "elsewhere"), hark.Turn(f"{turn}0", "granted"))
            await asyncio.sleep(LONGEST_S / 2)
            assert room.phase is Phase.LISTENING
            assert room.heard_s == 0

    satellite_test(scenario, Room(CHIMES))


@pytest.mark.parametrize("how", ["button", "Home Assistant", "a hub without arbitration"])
def test_where_nothing_is_to_be_decided_it_sounds_at_once(how: str) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub" if how == "button" else "") as leader:
            if how == "a hub without arbitration":
                await leader.send(hark.Hello("old", ("turn", "cancel")))
                await asyncio.sleep(0.01)
            if how == "button":
                room.satellite.listen()
            else:
                room.say_wake_word()
            await leader.next(RunPipeline)
            await asyncio.sleep(0.05)
            assert room.heard_s > 0

    satellite_test(scenario, Room(CHIMES))


def test_a_reply_that_the_wake_word_ended_does_not_come_back_where_another_answers() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            old, new = await interrupted(room, hub)
            await hub.send(hark.Flush(old), hark.Turn(new, "elsewhere"))
            await hub.next_hark(hark.Trace, turn=new)
            heard_s = room.heard_s
            await asyncio.sleep(1.0)
            assert room.heard_s == heard_s
            assert room.phase is Phase.IDLE

    satellite_test(scenario)


def test_a_hub_that_is_lost_before_the_grant_does_not_keep_the_awake_sound() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as stand_by:
            async with controller(room.port, "hub") as hub:
                await woken(room, hub)
            await stand_by.next(RunPipeline)
            await asyncio.sleep(LONGEST_S + 0.3)
            assert room.heard_s > 0
            assert room.phase is Phase.LISTENING

    satellite_test(scenario, Room(CHIMES))


def test_words_that_are_said_again_are_claimed_as_of_when_they_were_heard() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            first = await claimed(room, hub)
        async with controller(room.port, "hub") as hub:
            again = await hub.next_hark(hark.Turn, phase="wake")
            assert again.turn != first.turn
            assert again.at == first.at

    satellite_test(scenario)


def test_a_claim_says_when_the_word_was_heard() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            claim = await claimed(room, hub)
            now = asyncio.get_running_loop().time()
            assert claim.at is not None
            assert now - 0.2 <= claim.at <= now

    satellite_test(scenario)
