"""The interface of every speech-to-text engine: it listens to one utterance at a time and says what it heard."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class RecognizerError(Exception):
    """The engine could not listen or decode; says why and what to do."""


class Utterance(Protocol):
    """One person's speech while it is being heard."""

    async def hear(self, pcm: bytes) -> str:
        """Takes the next piece of sound (16 kHz, 16 bit, mono; any length) and returns the words so far."""

    async def final(self) -> str:
        """Decodes all that was heard and returns the final words, "" where there were none.

        Hearing may go on afterwards (the person was only pausing): the next final covers the whole again.
        """


class Recognizer(Protocol):
    """A loaded speech-to-text engine."""

    name: str
    """Engine, version and model, for the timeline."""

    def utterance(self) -> AbstractAsyncContextManager[Utterance]:
        """Begins an utterance; leaving the context ends it and frees its decoder, decoded or not."""
