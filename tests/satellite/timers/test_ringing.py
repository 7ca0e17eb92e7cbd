"""Laws of timers at a whole satellite: scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from wyoming.audio import AudioChunk
from wyoming.event import Event
from wyoming.pipeline import RunPipeline
from wyoming.snd import Played
from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated

from satellite.turns.phases import Phase
from tests.peers import controller
from tests.satellite.rooms import REFRACTORY_S, Room, kept_in, plain_turn, said, satellite_test, whole_turn
from wire.connection import Sendable

EGGS = TimerStarted("eggs", 60, name="eggs")


def rings(room: Room) -> bool:
    """Whether a timer rings, and is heard."""
    return room.satellite.status().ringing and bool(room.speaker.played)


@pytest.mark.parametrize("name", ["hub", ""])
def test_a_timer_rings_until_the_wake_word_stops_it_and_listens(name: str) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, name) as leader:
            await leader.send(EGGS)
            await asyncio.sleep(58.0)
            assert not rings(room)
            await asyncio.sleep(3.0)
            assert rings(room)
            await leader.send(TimerFinished("eggs"))
            room.say_wake_word()
            await leader.next(RunPipeline)
            assert not rings(room)
            heard = room.heard_s
            await asyncio.sleep(1.0)
            assert room.heard_s - heard < 0.1

    satellite_test(scenario)


def test_a_timer_rings_though_everyone_is_gone() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain.send(EGGS)
            await asyncio.sleep(0.1)
        await asyncio.sleep(62.0)
        assert rings(room)
        heard = room.heard_s
        await asyncio.sleep(10.0)
        assert room.heard_s > heard + 5.0

    satellite_test(scenario)


@pytest.mark.parametrize("clear", ["stop", "button", "listen", "cancelled"])
def test_every_way_to_stop_it_stops_it(clear: str) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain.send(TimerFinished("eggs"))
            await asyncio.sleep(1.0)
            assert rings(room)
            match clear:
                case "stop":
                    room.say_stop()
                case "button":
                    room.satellite.stop()
                case "listen":
                    room.satellite.listen()
                case "cancelled":
                    await plain.send(TimerCancelled("eggs"))
            await asyncio.sleep(0.1)
            assert not rings(room)
            heard = room.heard_s
            await asyncio.sleep(1.0)
            assert room.heard_s == pytest.approx(heard, abs=0.05)
            assert bool(plain.all(RunPipeline)) is (clear == "listen")

    satellite_test(scenario)


def test_a_timer_can_be_paused_and_changed() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain.send(EGGS)
            await asyncio.sleep(30.0)
            await plain.send(TimerUpdated("eggs", is_active=False, total_seconds=30))
            await asyncio.sleep(600.0)
            assert not rings(room)
            await plain.send(TimerUpdated("eggs", is_active=True, total_seconds=90))
            await asyncio.sleep(89.0)
            assert not rings(room)
            await asyncio.sleep(2.0)
            assert rings(room)

    satellite_test(scenario)


def test_a_timer_that_nobody_stops_does_not_ring_for_ever() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain.send(TimerFinished("eggs"))
            await asyncio.sleep(room.settings.timers.ring_s - 1.0)
            assert rings(room)
            await asyncio.sleep(2.0)
            assert not room.satellite.status().ringing
            await asyncio.sleep(0.5)
            heard = room.heard_s
            await asyncio.sleep(5.0)
            assert room.heard_s == heard

    satellite_test(scenario)


def test_a_timer_rings_after_the_question_and_not_into_it() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            room.say_wake_word()
            await room.until(Phase.LISTENING, 1.0)
            await hub.send(TimerFinished("eggs"))
            await asyncio.sleep(1.0)
            assert room.satellite.status().ringing
            assert not room.speaker.played
            await hub.next(AudioChunk)
            await asyncio.sleep(room.settings.watchdogs.listening_s)
            assert room.speaker.played

    satellite_test(scenario)


def test_an_announcement_is_heard_and_reported_while_it_rings_and_turns_work_afterwards() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain.send(TimerFinished("eggs"))
            await asyncio.sleep(3.0)
            sent = asyncio.get_running_loop().time()
            await plain.send(*said(1.0))
            await plain.next(Played)
            assert asyncio.get_running_loop().time() - sent < 1.5
            assert rings(room)
            room.satellite.stop()
            await asyncio.sleep(REFRACTORY_S)
            await plain_turn(room, plain)

    satellite_test(scenario)


def test_a_restart_of_the_satellite_loses_no_timer(tmp_path: Path) -> None:
    """On virtual time the wall clock stands still, as a Pi's does that is off: the time that was left counts."""
    first, second = Room(kept_in(tmp_path)), Room(kept_in(tmp_path))

    async def sets(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain.send(EGGS)
            await asyncio.sleep(0.5)

    async def rings_later(room: Room) -> None:
        await asyncio.sleep(62.0)
        assert rings(room)

    satellite_test(sets, first)
    satellite_test(rings_later, second)


def test_what_rang_before_a_restart_rings_again(tmp_path: Path) -> None:
    first, second = Room(kept_in(tmp_path)), Room(kept_in(tmp_path))

    async def finishes(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain.send(TimerFinished("eggs"))
            await asyncio.sleep(1.0)
            assert rings(room)

    async def rings_again(room: Room) -> None:
        await asyncio.sleep(1.0)
        assert rings(room)
        room.satellite.stop()

    async def is_over(room: Room) -> None:
        await asyncio.sleep(2.0)
        assert not room.satellite.status().ringing

    satellite_test(finishes, first)
    satellite_test(rings_again, second)
    satellite_test(is_over, Room(kept_in(tmp_path)))


@pytest.mark.parametrize("again", [TimerFinished("eggs"), EGGS])
def test_what_was_stopped_before_a_restart_does_not_ring_again_when_its_controller_speaks_of_it(
    tmp_path: Path, again: Sendable
) -> None:
    """The hub's own "finished", or its list of timers, may come after the restart."""

    async def is_stopped(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await hub.send(EGGS)
            await asyncio.sleep(61.0)
            assert rings(room)
            room.satellite.stop()
            await asyncio.sleep(0.5)

    async def is_over(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await hub.send(again)
            await asyncio.sleep(61.0)
            assert not room.satellite.status().ringing

    satellite_test(is_stopped, Room(kept_in(tmp_path)))
    satellite_test(is_over, Room(kept_in(tmp_path)))


def test_mute_and_volume_outlive_a_restart(tmp_path: Path) -> None:
    async def sets(room: Room) -> None:
        room.satellite.mute(True)
        room.satellite.set_volume(40)
        await asyncio.sleep(0.1)

    async def still(room: Room) -> None:
        status = room.satellite.status()
        assert (status.muted, status.volume) == (True, 40)
        assert room.microphone.opened == 0, "muted, it never listened"

    satellite_test(sets, Room(kept_in(tmp_path)))
    satellite_test(still, Room(kept_in(tmp_path)))


BAD = [
    Event("timer-started", {}),
    Event("timer-started", {"id": 5, "total_seconds": 60}),
    Event("timer-started", {"id": "x" * 1000, "total_seconds": 60}),
    Event("timer-started", {"id": "eggs", "total_seconds": "soon"}),
    Event("timer-started", {"id": "eggs", "total_seconds": -1}),
    Event("timer-updated", {"id": "eggs", "is_active": True}),
    Event("timer-finished", {"id": None}),
    Event("timer-cancelled", {}),
]


@pytest.mark.parametrize("event", BAD, ids=str)
def test_a_timer_that_makes_no_sense_costs_its_connection_only(event: Event) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await hub.send(event)
            await hub.over()
        async with controller(room.port, "hub") as following:
            await whole_turn(room, following)
            assert not room.satellite.status().ringing

    satellite_test(scenario)
