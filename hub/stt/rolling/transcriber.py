"""The interface of an engine that transcribes a whole buffer of sound at once, as Whisper does.

It keeps nothing between calls; `rolling` makes a listener out of it, which hears while the person speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.stt.recognizer import Word


@dataclass(frozen=True, slots=True)
class Ask:
    """What a pass asks of the engine."""

    language: str | None
    """As "en"; None: detect it."""
    prompt: str = ""
    """What was said just before the buffer, at most 200 characters."""
    final: bool = False
    """Whether it may take more care (beam); a partial is greedy."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a transcription; its words' times are seconds from the buffer's beginning."""

    words: tuple[Word, ...]
    no_speech: float
    """The probability, 0 to 1, that nobody speaks in it."""
    log_probability: float
    """The mean over its tokens."""
    compression: float
    """The length of its text divided by its compressed length: high where it repeats itself."""


@dataclass(frozen=True, slots=True)
class Transcription:
    """The words of one buffer, segments in order."""

    segments: tuple[Segment, ...]
    language: str
    """What was asked for or detected, as "en"."""


class Transcriber(Protocol):
    """A loaded engine that transcribes buffers."""

    @property
    def name(self) -> str:
        """Engine, version and model, for the timeline."""

    @property
    def languages(self) -> Sequence[str]:
        """What it understands, as "en"."""

    async def transcribe(self, pcm: bytes, ask: Ask) -> Transcription:
        """Transcribes 16 kHz 16 bit mono, at most `rolling.WINDOW_S` seconds; raises RecognizerError."""
