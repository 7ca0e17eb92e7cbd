"""The interface of every speech-to-text engine: it listens to one utterance at a time and says what it heard."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

Voiced = Sequence[tuple[float, float]]
"""Where somebody speaks: spans (start, end) in seconds of the utterance's sound, in order, apart from each other."""


class RecognizerError(Exception):
    """The engine could not listen or decode; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, without spaces around it; times in seconds of the utterance's sound."""

    text: str
    start_s: float
    end_s: float
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """What was heard so far: words that are committed never change again, those of the tail may."""

    committed: tuple[Word, ...] = ()
    tail: tuple[Word, ...] = ()
    language: str | None = None
    """What was spoken ("en"), where the engine knows."""

    @property
    def all(self) -> tuple[Word, ...]:
        """Every word, in order."""
        return self.committed + self.tail

    @property
    def text(self) -> str:
        """All of it, "" where there is nothing."""
        return " ".join(word.text for word in self.all)


class Listener(Protocol):
    """An engine's ears for one utterance; its calls come one after the other."""

    def take(self, pcm: bytes) -> None:
        """The next piece of sound (16 kHz, 16 bit, mono, whole samples). Decodes nothing and never waits."""

    async def partial(self, voiced: Voiced) -> Words:
        """The words of what was taken, while the person speaks; raises RecognizerError."""

    async def final(self, voiced: Voiced) -> Words:
        """The words of all that was taken, once the person pauses; raises RecognizerError.

        It commits nothing: more sound may follow (the person was only pausing), and the next final covers the whole.
        """


class Recognizer(Protocol):
    """A loaded speech-to-text engine."""

    @property
    def name(self) -> str:
        """Engine, version and model, for the timeline."""

    @property
    def languages(self) -> Sequence[str]:
        """What it understands, as "en"."""

    @property
    def step_s(self) -> float:
        """Seconds of new sound that are worth a partial decode."""

    @property
    def promotes(self) -> bool:
        """Whether a partial decode that has heard all of the speech is as good as a final one."""

    def listen(self, language: str | None = None) -> AbstractAsyncContextManager[Listener]:
        """Begins an utterance, in the engine's own or detected language unless one is given; may wait for its turn.

        Leaving the context ends it and frees what it held, decoded or not. Raises RecognizerError.
        """
