"""A question of the hub's and its answer, whole: a scripted recognizer and voice, real intents, hub and satellite."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from hub.engines import Engines
from hub.llm.asking import OPEN_S
from hub.llm.chain import Chain
from hub.llm.conversation import Conversations
from hub.llm.guard import Guard
from hub.llm.intents import IntentResponder
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from hub.tts.tiers import Tiers
from hub.watch import Seen
from tests.fakes import AtOnce, FakeRecognizer, FakeVoice, always_the_end
from tests.hub.timers.test_keeper import clock
from tests.hub.whole import ask, demo_home, hub
from tests.satellite.rooms import Room, satellite_test


@pytest.mark.parametrize(
    ("follow_up", "waits_s", "done"),
    [
        (True, 0.0, True),
        (False, 0.0, True),
        (False, OPEN_S - 10.0, True),
        (False, OPEN_S, False),
    ],
)
def test_a_yes_unlocks_the_door_with_or_without_the_wake_word(follow_up: bool, waits_s: float, done: bool) -> None:
    seen: list[Seen] = []
    words = FakeRecognizer("unlock the front door")

    def watch(one: Seen) -> None:
        seen.append(one)
        if one["event"] == "question":
            words.text = "yes"

    async def scenario(room: Room) -> None:
        async with AtOnce(1) as scheduler:
            home, conversations = demo_home(), Conversations(asyncio.get_running_loop().time)
            intents = IntentResponder(home, scheduler, lambda: datetime(2026, 11, 21), conversations=conversations)
            chain = Chain(home, Guard(), conversations, intents, None)
            engines = Engines(
                words, None, always_the_end, chain, Tiers({"scripted": FakeVoice(rtf=0.1)}), conversations=conversations
            )
            async with hub(room, engines, TimerKeeper(TimersFile(None), clock), watch):
                await ask(room)
                await asyncio.sleep(waits_s)
                await ask(room, by_wake_word=not follow_up)

    satellite_test(scenario, Room({"wake.follow_up": follow_up}))
    assert next(one["text"] for one in seen if one["event"] == "reply") == "Shall I unlock the Front Door?"
    assert [one["service"] for one in seen if one["event"] == "action"] == ["lock.unlock"] * done
    assert sum(one["event"] == "awake" for one in seen) == 2
