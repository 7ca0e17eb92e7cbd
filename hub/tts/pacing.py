"""How far a reply's sound may run ahead of the speaker: what is not sent yet can still be cancelled.

The satellite reports what it has played; that is the sender's credit.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from wire.pcm import PcmFormat

PATIENCE_S = 2.0
"""Without a report for so long beyond the sound in hand, the satellite is taken to have played on."""


class Progress:
    """What the satellite has played of the reply, in seconds, as last reported."""

    def __init__(self) -> None:
        self._played_s = 0.0
        self._reported = asyncio.Event()

    def report(self, played_s: float) -> None:
        """A report has come; one that is behind an earlier one changes nothing."""
        if played_s >= self._played_s:
            self._played_s = played_s
            self._reported.set()

    @property
    def played_s(self) -> float:
        """As last reported."""
        return self._played_s

    async def reaches(self, seconds: float, sent_s: float) -> None:
        """Returns when so much has been played; where reports fail to come, all that was sent has been."""
        while self._played_s < seconds:
            self._reported.clear()
            try:
                async with asyncio.timeout(sent_s - self._played_s + PATIENCE_S):
                    await self._reported.wait()
            except TimeoutError:
                self._played_s = sent_s


@dataclass(slots=True)
class Playout:
    """What was sent of a reply, and until when it plays; pure, time is given in seconds."""

    begun: bool = False
    sent_s: float = 0.0
    _until: float = -math.inf

    def sent(self, seconds: float, now: float) -> None:
        """So much more goes out; after a pause it plays at once."""
        self.begun = True
        self._until = max(self._until, now) + seconds
        self.sent_s += seconds

    def dry(self, made_s: float, now: float) -> float:
        """When there is nothing more to play, if no more than `made_s` in all was made; the first goes out now."""
        return max(self._until, now) + made_s - self.sent_s


async def pace(
    sound: AsyncIterator[bytes], kind: PcmFormat, progress: Progress, ahead_s: float
) -> AsyncGenerator[bytes, None]:
    """Yields the pieces of a reply at most `ahead_s` seconds ahead of what has been played."""
    sent_s = 0.0
    async for piece in sound:
        await progress.reaches(sent_s - ahead_s, sent_s)
        sent_s += kind.seconds(len(piece))
        yield piece
