"""Laws of a reply that asks something: the microphone opens for the answer, once, and only then."""

from __future__ import annotations

import asyncio

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk
from wyoming.snd import Played

from satellite.turns.phases import Phase
from tests.fakes import number_of
from tests.peers import Peer, controller, reply_events
from tests.satellite.rooms import REFRACTORY_S, Room, satellite_test, whole_turn
from wire import hark


async def answered(room: Room, hub: Peer, asks: bool) -> str:
    """A question and its answer, which asks back or does not, heard to its end; returns the turn's id."""
    turn = await room.ask(hub)
    *reply, stop, end = reply_events(turn, 1.0)
    await hub.send(Transcript("unlock the door"), *reply, *[hark.Listen(turn)] * asks, stop, end)
    await hub.next(Played)
    return turn


def test_the_answer_to_a_question_needs_no_wake_word() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await answered(room, hub, asks=True)
            before = room.microphone.number
            await asyncio.sleep(1.0)
            begun = hub.all_hark(hark.Turn)[-1]
            assert (begun.phase, begun.name) == ("wake", None)
            assert begun.turn == room.satellite.status().turn != turn
            heard = [number_of(event.payload or b"") for event in hub.all(AudioChunk)]
            answer = [number for number in heard if number >= before]
            assert len(answer) >= 40
            assert answer[0] <= before + 3
            assert not [number for number in heard if before - 40 < number < before - 3]  # what the satellite said
            assert room.phase is Phase.LISTENING

    satellite_test(scenario)


def test_who_does_not_ask_is_not_listened_for() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await answered(room, hub, asks=False)
            await asyncio.sleep(1.0)
            assert room.phase is Phase.IDLE
            assert len([turn for turn in hub.all_hark(hark.Turn) if turn.phase == "wake"]) == 1

    satellite_test(scenario)


def test_it_opens_once_for_each_question() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await answered(room, hub, asks=True)
            await asyncio.sleep(0.5)
            follow_up = room.satellite.status().turn
            await hub.send(Transcript("yes"), *reply_events(follow_up, 1.0))
            await asyncio.sleep(2.0)
            assert room.phase is Phase.IDLE

    satellite_test(scenario)


def test_a_muted_satellite_stays_closed() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            *reply, stop, end = reply_events(turn, 1.0)
            await hub.send(Transcript("unlock the door"), *reply, hark.Listen(turn))
            await asyncio.sleep(0.3)
            room.satellite.mute(True)
            await hub.send(stop, end)
            await hub.next(Played)
            await asyncio.sleep(1.0)
            assert room.phase is Phase.IDLE

    satellite_test(scenario)


def test_only_the_turn_at_hand_may_ask() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            *reply, stop, end = reply_events(turn, 1.0)
            await hub.send(Transcript("unlock the door"), *reply, hark.Listen("another"), stop, end)
            await hub.next(Played)
            await asyncio.sleep(1.0)
            assert room.phase is Phase.IDLE
            await hub.send(hark.Listen(turn))  # too late
            await asyncio.sleep(1.0)
            assert room.phase is Phase.IDLE

    satellite_test(scenario)


def test_who_does_not_want_it_is_asked_and_answers_after_the_wake_word() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            assert "listen" not in (await hub.next_hark(hark.Hello)).capabilities
            turn = await answered(room, hub, asks=True)
            await asyncio.sleep(REFRACTORY_S)
            assert room.phase is Phase.IDLE
            assert room.satellite.status().turn == ""
            assert await whole_turn(room, hub) != turn

    satellite_test(scenario, Room({"wake.follow_up": False}))


def test_home_assistant_cannot_open_it() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub, controller(room.port) as other:
            turn = await room.ask(hub)
            *reply, stop, end = reply_events(turn, 1.0)
            await hub.send(Transcript("unlock the door"), *reply)
            await other.send(hark.Listen(turn))
            await asyncio.sleep(0.2)
            await hub.send(stop, end)
            await hub.next(Played)
            await asyncio.sleep(1.0)
            assert room.phase is Phase.IDLE

    satellite_test(scenario)
