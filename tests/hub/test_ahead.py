"""Laws of what is made ready beforehand, as the settings have it; files are read in threads, so in real time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from config.hub import HubSettings
from config.loading import assignment, build, read
from hub.llm.chain import Chain
from hub.llm.conversation import Conversations
from hub.llm.guard import Guard
from hub.llm.intents import IntentResponder
from hub.llm.responder import Request
from hub.load.scheduler import Scheduler
from hub.parts.ahead import PHRASES, foresight
from hub.tts.cache.cached import Cached
from hub.tts.cache.folder import Folder
from hub.tts.cache.store import Sounds
from hub.tts.chunker import cut
from hub.tts.speakable.speakable import speakable
from tests.fakes import FakeVoice
from tests.hub.llm.noted_home import NotedHome, clock
from tests.hub.loaded import Hoarse
from tests.settings import HUB_TOML

AGENT = ("home.url=http://127.0.0.1:1", "home.agent=conversation.home_assistant")
LATE_S = 30.0
SAID = "turn off the lights everywhere"


def made_ready(
    best: FakeVoice, small: FakeVoice, folder: Path, done: Callable[[], bool], *assignments: str, says: str = ""
) -> None:
    """Works until it is done; what somebody says is all that a busy hub makes ready."""
    settings = build(HubSettings, [read(HUB_TOML), *map(assignment, assignments)])
    sounds, home, kept = Sounds(10_000_000), NotedHome(), Folder(folder)

    async def scenario() -> None:
        async with Scheduler(1) as scheduler:
            intents = IntentResponder(home, scheduler, clock)
            chain = Chain(home, Guard(), Conversations(asyncio.get_running_loop().time), intents, None)
            voices = {"best": Cached(best, sounds, kept), "small": Cached(small, sounds, kept)}
            working = foresight(settings, home, chain, voices, lambda: bool(says))
            if says:
                working.saying(Request(says, "den", "Office"))
            task = asyncio.create_task(working.run())
            async with asyncio.timeout(LATE_S):
                while not done():  # noqa: ASYNC110 (nobody tells)
                    await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(scenario())


def test_where_the_best_voice_fails_the_phrases_are_ready_in_the_smaller_one(tmp_path: Path) -> None:
    """Used to be left with the first that failed, just when they were needed."""
    small = FakeVoice(rtf=0.0, name="small")
    phrases = {speakable(chunk, "en") for phrase in PHRASES for chunk in cut(phrase)}
    made_ready(Hoarse(), small, tmp_path, lambda: phrases <= {text for text, _ in small.spoken}, *AGENT)


def test_what_a_person_says_is_made_ready_in_memory_alone(tmp_path: Path) -> None:
    best = FakeVoice(rtf=0.0)
    made_ready(best, FakeVoice(), tmp_path, lambda: len(best.spoken) > 0, says=SAID)
    assert list(tmp_path.iterdir()) == []
    made_ready(FakeVoice(rtf=0.0), FakeVoice(rtf=0.0), tmp_path, lambda: any(tmp_path.iterdir()))


def test_what_is_foreseen_goes_behind_every_answer() -> None:
    """Each partial of each room used to press like a question, on the device that the answers need."""

    async def scenario() -> None:
        async with Scheduler(1) as scheduler:
            intents = IntentResponder(NotedHome(), scheduler, clock)
            async with scheduler.slot():
                foreseen = asyncio.create_task(intents.expect(Request(SAID, "den", "Office")))
                await asyncio.sleep(0)
                assert (scheduler.busy, scheduler.pressing()) == (2, 0)
            await foreseen

    asyncio.run(scenario())
