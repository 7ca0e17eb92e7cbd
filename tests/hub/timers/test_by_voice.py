"""A timer by voice, whole: a scripted recognizer and voice, real intents, hub and satellite, on virtual time."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from hub.engines import Engines
from hub.llm.intents import IntentResponder
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from hub.tts.tiers import Tiers
from hub.watch import Seen
from tests.fakes import AtOnce, FakeRecognizer, FakeVoice, always_the_end
from tests.hub.timers.test_keeper import clock
from tests.hub.whole import ask, demo_home, hub
from tests.satellite.rooms import Room, satellite_test


def test_a_timer_that_was_asked_for_rings_once_though_the_hub_is_gone(tmp_path: Path) -> None:
    seen: list[Seen] = []

    async def scenario(room: Room) -> None:
        async with AtOnce(1) as scheduler:
            timers = TimerKeeper(TimersFile(tmp_path / "timers.json"), clock)
            answers = IntentResponder(demo_home(), scheduler, lambda: datetime(2026, 11, 21), timers=timers)
            words = FakeRecognizer("set a timer named eggs for 1 minute")
            engines = Engines(words, None, always_the_end, answers, Tiers({"scripted": FakeVoice(rtf=0.1)}))
            async with hub(room, engines, timers, seen.append):
                await ask(room)
            await asyncio.sleep(60.0)
            assert room.satellite.status().ringing
            room.satellite.stop()
            async with hub(room, engines, timers, seen.append):
                await asyncio.sleep(2.0)
                assert not room.satellite.status().ringing

    satellite_test(scenario)
    assert [one["text"] for one in seen if one["event"] == "reply"] == ["Timer set for 1 minute named eggs"]
    assert [one["service"] for one in seen if one["event"] == "action"] == ["hark_timer.start"]
    assert TimersFile(tmp_path / "timers.json").load() == []
