"""The interface of every microphone: frames of sound with the time of their capture."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

FRAME_S = 0.02  # of every frame: the length that voice activity detection takes and the wire's unit


class MicrophoneError(Exception):
    """The microphone cannot be used; says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of 16 kHz, 16 bit, mono sound, the last sample of which was captured at `at` (the event loop's clock).

    A device hands over several at a time, so they come somewhat later than that.
    `ends_speech` marks the last frame of speech where the source is labelled; recordings can be, rooms are not.
    """

    pcm: bytes
    at: float
    ends_speech: bool = False


class Microphone(Protocol):
    """A source of frames."""

    def frames(self) -> AsyncGenerator[Frame, None]:
        """Opens it and yields frames as they are captured, without end; closing it frees it. Raises MicrophoneError."""
