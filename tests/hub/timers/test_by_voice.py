"""A timer by voice, whole: a scripted recognizer and voice, real intents, hub and satellite, on virtual time."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from config.hub import HubSettings, TimelineSettings
from config.loading import build, one, read
from hub.engines import Engines
from hub.fleet import lead
from hub.home.demo import DemoHome
from hub.llm.intents import IntentResponder
from hub.load.scheduler import Scheduler
from hub.session import Service
from hub.store import Store
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from hub.tts.tiers import Tiers
from hub.watch import Seen
from tests.fakes import FakeRecognizer, FakeVoice, always_the_end
from tests.hub.timers.test_keeper import at_work, clock
from tests.satellite.rooms import Room, satellite_test
from tests.settings import HUB_TOML

HOME = DemoHome.load(Path(__file__).parents[3] / "config" / "home.toml")
SETTINGS = build(HubSettings, [read(HUB_TOML), one("endpoint.mode", "fixed", "test")])


async def ask(room: Room) -> None:
    """The wake word and a question, to the end of the reply."""
    room.say_wake_word()
    await asyncio.sleep(0.6)
    room.microphone.speaking = True
    await asyncio.sleep(1.0)
    room.microphone.speaking = False
    await asyncio.sleep(6.0)


def test_a_timer_that_was_asked_for_rings_once_though_the_hub_is_gone(tmp_path: Path) -> None:
    seen: list[Seen] = []

    async def scenario(room: Room) -> None:
        async with Scheduler(1) as scheduler:
            timers = TimerKeeper(TimersFile(tmp_path / "timers.json"), clock)
            answers = IntentResponder(HOME, scheduler, lambda: datetime(2026, 11, 21), timers=timers)
            words = FakeRecognizer("set a timer named eggs for 1 minute")
            engines = Engines(words, None, always_the_end, answers, Tiers({"scripted": FakeVoice(rtf=0.1)}))
            store = Store(TimelineSettings(file="", keep_turns=1))
            service = Service(SETTINGS, engines, store, seen.append, timers)
            address = f"127.0.0.1:{room.port}"
            async with at_work(timers.run(), lead(address, service)):
                await asyncio.sleep(1.0)
                await ask(room)
            await asyncio.sleep(60.0)
            assert room.satellite.status().ringing
            room.satellite.stop()
            async with at_work(timers.run(), lead(address, service)):
                await asyncio.sleep(3.0)
                assert not room.satellite.status().ringing

    satellite_test(scenario)
    assert [one["text"] for one in seen if one["event"] == "reply"] == ["Timer set for 1 minute named eggs"]
    assert [one["service"] for one in seen if one["event"] == "action"] == ["hark_timer.start"]
    assert TimersFile(tmp_path / "timers.json").load() == []
