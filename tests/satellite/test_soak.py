"""Laws of a satellite that runs for years: memory stays flat, no task is left, nothing is missed. On virtual time.

HARK_SOAK_HOURS=24 HARK_SOAK_TURNS=2000 makes it the whole day, which takes some minutes; without them it is short.
"""

from __future__ import annotations

import asyncio
import gc
import os
from multiprocessing import get_context
from pathlib import Path

from satellite.turns.phases import Phase
from tests.peers import Peer, controller
from tests.satellite.rooms import Room, satellite_test, whole_turn

HOURS = float(os.environ.get("HARK_SOAK_HOURS", "0.2"))
TURNS = int(os.environ.get("HARK_SOAK_TURNS", "40"))
WARM_UP = 10  # turns and minutes after which everything that is bounded has reached its bound
MOST_GROWTH = 2_000_000  # bytes


def test_a_day_of_listening_and_thousands_of_turns_leave_nothing_behind() -> None:
    """In a process of its own: in one that has loaded speech engines before, memory comes and goes by itself."""
    child = get_context("spawn").Process(target=satellite_test, args=(day,))
    child.start()
    child.join()
    assert child.exitcode == 0


async def day(room: Room) -> None:
    """Turns, and hours in which nothing happens."""
    async with controller(room.port, "hub") as hub:
        await turns(room, hub, WARM_UP)
        tasks, before = len(asyncio.all_tasks()), measure()
        await turns(room, hub, TURNS)
        await listen(hub, HOURS * 3600)
        assert len(asyncio.all_tasks()) == tasks
        assert measure() - before < MOST_GROWTH
        assert room.phase is Phase.IDLE
        await turns(room, hub, 1)


async def turns(room: Room, hub: Peer, count: int) -> None:
    """So many questions with their replies, each as it should be; what the others remember is none of the satellite."""
    for _ in range(count):
        await whole_turn(room, hub)
        hub.forget()
        room.speaker.played.clear()


async def listen(hub: Peer, seconds: float) -> None:
    """A quiet room."""
    for _ in range(round(seconds / 60)):
        await asyncio.sleep(60)
        hub.forget()


def measure() -> int:
    """Bytes that the process has in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
