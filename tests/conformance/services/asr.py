"""Speech-to-text: an utterance as Home Assistant sends it, at a microphone's pace in chunks of 10 ms.

Before 2026.10 it reads nothing until it has sent `audio-stop`; what came earlier is read then. From 2026.10 on it reads
while it sends, and where `requires_external_vad` is false it sends on until the transcript comes.
"""

from __future__ import annotations

import asyncio
from functools import cache, partial

import numpy as np
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop

from bench.spoken import shipped
from tests.conformance.check import Check
from tests.conformance.controller import Failed
from tests.conformance.services.client import Client
from tests.conformance.services.described import spoken
from tests.conformance.services.home import Home, answered, described_while, first, twice
from tests.conformance.stage import NotApplicable, expect
from wire.pcm import FULL_SCALE, SPEECH

CHUNK_S = 0.01
LEAD_S, TAIL_S = 0.8, 0.7  # around the words: what satellites send from before, and Home Assistant's own detector adds
ON_S = 20.0  # of quiet, in which the end of an utterance is found by itself
BEHIND_S = 3.0
LEFT_S = 0.5  # of speech before a client leaves
FORMAT = {"rate": SPEECH.rate, "width": SPEECH.width, "channels": SPEECH.channels}


@cache
def question() -> bytes:
    """Somebody asks something."""
    words = (shipped()[0].sound * (FULL_SCALE - 1)).astype("<i2").tobytes()
    return quiet(LEAD_S) + words + quiet(TAIL_S)


def quiet(seconds: float) -> bytes:
    """A quiet room: no microphone is quite silent."""
    samples = np.random.default_rng(1).normal(0, 12, round(seconds * SPEECH.rate))
    return samples.astype("<i2").tobytes()


async def heard(home: Home, pcm: bytes, language: str | None = None, end: bool = True) -> str:
    """The transcript of one utterance."""
    program = first((await home.info()).asr, "speech-to-text")
    asked = language or next(iter(spoken(program.models)), "en")
    async with home.request() as client:
        await client.send(Transcribe(language=asked), AudioStart(**FORMAT))
        if not home.release.full_duplex:
            await upload(client, pcm, end)
            return (await client.get(Transcript)).text
        return await both_ways(client, pcm, end)


async def both_ways(client: Client, pcm: bytes, end: bool) -> str:
    """Sends and reads at once; whatever is over first decides, as in Home Assistant."""
    sending, reading = asyncio.create_task(upload(client, pcm, end)), asyncio.create_task(client.get(Transcript))
    try:
        await asyncio.wait([sending, reading], return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            await sending
        return (await reading).text
    finally:
        sending.cancel()
        reading.cancel()
        await asyncio.gather(sending, reading, return_exceptions=True)


async def upload(client: Client, pcm: bytes, end: bool = True) -> None:
    """Sends sound at the pace at which it is spoken."""
    clock = asyncio.get_running_loop().time
    began, size = clock(), SPEECH.bytes(CHUNK_S)
    for start in range(0, len(pcm), size):
        await asyncio.sleep(max(0.0, began + SPEECH.seconds(start) - clock()))
        await client.send(AudioChunk(**FORMAT, audio=pcm[start : start + size]))
    if end:
        await client.send(AudioStop())


async def ends_by_itself(home: Home) -> bool:
    """Whether Home Assistant of this release leaves it the end."""
    return home.release.full_duplex and not first((await home.info()).asr, "speech-to-text").requires_external_vad


async def hears(home: Home) -> None:
    await heard(home, question())


async def finds_the_end(home: Home) -> None:
    if not await ends_by_itself(home):
        raise NotApplicable("it needs a detector before it")
    try:
        await heard(home, question() + quiet(ON_S), end=False)
    except Failed as failed:
        raise Failed(f"{failed}, although it says that it finds the end itself and {ON_S:g} s were quiet") from None


async def bears_what_comes_late(home: Home) -> None:
    expect(await heard(home, question() + quiet(BEHIND_S)) is not None, "no text")


async def answers_silence(home: Home) -> None:
    await answered(heard(home, quiet(1.5)))


async def answers_nothing(home: Home) -> None:
    await answered(heard(home, b""))


async def answers_another_language(home: Home) -> None:
    await answered(heard(home, question(), "tlh"))


async def is_left(home: Home) -> None:
    async with home.request() as client:
        first((await home.info()).asr, "speech-to-text")
        await client.send(Transcribe(language="en"), AudioStart(**FORMAT))
        await upload(client, question()[: SPEECH.bytes(LEAD_S + LEFT_S)], end=False)
    await hears(home)


async def hears_two(home: Home) -> None:
    await twice(partial(hears, home))


async def describes_itself_meanwhile(home: Home) -> None:
    first((await home.info()).asr, "speech-to-text")
    await described_while(home, hears(home))


CHECKS = (
    Check("an utterance is answered by its transcript", "2.4", hears),
    Check(
        "it ends an utterance itself, without audio-stop",
        "2.4",
        finds_the_end,
        lambda release: release.full_duplex,
        "ends utterances itself",
    ),
    Check(
        "sound that goes on for seconds behind the words, before anything is read, costs no transcript",
        "2.4",
        bears_what_comes_late,
        lambda release: not release.full_duplex,
        "reads while it sends",
    ),
    Check("an utterance without a word is answered", "2.4", answers_silence),
    Check("an utterance without sound is answered", "2.4", answers_nothing),
    Check("a language that it does not know is answered", "2.4", answers_another_language),
    Check("who leaves in the middle of an utterance costs nobody", "2.4", is_left),
    Check("two rooms are heard at once", "2.4", hears_two),
    Check(
        "describe is answered while it hears",
        "2.1",
        describes_itself_meanwhile,
        lambda release: release.asks_again,
        "does not ask again",
    ),
)
