"""Laws of the hub's timers at a whole satellite: scripted engines, real sockets, real files, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.home.home import Action
from hub.timers import actions
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from hub.timers.timer import Now
from satellite.turns.phases import Phase
from tests.hub.timers.test_book import BOOT
from tests.hub.timers.test_keeper import at_work, clock
from tests.peers import controller
from tests.satellite.rooms import REFRACTORY_S, Room, kept_in, satellite_test

EGGS = actions.start("kitchen", "Kitchen", "eggs", 60)


@asynccontextmanager
async def hub(room: Room, timers: TimerKeeper) -> AsyncGenerator[None, None]:
    """A hub with these timers, connected."""
    async with (
        controller(room.port, "hub") as peer,
        at_work(timers.run(), timers.tell("kitchen", peer.connection.send)),
    ):
        yield
        await asyncio.sleep(0.1)


def rings(room: Room) -> bool:
    return room.satellite.status().ringing


async def stops_for_good(room: Room) -> None:
    """Somebody stops it, and it stays so."""
    assert rings(room)
    room.satellite.stop()
    await asyncio.sleep(REFRACTORY_S)
    assert not rings(room)


def timers_in(folder: Path) -> TimerKeeper:
    return TimerKeeper(TimersFile(folder / "timers.json"), clock)


@pytest.mark.parametrize("away", [False, True])
def test_a_timer_rings_once_hub_or_no_hub(tmp_path: Path, away: bool) -> None:
    async def scenario(room: Room) -> None:
        timers = timers_in(tmp_path)
        async with hub(room, timers):
            await timers.act(EGGS)
            await asyncio.sleep(0.0 if away else 62.0)
            if not away:
                await stops_for_good(room)
        await asyncio.sleep(62.0)
        if away:
            await stops_for_good(room)
        async with hub(room, timers):
            await asyncio.sleep(5.0)
            assert not rings(room)
        assert room.phase is Phase.IDLE

    satellite_test(scenario)


def test_a_timer_survives_restarts_of_hub_and_satellite(tmp_path: Path) -> None:
    """On virtual time the satellite's wall clock stands still, as a Pi's does that is off."""

    async def sets(room: Room) -> None:
        timers = timers_in(tmp_path)
        async with hub(room, timers):
            await timers.act(EGGS)
            await asyncio.sleep(20.0)

    async def rings_later(room: Room) -> None:
        timers = TimerKeeper(TimersFile(tmp_path / "timers.json"), after_20_s)
        async with hub(room, timers):
            await asyncio.sleep(35.0)
            assert not rings(room)
            await asyncio.sleep(10.0)
            await stops_for_good(room)

    def after_20_s() -> Now:
        return Now(clock().mono, clock().wall + 20.0)

    satellite_test(sets, Room(kept_in(tmp_path)))
    satellite_test(rings_later, Room(kept_in(tmp_path)))


def test_what_another_room_changes_while_a_satellite_is_away_counts_there(tmp_path: Path) -> None:
    async def scenario(room: Room) -> None:
        timers = timers_in(tmp_path)
        async with hub(room, timers):
            await timers.act(EGGS)
            await timers.act(actions.start("kitchen", None, "tea", 60))
        eggs, tea = timers.seen_from("bedroom").going
        await timers.act(actions.cancel(eggs))
        await timers.act(actions.add(tea, 60))
        async with hub(room, timers):
            await asyncio.sleep(100.0)
            assert not rings(room)
            await asyncio.sleep(30.0)
            await stops_for_good(room)

    satellite_test(scenario)


def test_a_satellite_that_lost_its_memory_rings_late_rather_than_never(tmp_path: Path) -> None:
    async def sets(room: Room) -> None:
        timers = timers_in(tmp_path)
        async with hub(room, timers):
            await timers.act(EGGS)

    async def rings_late(room: Room) -> None:
        timers = TimerKeeper(TimersFile(tmp_path / "timers.json"), lambda: Now(clock().mono, BOOT.wall + 600.0))
        assert not rings(room)
        async with hub(room, timers):
            await asyncio.sleep(1.0)
            await stops_for_good(room)

    satellite_test(sets)
    satellite_test(rings_late)


def test_a_timer_that_is_paused_does_not_ring(tmp_path: Path) -> None:
    async def scenario(room: Room) -> None:
        timers = timers_in(tmp_path)

        async def do(action: Action) -> None:
            await timers.act(action)
            await asyncio.sleep(0.1)

        async with hub(room, timers):
            await do(EGGS)
            (eggs,) = timers.seen_from("kitchen").going
            await do(actions.pause(eggs))
        async with hub(room, timers):
            await asyncio.sleep(600.0)
            assert not rings(room)
            await do(actions.resume(eggs))
            await asyncio.sleep(62.0)
            await stops_for_good(room)

    satellite_test(scenario)
