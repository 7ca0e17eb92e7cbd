"""Laws of what a person asks of the satellite itself: a whole satellite, scripted engines, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
from wyoming.asr import Transcript
from wyoming.timer import TimerStarted

from satellite.playing.loudness import STEP
from satellite.playing.mixer import RING_LEAST
from satellite.playing.mixing import volume_gain
from satellite.turns.phases import Phase
from tests.peers import Peer, controller
from tests.satellite.rooms import REFRACTORY_S, Room, interrupted, kept_in, satellite_test, whole_turn
from wire import hark

MUTE = ("mute", None)


async def asked(room: Room, hub: Peer, *asked: tuple[str, float | None]) -> str:
    """A turn in which the hub asks all this of the satellite, and says nothing; returns its id."""
    turn = await room.ask(hub)
    controls = [hark.Control(turn, action, level) for action, level in asked]
    await hub.send(Transcript("louder"), *controls, hark.Turn(turn, "end"))
    await asyncio.sleep(REFRACTORY_S)
    assert room.phase is Phase.IDLE
    return turn


async def loudest(room: Room, hub: Peer) -> int:
    """The highest sample of a whole reply (257 as it was sent)."""
    before = len(room.speaker.played)
    await whole_turn(room, hub)
    return int(np.frombuffer(b"".join(room.speaker.played[before:]) or b"\0\0", "<i2").max())


@pytest.mark.parametrize(
    ("action", "level", "volume"),
    [
        ("volume_up", None, 50 + STEP),
        ("volume_up", 30, 80),
        ("volume_up", 100, 100),
        ("volume_down", None, 50 - STEP),
        ("volume_down", 20, 30),
        ("volume_set", 0, 0),
        ("volume_set", 42.4, 42),
        ("mute", None, 0),
        ("unmute", None, 50),
    ],
)
def test_the_volume_is_what_was_asked_for(action: str, level: float | None, volume: int) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            room.satellite.set_volume(50)
            await asked(room, hub, (action, level))
            assert room.satellite.status().volume == volume
            assert not room.satellite.status().muted, "the microphone is never closed by a voice"

    satellite_test(scenario)


def test_muted_it_hears_and_is_silent_until_it_is_unmuted() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            assert await loudest(room, hub) == 257
            await asked(room, hub, MUTE)
            assert await loudest(room, hub) == 0
            await asked(room, hub, ("unmute", None))
            assert await loudest(room, hub) == 257

    satellite_test(scenario)


def test_a_button_that_turns_it_up_ends_the_silence_as_well() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await asked(room, hub, MUTE)
            room.satellite.set_volume(100)
            assert await loudest(room, hub) == 257

    satellite_test(scenario)


@pytest.mark.parametrize("quiet", [MUTE, ("volume_set", 0.0), ("volume_set", 20.0)])
def test_a_timer_rings_loud_enough_whatever_was_asked(quiet: tuple[str, float | None]) -> None:
    peaks: list[float] = []

    def rings_after(*wanted: tuple[str, float | None]) -> Callable[[Room], Awaitable[None]]:
        async def scenario(room: Room) -> None:
            async with controller(room.port, "hub") as hub:
                await asked(room, hub, *wanted)
                await hub.send(TimerStarted("eggs", 60))
                await asyncio.sleep(65.0)
                peaks.append(float(np.frombuffer(b"".join(room.speaker.played), "<i2").max()))

        return scenario

    satellite_test(rings_after(("volume_set", 100)))
    satellite_test(rings_after(quiet))
    full, low = peaks
    assert low == pytest.approx(full * volume_gain(RING_LEAST), rel=0.01)


def test_stop_ends_what_rings() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await asked(room, hub)
            await hub.send(TimerStarted("eggs", 1))
            await asyncio.sleep(2.0)
            assert room.satellite.status().ringing
            await hub.send(hark.Control(turn, "stop"))
            await asyncio.sleep(0.1)
            assert not room.satellite.status().ringing

    satellite_test(scenario)


def test_stop_ends_its_own_turn_like_the_button_and_the_next_reply_is_heard() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            await hub.send(Transcript("stop"), hark.Control(turn, "stop"), hark.Turn(turn, "end"))
            assert (await hub.next_hark(hark.Cancel)).turn == turn
            assert room.phase is Phase.IDLE
            await hub.send(hark.Flush(turn))
            await asyncio.sleep(REFRACTORY_S)
            assert await loudest(room, hub) == 257

    satellite_test(scenario)


def test_only_the_leader_and_only_for_the_latest_turn_is_obeyed() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub, controller(room.port, "other") as other:
            turn = await asked(room, hub)
            for sender, named in ((other, turn), (hub, "another"), (hub, f"{turn}0")):
                await sender.send(hark.Control(named, "volume_set", 10))
            await asyncio.sleep(0.1)
            assert room.satellite.status().volume == 100
            await hub.send(hark.Control(turn, "volume_set", 10))
            await asyncio.sleep(0.1)
            assert room.satellite.status().volume == 10

    satellite_test(scenario)


def test_what_was_asked_in_a_turn_that_was_interrupted_is_not_done_any_more() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            old, new = await interrupted(room, hub)
            await hub.send(hark.Control(old, "mute"))
            await asyncio.sleep(0.1)
            assert room.satellite.status().volume == 100
            await hub.send(hark.Control(new, "mute"))
            await asyncio.sleep(0.1)
            assert room.satellite.status().volume == 0

    satellite_test(scenario)


def test_volume_and_silence_outlive_a_restart(tmp_path: Path) -> None:
    async def asks(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await asked(room, hub, ("volume_set", 60), MUTE)

    async def still(room: Room) -> None:
        assert room.satellite.status().volume == 0
        async with controller(room.port, "hub") as hub:
            await asked(room, hub, ("unmute", None))
            assert room.satellite.status().volume == 60

    satellite_test(asks, Room(kept_in(tmp_path)))
    satellite_test(still, Room(kept_in(tmp_path)))


def test_a_plain_leader_moves_nothing_before_a_turn() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain.send(hark.Control("b:0", "mute"))
            await asyncio.sleep(0.1)
            assert room.satellite.status().volume == 100

    satellite_test(scenario)
