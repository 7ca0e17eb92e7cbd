"""The real programs on a real sound card: the question is spoken into the room, the reply heard from the speaker."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from bench import spoken
from bench.house import Seen, house
from bench.spoken import record
from tests.sound_card import FULL, SoundCard, needs_sound_card, sound_card
from wire.pcm import SPEECH

pytest.importorskip("pyaudio", reason="needs PyAudio: apt-get install portaudio19-dev, pip install 'hark[audio]'")
pytestmark = [needs_sound_card, pytest.mark.end_to_end]

LATE_S = 180.0
AGAIN_S = 15.0  # without having been understood, then a person says it again
LOUD = 1_000  # of 32768; a reply's loudest samples are ten times that
SOUND_CARD = ("--mic", "default", "--speaker", "default")


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="hark") as short:  # a socket's path is at most 107 bytes
        yield Path(short)


def loud_samples(heard: bytearray) -> int:
    return int(np.count_nonzero(np.abs(np.frombuffer(heard[: len(heard) // 2 * 2], "<i2").astype(int)) > LOUD))


async def volumes(card: SoundCard, seen: list[int]) -> None:
    while True:
        seen.append(await card.volume())
        await asyncio.sleep(0.2)


async def asks(card: SoundCard, question: Path, understood: asyncio.Event) -> None:
    """Speaks as a person does: again where nobody heard it, for a busy machine loses sound."""
    while not understood.is_set():
        await card.speak(question)
        with suppress(TimeoutError):
            await asyncio.wait_for(understood.wait(), AGAIN_S)


def test_a_question_spoken_into_the_room_is_answered_while_the_music_is_soft(folder: Path, tmp_path: Path) -> None:
    """Its own awake sound, which the microphone hears in the middle of the question, is not understood as a word."""
    question = spoken.shipped()[0]
    record(question, folder / "question.wav")
    understood, over = asyncio.Event(), asyncio.Event()
    heard, loudness = bytearray(), [FULL]

    def see(event: Seen) -> None:
        if event["event"] == "question" and event["text"] == question.text:
            understood.set()
        if event["event"] == "times" and understood.is_set():
            over.set()

    async def scenario(card: SoundCard) -> None:
        async with house(tmp_path, see, satellite=SOUND_CARD), card.listen(heard), asyncio.timeout(LATE_S):
            looking = asyncio.create_task(volumes(card, loudness))
            await asks(card, folder / "question.wav", understood)
            await over.wait()
            while loudness[-1] != FULL:  # noqa: ASYNC110  (another program tells nobody)
                await asyncio.sleep(0.1)
            looking.cancel()

    async def run() -> None:
        async with sound_card(folder) as card, card.music(SPEECH.silence(LATE_S)):
            await card.couple()
            with card.here():
                await scenario(card)

    asyncio.run(run())
    assert loud_samples(heard) > SPEECH.rate // 10
    assert min(loudness) < FULL / 2


def test_the_demo_listens_to_a_microphone_until_it_is_told_to_stop(folder: Path, tmp_path: Path) -> None:
    question = spoken.shipped()[0]
    record(question, folder / "question.wav")

    async def run() -> str:
        async with sound_card(folder) as card, asyncio.timeout(LATE_S):
            command = (sys.executable, "-u", "-m", "bench.demo", "--mic", "--output", str(tmp_path))
            demo = await asyncio.create_subprocess_exec(*command, env=card.environment, stdout=asyncio.subprocess.PIPE)
            assert demo.stdout is not None
            understood, told = asyncio.Event(), ""
            async for line in demo.stdout:
                told += line.decode()
                if line.startswith(b"Say:"):
                    asking = asyncio.create_task(asks(card, folder / "question.wav", understood))
                if f"“{question.text}”" in line.decode():
                    understood.set()
                if b"whole" in line and understood.is_set():
                    break
            await asking
            demo.send_signal(signal.SIGINT)
            told += (await demo.stdout.read()).decode()
            assert await demo.wait() == 0
            return told

    assert "light.turn_on" in asyncio.run(run())
