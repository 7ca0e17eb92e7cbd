"""The first stage of a turn: from its sound to its words, heard while they are spoken.

The final decode starts at each raw pause, in the time that the endpoint waits anyway. If speech resumes, that
result is dropped; if the endpoint confirms it, it is the transcript, at no further wait.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from hub.stt.endpoint import End, Endpoint, Voice
from hub.stt.recognizer import Recognizer, Utterance
from hub.timeline import Timeline
from wire.pcm import SPEECH

BATCH_S = 0.1  # of sound for each call of the engine: partial words ten times a second, few calls


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The words so far; with `end`, all of them, and why there will be no more."""

    text: str
    end: End | None = None


async def hear(
    sound: AsyncIterator[bytes | Voice], recognizer: Recognizer, endpoint: Endpoint, timeline: Timeline
) -> AsyncGenerator[Hypothesis, None]:
    """Yields hypotheses as they change, and the final one last."""
    async with recognizer.utterance() as utterance:
        ear, said = _Ear(utterance, timeline), ""
        async for heard in sound:
            if isinstance(heard, Voice):
                endpoint.voice(heard)
            else:
                endpoint.sound(len(heard) // SPEECH.frame_bytes)
            words = await ear.take(heard)
            if words is not None and words != said and endpoint.spoken:  # until then it is the tail of the wake word
                yield Hypothesis(said := words)
            if endpoint.end:
                break
        timeline.mark("endpoint")
        yield Hypothesis(await ear.final(endpoint.end is not End.NO_SPEECH), endpoint.end or End.SILENCE)


class _Ear:
    """Gives sound to an utterance in batches and keeps the final words of the latest pause."""

    def __init__(self, utterance: Utterance, timeline: Timeline) -> None:
        self._utterance = utterance
        self._timeline = timeline
        self._waiting = bytearray()
        self._final: str | None = None

    async def take(self, heard: bytes | Voice) -> str | None:
        """More sound, or an edge of speech; returns the words so far where it decoded."""
        if heard is Voice.STARTED:
            self._final = None  # speech goes on: what seemed final is not
            return None
        return await self.pause() if isinstance(heard, Voice) else await self._hear(heard)

    async def _hear(self, pcm: bytes) -> str | None:
        """After a pause the sound waits for speech to resume: it changes nothing until then."""
        self._waiting += pcm
        if self._final is not None or len(self._waiting) < SPEECH.bytes(BATCH_S):
            return None
        return await self._flush()

    async def pause(self) -> str:
        """A raw pause: decodes all, since this may be the end."""
        with self._timeline.span("stt"):
            if self._waiting:
                await self._flush()
            self._final = await self._utterance.final()
        self._timeline.mark("final")
        return self._final

    async def final(self, spoken: bool) -> str:
        """The transcript; nothing where nobody spoke."""
        if not spoken:
            return ""
        return self._final if self._final is not None else await self.pause()

    async def _flush(self) -> str:
        pcm = bytes(self._waiting)
        self._waiting.clear()
        return await self._utterance.hear(pcm)
