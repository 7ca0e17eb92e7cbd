"""The interface of every text-to-speech engine: a stream of sound for a piece of text."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from hub.load.need import SOME_DAY, Need
from wire.pcm import PcmFormat


class VoiceError(Exception):
    """The engine could not speak; says why and what to do."""


class Voice(Protocol):
    """A loaded voice."""

    @property
    def name(self) -> str:
        """Engine, version and voice, for the timeline."""

    @property
    def format(self) -> PcmFormat:
        """Of every piece that `speak` yields."""

    def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """Yields the sound of `text` in pieces, each as soon as it is made. Raises VoiceError."""
