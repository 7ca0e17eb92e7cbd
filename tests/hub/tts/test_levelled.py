"""Laws of levelled voices: all are as loud as each other."""

from __future__ import annotations

import asyncio

import pytest

from hub.load.scheduler import Scheduler
from hub.tts.espeak import Espeak
from hub.tts.levelled import Levelled, levelled
from hub.tts.loudness import LEVEL_LUFS, amplified, loudness_lufs
from hub.tts.voice import Voice

OTHER = "Good night to everyone in the house, and sleep well."


async def spoken(voice: Voice, text: str) -> bytes:
    return b"".join([piece async for piece in voice.speak(text)])


@pytest.mark.parametrize("made", [0.1, 0.5, 3.0])
def test_a_faint_voice_and_a_loud_one_come_out_alike(made: float) -> None:
    """The real espeak-ng, made fainter or louder before it is measured."""

    async def scenario() -> None:
        async with Scheduler(1) as scheduler:
            voice = await levelled(Levelled(Espeak("en-us", 170, scheduler), made))
            assert voice.name.startswith("espeak-ng")
            assert loudness_lufs(await spoken(voice, OTHER), voice.format) == pytest.approx(LEVEL_LUFS, abs=3)

    asyncio.run(scenario())


def test_the_sound_is_the_voice_s_own_with_a_gain() -> None:
    async def scenario() -> None:
        async with Scheduler(1) as scheduler:
            voice = Espeak("en-us", 170, scheduler)
            plain, half = await spoken(voice, OTHER), await spoken(Levelled(voice, 0.5), OTHER)
            # espeak-ng is not the same twice, so only the level is compared
            quieter = loudness_lufs(half, voice.format) - loudness_lufs(amplified(plain, 0.5), voice.format)
            assert quieter == pytest.approx(0, abs=0.5)

    asyncio.run(scenario())
