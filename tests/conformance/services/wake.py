"""Wake words: sound without end, until one is detected; then Home Assistant closes the connection."""

from __future__ import annotations

import asyncio
from functools import cache

from wyoming.audio import AudioChunk, AudioStart
from wyoming.info import WakeModel
from wyoming.wake import Detect, Detection

from bench.spoken import WAKE_WORD, question
from tests.conformance.check import Check
from tests.conformance.controller import Failed
from tests.conformance.services.asr import CHUNK_S, FORMAT, quiet
from tests.conformance.services.client import Client
from tests.conformance.services.home import Home, described_while, first
from tests.conformance.stage import NotAsked, expect
from wire.pcm import FULL_SCALE, SPEECH

LEAD_S, TAIL_S = 3.0, 3.0  # of quiet around the word: detectors look back for seconds
QUIET_S = 5.0
WORD = "jarvis"  # of the recording that ships


@cache
def word() -> bytes:
    """Somebody says it."""
    return quiet(LEAD_S) + (question(WAKE_WORD).sound * (FULL_SCALE - 1)).astype("<i2").tobytes() + quiet(TAIL_S)


async def models(home: Home) -> list[WakeModel]:
    """What Home Assistant can ask for."""
    return first((await home.info()).wake, "wake word").models


async def listen(client: Client, name: str | None, pcm: bytes) -> Detection | None:
    """What is detected in sound, sent at a microphone's pace; None where nothing is."""
    await client.send(Detect(names=[name] if name else None), AudioStart(**FORMAT))
    reading = asyncio.create_task(client.get(Detection))
    clock = asyncio.get_running_loop().time
    began, size = clock(), SPEECH.bytes(CHUNK_S)
    try:
        for start in range(0, len(pcm), size):
            await asyncio.sleep(max(0.0, began + SPEECH.seconds(start) - clock()))
            if reading.done():
                break
            at = round(SPEECH.seconds(start) * 1000)
            await client.send(AudioChunk(**FORMAT, audio=pcm[start : start + size], timestamp=at))
        return await reading if reading.done() else None
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def detects(home: Home) -> None:
    for model in await models(home):
        if WORD in f"{model.name} {model.phrase}".lower():
            async with home.request() as client:
                detection = await listen(client, model.name, word())
            if detection is None:
                raise Failed(f"it did not detect {model.name}")
            expect(detection.name == model.name, f"asked for {model.name!r}, it detected {detection.name!r}")
            return
    raise NotAsked(f"it has no wake word with {WORD!r} in it")


async def bears_quiet(home: Home) -> None:
    await models(home)
    async with home.request() as client:
        expect(await listen(client, None, quiet(QUIET_S)) is None, "it detected a wake word in a quiet room")


async def detects_again(home: Home) -> None:
    await detects(home)
    await detects(home)


async def describes_itself_meanwhile(home: Home) -> None:
    await models(home)
    await described_while(home, bears_quiet(home))


CHECKS = (
    Check("the wake word that is asked for is detected, by its name", "2.7", detects),
    Check("detected once, it is detected again on another connection", "2.7", detects_again),
    Check("quiet is no wake word, and it listens on", "2.7", bears_quiet),
    Check(
        "describe is answered while it listens",
        "2.1",
        describes_itself_meanwhile,
        lambda release: release.asks_again,
        "does not ask again",
    ),
)
