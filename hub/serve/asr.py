"""Speech-to-text as a Wyoming service: an utterance in, its words out.

    transcribe? audio-start audio-chunk… audio-stop → transcript

Strategy: the utterance is heard while it is spoken, as the hub hears its own satellites; sound of any format becomes
what the recognizer wants as it comes, and waits here for a decoder that is busy. When the person has finished is for
the client to say (`requires_external_vad`).

Rules: an utterance is over at audio-stop, at the longest turn, and where no audio-stop comes, a little later; what was
heard until then is its words. Until it is over, only sound is listened to. Sound outside an utterance is passed over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event

from hub.serve.client import Client
from hub.stages import ahead
from hub.stt.hearing import BATCH_S
from hub.stt.recognizer import Recognizer, RecognizerError
from wire.audio import sound, sound_format
from wire.errors import MalformedEvent, WireError
from wire.pcm import SPEECH, Framer, PcmFormat
from wire.resample import Resampler

PATIENCE_S = 5.0
"""Beyond the longest turn, for sound that comes late: meanwhile a decoder is held, which others may wait for."""
PIECES_AHEAD = 320  # of BATCH_S that wait for a decoder: more than the longest turn that can be set has


class NotHeard(WireError):
    """The recognizer failed."""

    code = "stt-failed"


class NotUnderstood(WireError):
    """The recognizer does not know the language."""

    code = "unsupported-language"


@dataclass(frozen=True, slots=True)
class SpeechToText:
    """The service. `language` is the recognizer's; an utterance has at most `longest_s` seconds."""

    recognizer: Recognizer
    language: str
    longest_s: float

    async def prepare(self, transcribe: Event, client: Client) -> None:
        """`transcribe`: raises NotUnderstood for a language of others. "en-GB" and "en" are the same."""
        asked = transcribe.data.get("language")
        if asked is not None and not isinstance(asked, str):
            raise MalformedEvent("transcribe has a language that is no text; check the client's version")
        if asked and _base(asked) != _base(self.language):
            raise NotUnderstood(f"only {self.language!r} is understood here; choose that as the pipeline's language")

    async def hear(self, start: Event, client: Client) -> None:
        """`audio-start`: sends the transcript of what follows. Raises NotHeard and MalformedEvent."""
        try:
            words = await self._words(utterance(client, sound_format(start), self.longest_s))
        except RecognizerError as error:
            raise NotHeard(str(error)) from error
        await client.send(Transcript(text=words, language=self.language))

    async def _words(self, spoken: AsyncGenerator[bytes, None]) -> str:
        async with ahead(spoken, PIECES_AHEAD) as pieces, self.recognizer.utterance() as heard:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.longest_s + PATIENCE_S):
                    async for piece in pieces:
                        await heard.hear(piece)
            return await heard.final()


async def utterance(events: AsyncIterator[Event], source: PcmFormat, longest_s: float) -> AsyncGenerator[bytes, None]:
    """Yields the sound of chunks in the format `source` as 16 kHz, 16 bit, mono, in pieces of BATCH_S."""
    resampler, framer, left = Resampler(source, SPEECH.rate), Framer(SPEECH.bytes(BATCH_S)), source.bytes(longest_s)
    async for event in events:
        if AudioChunk.is_type(event.type):
            pcm = sound(event, source)[:left]
            left -= len(pcm)
            for piece in framer.push(resampler.push(pcm)):
                yield piece
        if AudioStop.is_type(event.type) or not left:
            break
    for piece in (*framer.push(resampler.flush()), framer.flush()):
        yield piece


def _base(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()
