"""Laws of Kokoro as a voice: who is served when, and what is left when somebody leaves; the model is a scripted one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from config.hub import KokoroSettings
from hub.load.need import SOME_DAY, Kind, Need
from hub.load.scheduler import Scheduler, T
from hub.tts.kokoro.kokoro import Kokoro
from hub.tts.voice import VoiceError

SETTINGS = KokoroSettings(
    model="kokoro-82m", voice="af_heart", speed=1.0, device="auto", threads=1, folder="", download=False
)
LATE_S = 60.0  # only a hanging test sees the end of it
PART = bytes(Kokoro.format.bytes(0.25))  # of sound


@dataclass
class ScriptedSpeaker:
    """Takes a text's words for its parts; makes a part once it may."""

    name: str = "scripted"
    made: list[str] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    may: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(100))

    def begin(self, text: str) -> tuple[bytes, list[str]]:
        """See hub.tts.kokoro.kokoro.Speaker."""
        parts = text.split()
        return (self.go_on(parts[0]), parts[1:]) if parts else (b"", [])

    def go_on(self, part: str) -> bytes:
        """See hub.tts.kokoro.kokoro.Speaker."""
        assert self.may.acquire(timeout=LATE_S)
        self.made.append(part)
        self.threads.add(threading.get_ident())
        return PART


@dataclass
class Noting(Scheduler):
    """Notes what its jobs are needed for."""

    needs: list[Need] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(1)

    async def run(self, work: Callable[[], T], need: Need = SOME_DAY) -> T:
        """See hub.load.scheduler.Scheduler."""
        self.needs.append(need)
        return await super().run(work, need)


def speaking(test: Callable[[Kokoro], Awaitable[None]], speaker: ScriptedSpeaker) -> list[Need]:
    """Runs a test with a voice; afterwards no work is left."""
    scheduler = Noting()

    async def scenario() -> None:
        async with asyncio.timeout(LATE_S), scheduler, Kokoro(SETTINGS, scheduler, lambda *_: speaker) as voice:
            await test(voice)
        assert scheduler.busy == 0

    asyncio.run(scenario())
    return scheduler.needs[1:]


async def spoken(voice: Kokoro, text: str, need: Need = SOME_DAY) -> list[bytes]:
    return [piece async for piece in voice.speak(text, need)]


def test_a_clause_is_sent_in_pieces_of_100_ms_at_most() -> None:
    async def scenario(voice: Kokoro) -> None:
        pieces = await spoken(voice, "one two")
        assert b"".join(pieces) == PART * 2
        assert max(map(len, pieces)) == voice.format.bytes(0.1)

    speaking(scenario, ScriptedSpeaker())


@pytest.mark.parametrize("text", ["", " "])
def test_of_no_words_there_is_no_sound(text: str) -> None:
    async def scenario(voice: Kokoro) -> None:
        assert await spoken(voice, text) == []

    speaking(scenario, ScriptedSpeaker())


def test_two_rooms_take_turns_part_by_part_and_one_thread_does_it_all() -> None:
    speaker = ScriptedSpeaker(may=threading.Semaphore(0))

    async def scenario(voice: Kokoro) -> None:
        rooms = [asyncio.create_task(spoken(voice, text)) for text in ("a1 a2 a3", "b1 b2 b3")]
        await asyncio.sleep(0)  # both have asked
        speaker.may.release(6)
        await asyncio.gather(*rooms)

    speaking(scenario, speaker)
    assert speaker.made == ["a1", "b1", "a2", "b2", "a3", "b3"]
    assert len(speaker.threads) == 1


def test_what_follows_the_first_part_is_needed_when_that_has_been_played() -> None:
    async def scenario(voice: Kokoro) -> None:
        await spoken(voice, "one two three", Need(Kind.ANSWER, "kitchen", deadline=10.0, rest_s=0.5))
        await spoken(voice, "four five", Need(Kind.AHEAD, "hall"))

    answer, *rest = speaking(scenario, ScriptedSpeaker())[:3]
    assert answer == Need(Kind.ANSWER, "kitchen", 10.0, 0.5)
    assert rest == [Need(Kind.SPEECH, "kitchen", 10.25, 0.5), Need(Kind.SPEECH, "kitchen", 10.5, 0.5)]


def test_work_for_nobody_in_particular_stays_that() -> None:
    async def scenario(voice: Kokoro) -> None:
        await spoken(voice, "one two")

    assert speaking(scenario, ScriptedSpeaker()) == [SOME_DAY, SOME_DAY]


def test_a_reader_that_leaves_is_rid_of_the_parts_that_were_not_begun() -> None:
    speaker = ScriptedSpeaker()

    async def scenario(voice: Kokoro) -> None:
        async with aclosing(voice.speak("one two three")) as pieces:
            await anext(pieces)
        assert await spoken(voice, "four")

    speaking(scenario, speaker)
    assert speaker.made == ["one", "four"]


def test_who_waits_in_line_and_leaves_is_not_served() -> None:
    speaker = ScriptedSpeaker(may=threading.Semaphore(0))

    async def scenario(voice: Kokoro) -> None:
        first, second = (asyncio.create_task(spoken(voice, text)) for text in ("one", "two"))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.wait([second])
        speaker.may.release(2)
        await first

    speaking(scenario, speaker)
    assert speaker.made == ["one"]


def test_a_load_that_is_given_up_ends_its_download() -> None:
    stopped, loading = threading.Event(), threading.Event()

    def load(_: KokoroSettings, stop: threading.Event) -> ScriptedSpeaker:
        loading.set()
        assert stop.wait(10)
        stopped.set()
        raise VoiceError("given up")

    async def scenario() -> None:
        async with Scheduler(1) as scheduler:
            task = asyncio.create_task(Kokoro(SETTINGS, scheduler, load).__aenter__())
            await asyncio.to_thread(loading.wait, LATE_S)
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(scenario())
    assert stopped.is_set()
