"""What a turn has of its satellite: the sound that comes in, the way back, and how far the speaker is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from wyoming.asr import Transcript
from wyoming.event import Event

from hub.stt.activity import Voice
from hub.tts.pacing import Playout, Progress
from hub.tts.spoken import Spoken
from wire.connection import Sendable
from wire.pcm import SPEECH

STALLED_S = 3.0
"""Without sound, and the hearing ends: its microphone is gone. A network that stalls so long ends the connection."""
INBOX = 1500
"""Pieces of sound and edges that may wait for the ears: 30 s at 20 ms, twice the longest turn."""

PIECE = SPEECH.bytes(0.1)
"""The most that is heard at once: a detector takes 4 ms for it."""


@dataclass(slots=True)
class Room:
    """One satellite during one turn."""

    turn: str
    satellite: str
    area: str | None
    send: Callable[[Event | Sendable], Awaitable[None]]
    controls: bool = False
    """Whether the satellite knows hark.Control."""
    progress: Progress = field(default_factory=Progress)
    spoken: Spoken = field(default_factory=Spoken)
    asks: bool = False
    """Whether the reply ends in a question."""
    certain: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the turn's words are taken for all."""
    hold: Callable[[int], None] = lambda size: None
    """Is told of bytes of sound that the hub holds for the turn from now on, or no more."""
    words: str | None = None
    """The turn's, once they are certain: something was done or said for them, or the person's grace is over."""
    playout: Playout = field(default_factory=Playout)
    """Of the reply."""
    _inbox: asyncio.Queue[bytes | Voice | None] = field(default_factory=lambda: asyncio.Queue(INBOX + 1))

    @property
    def answered(self) -> bool:
        """Whether the turn's words are certain."""
        return self.words is not None

    async def sound(self) -> AsyncGenerator[bytes | Voice, None]:
        """What the satellite hears: 16 kHz, 16 bit, mono, and the edges of speech between; until it is answered.

        Ends earlier where the satellite ends it, or sends nothing for STALLED_S.
        """
        while (heard := await self._next()) is not None and not self.answered:
            for piece in _cut(heard):
                yield piece
                await asyncio.sleep(0)  # what waited for a slow network and comes at once holds up nobody

    def heard(self, piece: bytes | Voice | None) -> None:
        """More from the satellite, None for its end. Beyond the longest turn, or after the answer, nothing counts."""
        if not self.answered and self._inbox.qsize() < INBOX:
            self.hold(len(piece) if isinstance(piece, bytes) else 0)
            self._inbox.put_nowait(piece)

    async def commit(self, words: str) -> None:
        """Waits until these words are certain, and answers them: what comes next is for good."""
        await self.certain.wait()
        await self.answer(words)

    async def answer(self, words: str) -> None:
        """Ends the hearing for good and tells the satellite what was heard; only the first call counts."""
        if not self.answered:
            self.words = words
            self._inbox.put_nowait(None)
            await self.send(Transcript(text=words))

    async def _next(self) -> bytes | Voice | None:
        try:
            async with asyncio.timeout(STALLED_S):
                return await self._inbox.get()
        except TimeoutError:
            return None


def _cut(heard: bytes | Voice) -> Sequence[bytes | Voice]:
    if isinstance(heard, Voice):
        return (heard,)
    return [heard[start : start + PIECE] for start in range(0, len(heard), PIECE)]
