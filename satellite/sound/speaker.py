"""The interface of every speaker: a stream of sound is opened, played at its pace, and drained or dropped."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from wire.pcm import PcmFormat


class SpeakerError(Exception):
    """The speaker cannot be used; says which, why, and what to do."""


class SpeakerStream(Protocol):
    """One opened stream."""

    async def play(self, pcm: bytes) -> float:
        """Hands over sound and returns when there is room for more: the event loop's time at which it is heard."""

    async def drain(self) -> float:
        """Waits until all is heard; returns that time."""


class Speaker(Protocol):
    """A sink of sound."""

    def stream(self, sound: PcmFormat, name: str) -> AbstractAsyncContextManager[SpeakerStream]:
        """Opens it; leaving the context without draining drops what is not yet heard. `name` is for files."""
