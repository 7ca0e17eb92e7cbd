"""Laws of a reply that asks something: the microphone opens for the answer, once, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk
from wyoming.snd import Played

from satellite.turns.phases import Phase
from tests.fakes import number_of
from tests.peers import Peer, controller, reply_events
from tests.satellite.rooms import REFRACTORY_S, Room, satellite_test, whole_turn
from wire import hark


async def answered(room: Room, hub: Peer, meanwhile: Callable[[str], Awaitable[None]]) -> str:
    """A question and its reply, heard to its end; returns the turn's id, which `meanwhile` gets before that end."""
    turn = await room.ask(hub)
    *reply, stop, end = reply_events(turn, 1.0)
    await hub.send(Transcript("unlock the door"), *reply)
    await asyncio.sleep(0.2)
    await meanwhile(turn)
    await asyncio.sleep(0.2)
    await hub.send(stop, end)
    await hub.next(Played)
    return turn


async def asked(room: Room, hub: Peer) -> str:
    """The same with a reply that asks."""
    return await answered(room, hub, lambda turn: hub.send(hark.Listen(turn)))


def test_the_answer_to_a_question_needs_no_wake_word() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await asked(room, hub)
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


def test_it_opens_once_for_each_question() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await asked(room, hub)
            await asyncio.sleep(0.5)
            follow_up = room.satellite.status().turn
            await hub.send(Transcript("yes"), *reply_events(follow_up, 1.0))
            await asyncio.sleep(2.0)
            assert room.phase is Phase.IDLE

    satellite_test(scenario)


@pytest.mark.parametrize("why", ["nobody asks", "another turn asks", "Home Assistant asks", "it is muted"])
def test_it_stays_closed_where_the_hub_does_not_ask_in_time_for_this_turn_or_may_not(why: str) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub, controller(room.port) as other:

            async def meanwhile(turn: str) -> None:
                match why:
                    case "another turn asks":
                        await hub.send(hark.Listen("another"))
                    case "Home Assistant asks":
                        await other.send(hark.Listen(turn))
                    case "it is muted":
                        await hub.send(hark.Listen(turn))
                        room.satellite.mute(True)

            turn = await answered(room, hub, meanwhile)
            await asyncio.sleep(1.0)
            await hub.send(hark.Listen(turn))  # too late
            await asyncio.sleep(1.0)
            assert room.phase is Phase.IDLE
            assert [begun.turn for begun in hub.all_hark(hark.Turn) if begun.phase == "wake"] == [turn]

    satellite_test(scenario)


def test_who_does_not_want_it_is_asked_and_answers_after_the_wake_word() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            assert "listen" not in (await hub.next_hark(hark.Hello)).capabilities
            turn = await asked(room, hub)
            await asyncio.sleep(REFRACTORY_S)
            assert room.phase is Phase.IDLE
            assert room.satellite.status().turn == ""
            assert await whole_turn(room, hub) != turn

    satellite_test(scenario, Room({"wake.follow_up": False}))
