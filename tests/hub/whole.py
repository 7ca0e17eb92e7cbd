"""Hub and satellite together: scripted ears and voice, the real intents in the demo home, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from config.hub import HubSettings, TimelineSettings
from config.loading import build, one, read
from hub.engines import Engines
from hub.fleet import lead
from hub.home.demo import DemoHome
from hub.service import Service
from hub.store import Store
from hub.timers.keeper import TimerKeeper
from hub.watch import Watch
from satellite.turns.phases import Phase
from tests.hub.timers.test_keeper import at_work
from tests.satellite.rooms import Room
from tests.settings import HUB_TOML

SETTINGS = build(HubSettings, [read(HUB_TOML), one("endpoint.mode", "fixed", "test")])


def demo_home() -> DemoHome:
    """As its file says."""
    return DemoHome.load(Path(__file__).parents[2] / "config" / "home.toml")


@asynccontextmanager
async def hub(room: Room, engines: Engines, timers: TimerKeeper, watch: Watch) -> AsyncGenerator[None, None]:
    """A hub that leads the room's satellite while the context lasts."""
    service = Service(SETTINGS, engines, Store(TimelineSettings(file="", keep_turns=1)), watch, timers)
    async with at_work(timers.run(), lead(f"127.0.0.1:{room.port}", service)):
        await asyncio.sleep(1.0)
        yield


async def ask(room: Room, by_wake_word: bool = True) -> None:
    """A question, and its reply heard to the end."""
    if by_wake_word:
        room.say_wake_word()
    await asyncio.sleep(0.6)
    room.microphone.speaking = True
    await asyncio.sleep(1.0)
    room.microphone.speaking = False
    await room.until(Phase.SPEAKING, 5.0)
    while room.phase is Phase.SPEAKING:  # noqa: ASYNC110 (of virtual time; a phase tells nobody)
        await asyncio.sleep(0.1)
