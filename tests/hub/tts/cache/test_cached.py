"""Laws of a voice that remembers what it has said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from hub.load.need import SOME_DAY, Need
from hub.tts.cache.cached import LONGEST_CHARACTERS, Cached
from hub.tts.cache.folder import Folder
from hub.tts.cache.store import Sounds
from hub.tts.voice import Voice, VoiceError
from tests.fakes import FakeVoice
from tests.virtual_time import run

TEXT = "Turned on the light"


def clock() -> float:
    return asyncio.get_running_loop().time()


def cached(voice: Voice, sounds: Sounds | None = None, folder: Folder | None = None) -> Cached:
    return Cached(voice, Sounds(1_000_000) if sounds is None else sounds, folder, clock)


async def sound(voice: Voice, text: str = TEXT) -> bytes:
    return b"".join([piece async for piece in voice.speak(text)])


def test_what_was_said_before_is_there_at_once_and_the_same() -> None:
    async def scenario() -> None:
        slow = FakeVoice()
        voice = cached(slow)
        first = await sound(voice)
        began = clock()
        assert await sound(voice, f"  {TEXT} ") == first
        assert clock() == began
        assert len(slow.spoken) == 1

    run(scenario())


def test_what_was_prepared_is_there_at_once_and_is_made_once() -> None:
    async def scenario() -> None:
        slow = FakeVoice()
        voice = cached(slow)
        await voice.prepare(TEXT)
        await voice.prepare(TEXT)
        began = clock()
        assert await sound(voice) == await sound(FakeVoice(rtf=0))
        assert clock() == began
        assert len(slow.spoken) == 1

    run(scenario())


def test_sound_that_nobody_heard_to_its_end_is_not_kept() -> None:
    async def scenario() -> None:
        sounds = Sounds(1_000_000)
        async with aclosing(cached(FakeVoice(), sounds).speak(TEXT)) as pieces:
            await anext(pieces)
        assert sounds.size == 0

    run(scenario())


class Failing(FakeVoice):
    """Breaks off after its first piece."""

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        yield bytes(20)
        raise VoiceError("out of breath")


def test_sound_that_broke_off_is_not_kept() -> None:
    async def scenario() -> None:
        sounds = Sounds(1_000_000)
        voice = cached(Failing(), sounds)
        with pytest.raises(VoiceError):
            await sound(voice)
        with pytest.raises(VoiceError):
            await voice.prepare(TEXT)
        assert sounds.size == 0

    run(scenario())


def test_a_long_text_is_spoken_and_not_kept() -> None:
    async def scenario() -> None:
        sounds = Sounds(10_000_000)
        voice = cached(FakeVoice(rtf=0), sounds)
        assert await sound(voice, "word " * LONGEST_CHARACTERS)
        await voice.prepare("word " * LONGEST_CHARACTERS)
        assert sounds.size == 0

    run(scenario())


def test_on_disk_is_only_what_is_no_secret(tmp_path: Path) -> None:
    folder = Folder(tmp_path)

    async def prepared() -> None:
        voice = cached(FakeVoice(), folder=folder)
        await sound(voice, "What a person asked a model")
        await voice.prepare("What a model may say")
        await voice.prepare(TEXT, no_secret=True)

    asyncio.run(prepared())
    assert len(list(tmp_path.iterdir())) == 1

    async def again() -> None:
        slow = FakeVoice()
        await cached(slow, folder=folder).prepare(TEXT, no_secret=True)
        assert slow.spoken == []

    asyncio.run(again())
