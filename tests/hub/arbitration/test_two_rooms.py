"""Two satellites and their hub, whole: scripted ears and voice, the real intents, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from config.hub import TimelineSettings
from hub.fleet import lead
from hub.service import Service
from hub.store import Store
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from hub.watch import Seen
from satellite.turns.phases import Phase
from tests.hub.test_session import House
from tests.hub.timers.test_keeper import at_work
from tests.hub.whole import SETTINGS
from tests.peers import run_clean
from tests.satellite.rooms import REFRACTORY_S, Room


def rooms_test(scenario: Callable[[Room, Room, list[Seen]], Awaitable[None]]) -> None:
    """Runs a scenario with both rooms led; nothing may be left of it."""
    chimes: dict[str, object] = {"sounds.awake": True}

    async def test() -> None:
        seen: list[Seen] = []
        store = Store(TimelineSettings(file="", keep_turns=1))
        timers = TimerKeeper(TimersFile(None))
        service = Service(SETTINGS, House().engines(), store, seen.append, timers)
        async with AsyncExitStack() as stack:
            kitchen, hall = [
                await stack.enter_async_context(Room({"name": name, **chimes}).open()) for name in ("kitchen", "hall")
            ]
            leads = [lead(f"127.0.0.1:{room.port}", service) for room in (kitchen, hall)]
            await stack.enter_async_context(at_work(*leads))
            await asyncio.sleep(1.0)
            await scenario(kitchen, hall, seen)

    run_clean(test)


async def speaks(*rooms: Room) -> None:
    """A question that these rooms hear, each a little later than the one before; nothing for the hub after it."""
    for room in rooms:
        room.say_wake_word()
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    for room in rooms:
        room.microphone.speaking = True
    await asyncio.sleep(1.0)
    for room in rooms:
        room.microphone.speaking = False


def test_the_room_that_hears_it_first_answers_and_the_other_makes_no_sound() -> None:
    async def scenario(kitchen: Room, hall: Room, seen: list[Seen]) -> None:
        await speaks(kitchen, hall)
        assert hall.phase is Phase.IDLE
        await kitchen.until(Phase.SPEAKING, 5.0)
        await kitchen.until(Phase.IDLE, 60.0)
        assert kitchen.heard_s > 1
        assert hall.heard_s == 0
        await asyncio.sleep(REFRACTORY_S)
        assert [one["satellite"] for one in seen if one["event"] == "times"] == ["kitchen"]
        await speaks(hall, kitchen)
        await hall.until(Phase.SPEAKING, 5.0)
        assert kitchen.phase is Phase.IDLE

    rooms_test(scenario)


def test_a_button_beside_it_is_answered_as_well() -> None:
    async def scenario(kitchen: Room, hall: Room, seen: list[Seen]) -> None:
        hall.satellite.listen()
        await speaks(kitchen)
        await kitchen.until(Phase.SPEAKING, 5.0)
        assert hall.phase is Phase.LISTENING

    rooms_test(scenario)


def test_words_said_before_the_hub_was_lost_are_answered_when_it_is_back() -> None:
    async def scenario(kitchen: Room, hall: Room, seen: list[Seen]) -> None:
        asking = asyncio.create_task(speaks(kitchen, hall))
        await asyncio.sleep(0.5)
        link = kitchen.satellite._link
        assert link.leader is not None
        link.leader.connection.abort()
        await asking
        await kitchen.until(Phase.SPEAKING, 10.0)
        assert hall.heard_s == 0

    rooms_test(scenario)
