"""Laws of what a turn hears of its satellite, on virtual time."""

from __future__ import annotations

import asyncio

import pytest
from wyoming.event import Event

from hub.room import INBOX, STALLED_S, Room
from hub.stt.activity import Voice
from tests.virtual_time import run
from wire.connection import Sendable
from wire.pcm import SPEECH

FRAME = SPEECH.silence(0.02)


async def nowhere(event: Event | Sendable) -> None:
    """What the satellite is sent does not matter here."""


def room() -> Room:
    return Room("boot:1", "kitchen", "Kitchen", nowhere)


async def heard(room: Room) -> list[bytes | Voice]:
    return [piece async for piece in room.sound()]


def test_it_hears_in_order_until_the_satellite_ends_it() -> None:
    async def scenario() -> list[bytes | Voice]:
        spoken = room()
        for piece in (FRAME, Voice.STARTED, FRAME, None, FRAME):
            spoken.heard(piece)
        return await heard(spoken)

    assert run(scenario()) == [FRAME, Voice.STARTED, FRAME]


def test_a_satellite_that_stops_sending_sound_ends_it() -> None:
    """Its connection lives; used to be waited for until the next wake word, with a decoder held."""

    async def scenario() -> float:
        silent = room()
        silent.heard(FRAME)
        assert await heard(silent) == [FRAME]
        return asyncio.get_running_loop().time()

    assert run(scenario()) == pytest.approx(STALLED_S)


def test_nothing_is_heard_after_the_answer() -> None:
    async def scenario() -> list[bytes | Voice]:
        answered = room()
        answered.heard(FRAME)
        await answered.answer("turn on the light")
        answered.heard(FRAME)
        return await heard(answered)

    assert run(scenario()) == []


def test_a_flood_is_cut_off_and_can_still_be_answered() -> None:
    async def scenario() -> int:
        flooded = room()
        for _ in range(2 * INBOX):
            flooded.heard(FRAME)
        task = asyncio.create_task(heard(flooded))
        await asyncio.sleep(STALLED_S - 0.1)
        await flooded.answer("")
        return len(await task)

    assert run(scenario()) == INBOX


def test_sound_that_comes_at_once_holds_up_nobody() -> None:
    pieces = 100

    async def scenario() -> int:
        late, others = room(), 0
        for _ in range(pieces):
            late.heard(FRAME)
        sound, taken = late.sound(), 0

        async def hear() -> None:
            nonlocal taken
            async for _ in sound:
                taken += 1

        task = asyncio.create_task(hear())
        while taken < pieces:
            await asyncio.sleep(0)
            others += 1
        task.cancel()
        await asyncio.wait([task])
        return others

    assert run(scenario()) >= pieces
