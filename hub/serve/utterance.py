"""What a client sends of one utterance: what it wishes (`transcribe`), and its sound.

Rules: sound of any format becomes 16 kHz, 16 bit, mono, as it comes; no more of it is taken in than the longest turn
has, and where `audio-stop` never comes, it ends a little later by itself. Names and terms to listen for are passed
over: the engines know the home's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass

from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event

from wire.audio import sound
from wire.errors import MalformedEvent, WireError
from wire.pcm import SPEECH, Framer, PcmFormat
from wire.resample import Resampler

PATIENCE_S = 5.0
"""Beyond the longest turn, for sound that comes late: meanwhile a decoder is held, which others may wait for."""
PIECE_S = 0.02  # as satellites send it: how far apart the ends of turns can be told
IN_PIECES = "transcript_streaming"


class NotUnderstood(WireError):
    """The recognizer does not know the language."""

    code = "unsupported-language"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a `transcribe` asks for. `language` is one of the recognizer's, None its own choice."""

    language: str | None = None
    in_pieces: bool = False

    @staticmethod
    def of(transcribe: Event, languages: Sequence[str]) -> Wishes:
        """Raises MalformedEvent, and NotUnderstood for a language of others. "en-GB" and "en" are the same."""
        asked, context = transcribe.data.get("language"), transcribe.data.get("context")
        if not isinstance(asked, str | None) or not isinstance(context, dict | None):
            raise MalformedEvent("transcribe has a language or a context of the wrong kind; check the client's version")
        return Wishes(_known(asked, languages) if asked else None, (context or {}).get(IN_PIECES) is True)


def _known(asked: str, languages: Sequence[str]) -> str:
    for language in languages:
        if base(language) == base(asked):
            return language
    known = ", ".join(map(repr, languages))
    raise NotUnderstood(f"that language is not understood here; choose {known} as the pipeline's language")


def base(language: str) -> str:
    """The language of a tag: "en" of "en-US"."""
    return language.replace("_", "-").partition("-")[0].lower()


async def sound_of(events: AsyncIterator[Event], source: PcmFormat, longest_s: float) -> AsyncGenerator[bytes, None]:
    """Yields the sound of chunks in the format `source`, until it is over; raises MalformedEvent."""
    resampler, framer, left = Resampler(source, SPEECH.rate), Framer(SPEECH.bytes(PIECE_S)), source.bytes(longest_s)
    deadline = asyncio.get_running_loop().time() + longest_s + PATIENCE_S
    while left and (event := await _next(events, deadline)) is not None and not AudioStop.is_type(event.type):
        if AudioChunk.is_type(event.type):
            pcm = sound(event, source)[:left]
            left -= len(pcm)
            for piece in framer.push(resampler.push(pcm)):
                yield piece
                await asyncio.sleep(0)  # a file that comes at once holds up nobody
    for piece in (*framer.push(resampler.flush()), framer.flush()):
        yield piece


async def _next(events: AsyncIterator[Event], deadline: float) -> Event | None:
    try:
        async with asyncio.timeout_at(deadline):
            return await anext(events)
    except TimeoutError:
        return None
