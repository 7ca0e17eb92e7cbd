"""Text-to-speech as a Wyoming service: text in, its sound out while it is made.

    synthesize                                                    → audio-start audio-chunk… audio-stop
    synthesize-start synthesize-chunk… synthesize? synthesize-stop → the same, and synthesize-stopped

Strategy: text is cut into clauses as it comes (hub/tts/chunker.py), so that speech starts at the first, and put into
words (hub/tts/speakable). Whatever the voice's own format, the sound is 22050 Hz, 16 bit, mono: Home Assistant passes
that on to satellites as it is, and other formats through ffmpeg.

Rules: who asks for a voice that there is not gets the best. The `synthesize` inside a stream repeats its text for
servers that do not stream, and is passed over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.tts import SynthesizeChunk, SynthesizeStop, SynthesizeStopped

from hub.load.need import Kind, Need
from hub.serve.client import Client
from hub.stages import ahead
from hub.tts.chunker import clauses
from hub.tts.resampled import Resampled
from hub.tts.speakable.speakable import speakable
from hub.tts.tiers import Reply, Tiers
from hub.tts.voice import VoiceError
from wire.errors import MalformedEvent, TooLarge, WireError
from wire.pcm import PcmFormat

SPOKEN = PcmFormat(22_050)
CHUNK_BYTES = SPOKEN.bytes(0.1)  # at most, in one event
MOST_CHARACTERS = 10_000  # in one request: ten minutes of speech
TEXTS_AHEAD = 256  # pieces of text that wait for the voice


class NotSpoken(WireError):
    """The voice failed."""

    code = "tts-failed"


@dataclass(frozen=True, slots=True)
class TextToSpeech:
    """The service."""

    voices: Tiers
    language: str
    budget_s: float
    """In which the first sound should be there."""

    async def say(self, synthesize: Event, client: Client) -> None:
        """`synthesize`: sends the sound of its text. Raises NotSpoken, MalformedEvent and TooLarge."""
        text = Text().take(synthesize)
        await self._speak(_alone(text), _wanted(synthesize), client)

    async def stream(self, start: Event, client: Client) -> None:
        """`synthesize-start`: sends the sound of the text that follows. Raises as `say` does, and IdleTimeout."""
        await self._speak(streamed(client), _wanted(start), client)
        await client.send(SynthesizeStopped())

    async def _speak(self, text: AsyncGenerator[str, None], wanted: str | None, client: Client) -> None:
        voice = self.voices.reply(wanted)
        await client.send(AudioStart(SPOKEN.rate, SPOKEN.width, SPOKEN.channels))
        try:
            async with ahead(text, TEXTS_AHEAD) as pieces, aclosing(self._sound(pieces, voice)) as sound:
                async for pcm in sound:
                    for start in range(0, len(pcm), CHUNK_BYTES):
                        chunk = pcm[start : start + CHUNK_BYTES]
                        await client.send(AudioChunk(SPOKEN.rate, SPOKEN.width, SPOKEN.channels, chunk))
                        await asyncio.sleep(0)  # sound that is all there at once holds up nobody
        except VoiceError as error:
            raise NotSpoken(str(error)) from error
        await client.send(AudioStop())

    async def _sound(self, text: ahead[str], voice: Reply) -> AsyncGenerator[bytes, None]:
        """Yields sound in the format SPOKEN, each piece as it is made."""
        spoken, clock = Resampled(voice, SPOKEN.rate), asyncio.get_running_loop().time
        kind, due = Kind.ANSWER, clock() + self.budget_s
        async with aclosing(clauses(text)) as chunks:
            async for chunk in chunks:
                if not (words := speakable(chunk, self.language)):
                    continue
                async with aclosing(spoken.speak(words, Need(kind, deadline=due))) as pieces:
                    async for piece in pieces:
                        due = SPOKEN.seconds(len(piece)) + (due if kind is Kind.SPEECH else clock())
                        kind = Kind.SPEECH  # due when what was made has been played
                        yield piece


def _wanted(event: Event) -> str | None:
    """The name of the voice that is asked for, if it is one."""
    voice = event.data.get("voice")
    name = voice.get("name") if isinstance(voice, dict) else None
    return name if isinstance(name, str) else None


class Text:
    """Takes the text out of a request's events, and no more than MOST_CHARACTERS."""

    def __init__(self) -> None:
        self._left = MOST_CHARACTERS

    def take(self, event: Event) -> str:
        """Raises MalformedEvent and TooLarge."""
        text = event.data.get("text")
        if not isinstance(text, str):
            raise MalformedEvent(f"{event.type} has no text; check the client's version")
        self._left -= len(text)
        if self._left < 0:
            raise TooLarge(f"more than {MOST_CHARACTERS} characters are not spoken at once; send a shorter text")
        return text


async def streamed(events: AsyncIterator[Event]) -> AsyncGenerator[str, None]:
    """Yields the text of chunks until the stream's end."""
    text = Text()
    async for event in events:
        if SynthesizeStop.is_type(event.type):
            return
        if SynthesizeChunk.is_type(event.type):
            yield text.take(event)


async def _alone(text: str) -> AsyncGenerator[str, None]:
    yield text
