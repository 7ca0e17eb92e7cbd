"""What a turn has of its satellite: the sound that comes in, the way back, and how far the speaker is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field

from wyoming.event import Event

from hub.stt.endpoint import Voice
from hub.tts.pacing import Progress
from wire.connection import Sendable

INBOX = 1500
"""Pieces of sound and edges that may wait for the ears: 30 s at 20 ms, twice the longest turn."""


@dataclass(frozen=True, slots=True)
class Room:
    """One satellite during one turn."""

    turn: str
    satellite: str
    area: str | None
    send: Callable[[Event | Sendable], Awaitable[None]]
    progress: Progress = field(default_factory=Progress)
    inbox: asyncio.Queue[bytes | Voice] = field(default_factory=lambda: asyncio.Queue(INBOX))

    async def sound(self) -> AsyncGenerator[bytes | Voice, None]:
        """What the satellite hears: 16 kHz, 16 bit, mono, and the edges of speech between; without end."""
        while True:
            yield await self.inbox.get()

    def heard(self, piece: bytes | Voice) -> None:
        """More from the satellite. What is beyond the longest turn is not for this turn and is dropped."""
        if not self.inbox.full():
            self.inbox.put_nowait(piece)
