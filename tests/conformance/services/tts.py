"""Text-to-speech: a text whole, or in pieces where the release and the service know how.

In pieces the whole text follows once more, for servers that do not stream. What Home Assistant takes for the sound:
whole, all chunks up to the first `audio-stop`, of the first one's format; in pieces, what comes between the first
`audio-start`, whose format counts, and `synthesize-stopped`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.info import TtsProgram
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped, SynthesizeVoice

from tests.conformance.check import Check
from tests.conformance.releases import Release
from tests.conformance.services.client import Client, parsed
from tests.conformance.services.home import Home, answered, described_while, first, twice
from tests.conformance.stage import NotApplicable, expect

TEXT = "I turned on the light in the kitchen. The heating is at twenty degrees. Is there anything else?"
PIECE = 7  # characters: no end of a word, as a model writes
GAP_S = 6.0  # while a model calls a tool: beyond 5 s others have wedged
VOICES = 3  # that are tried
WITHIN = (0.7, 1.4)  # the length of a text spoken in pieces, by that of the text spoken whole
Text = Sequence[str | float]
"""Pieces of text, and seconds between them."""


async def program(home: Home) -> TtsProgram:
    """What Home Assistant takes."""
    return first((await home.info()).tts, "text-to-speech")


async def spoken(home: Home, text: Text = (TEXT,), voice: str | None = None) -> bytes:
    """The sound of a text, asked for as the release does it."""
    offered = await program(home)
    streams = home.release.streams and offered.supports_synthesize_streaming
    wanted = None if voice is None else SynthesizeVoice(name=voice)
    async with home.request() as client:
        return await (in_pieces if streams else whole)(client, text, wanted)


async def whole(client: Client, text: Text, voice: SynthesizeVoice | None) -> bytes:
    """One text, and its sound up to the first audio-stop."""
    await client.send(Synthesize(text=written(text), voice=voice))
    return await sound(client, AudioStop)


async def in_pieces(client: Client, text: Text, voice: SynthesizeVoice | None) -> bytes:
    """A text while it is written."""
    async with writing(client, text, voice):
        return await sound(client, SynthesizeStopped)


@asynccontextmanager
async def writing(client: Client, text: Text, voice: SynthesizeVoice | None) -> AsyncIterator[None]:
    """Writes while the context lasts: what the service says meanwhile can be read."""
    task = asyncio.create_task(write(client, text, voice))
    try:
        yield
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def write(client: Client, text: Text, voice: SynthesizeVoice | None) -> None:
    """The pieces, then the whole text once more."""
    await client.send(SynthesizeStart(voice=voice))
    for piece in text:
        if isinstance(piece, str):
            await client.send(SynthesizeChunk(piece))
        else:
            await asyncio.sleep(piece)
    await client.send(Synthesize(text=written(text), voice=voice), SynthesizeStop())


def written(text: Text) -> str:
    """The text without its pauses."""
    return "".join(piece for piece in text if isinstance(piece, str))


async def sound(client: Client, end: type[AudioStop | SynthesizeStopped]) -> bytes:
    """All sound up to an end, of one format."""
    pcm, kind = b"", None
    while not end.is_type((event := await client.next(AudioStart, AudioChunk, end)).type):
        if AudioStart.is_type(event.type):
            start = parsed(AudioStart, event)
            kind = kind or (start.rate, start.width, start.channels)
            continue
        chunk = parsed(AudioChunk, event)
        came = chunk.rate, chunk.width, chunk.channels
        expect(kind or end is AudioStop, "sound came before its audio-start: Home Assistant has no header for it")
        kind = kind or came
        expect(came == kind, f"it went from {kind} to {came}")
        pcm += chunk.audio
    expect_frames(pcm, kind)
    return pcm


def expect_frames(pcm: bytes, kind: tuple[int, int, int] | None) -> None:
    """Raises Failed where samples are cut."""
    if kind:
        expect(len(pcm) % (kind[1] * kind[2]) == 0, f"{len(pcm)} bytes of sound are no whole number of samples")


async def speaks(home: Home) -> None:
    expect(await spoken(home), "it sent no sound")


async def streams(home: Home) -> None:
    if not (await program(home)).supports_synthesize_streaming:
        raise NotApplicable("it takes no text in pieces")


async def speaks_once(home: Home) -> None:
    await streams(home)
    async with home.request() as client:
        once = len(await whole(client, (TEXT,), None))
    pieces = [TEXT[start : start + PIECE] for start in range(0, len(TEXT), PIECE)]
    for text in ([TEXT], pieces):
        ratio = len(await spoken(home, text)) / once
        expect(WITHIN[0] < ratio < WITHIN[1], f"in {len(text)} pieces it is {ratio:.2f} times as long as whole")


async def waits_for_text(home: Home) -> None:
    await streams(home)
    middle = len(TEXT) // 2
    expect(await spoken(home, (TEXT[:middle], GAP_S, TEXT[middle:])), "it sent no sound")


async def has_its_voices(home: Home) -> None:
    for voice in [voice for voice in (await program(home)).voices if voice.installed][:VOICES]:
        expect(await spoken(home, voice=voice.name), f"the voice {voice.name} says nothing")


async def answers_for_a_voice_that_is_gone(home: Home) -> None:
    await answered(spoken(home, voice="a-voice-that-there-is-not"))


async def answers_without_words(home: Home) -> None:
    await answered(spoken(home, ("...",)))


async def is_left(home: Home) -> None:
    await program(home)
    async with home.request() as client:
        await client.send(Synthesize(text=TEXT * 5))
        await client.next(AudioChunk)
    await speaks(home)


async def speaks_to_two(home: Home) -> None:
    await program(home)
    await twice(partial(speaks, home))


async def describes_itself_meanwhile(home: Home) -> None:
    streams = (await program(home)).supports_synthesize_streaming
    await described_while(home, spoken(home, (TEXT, 1.0, TEXT) if streams else (TEXT * 10,)))


def streams_text(release: Release) -> bool:
    """Whether a release sends text in pieces."""
    return release.streams


CHECKS = (
    Check("a text is spoken, in one format", "2.5", speaks),
    Check(
        "text that comes in pieces, and once more whole, is spoken once",
        "2.5",
        speaks_once,
        streams_text,
        "sends texts whole",
    ),
    Check("a gap of six seconds in a text is no end", "2.5", waits_for_text, streams_text, "sends texts whole"),
    Check("each voice in info speaks", "2.2", has_its_voices),
    Check("a voice that is gone is answered", "2.5", answers_for_a_voice_that_is_gone),
    Check("a text without a word is answered", "2.5", answers_without_words),
    Check("who leaves in the middle of a text costs nobody", "2.5", is_left),
    Check("two rooms are spoken to at once", "2.5", speaks_to_two),
    Check(
        "describe is answered while it speaks",
        "2.1",
        describes_itself_meanwhile,
        lambda release: release.asks_again,
        "does not ask again",
    ),
)
