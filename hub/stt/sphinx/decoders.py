"""A fixed number of decoders, each of which hears one utterance at a time; more utterances wait in order.

Strategy: a decoder lives in a place. An utterance takes a free place and keeps it; a renewal brings a new decoder that
has loaded its model, and changes it for the old one as soon as the place's utterance is over. So nobody waits for a
model, and while one place is renewed there is one child process more.

Rules: whatever happens, no process outlives its place or `stop`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hub.load.scheduler import Scheduler
from hub.stt.sphinx.decoder import Decoder


@dataclass(slots=True)
class _Place:
    decoder: Decoder
    taken: asyncio.Lock = field(default_factory=asyncio.Lock)


class Decoders:
    """`count` decoders of one model, once they are started."""

    def __init__(self, count: int, model: bytes, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._places = [_Place(Decoder(model)) for _ in range(count)]
        self._free: asyncio.Queue[_Place] = asyncio.Queue()  # bounded by the number of places

    async def start(self) -> None:
        """Starts all; raises RecognizerError, and leaves none running then."""
        try:
            await asyncio.gather(*(self._scheduler.run(place.decoder.start) for place in self._places))
        except BaseException:
            self.stop()
            raise
        for place in self._places:
            self._free.put_nowait(place)

    @asynccontextmanager
    async def one(self) -> AsyncGenerator[Decoder]:
        """A decoder for one utterance; waits until there is one."""
        place = await self._free.get()
        try:
            async with place.taken:
                yield place.decoder
        finally:
            self._free.put_nowait(place)

    async def renew(self, model: bytes) -> None:
        """Changes every decoder for one of another model; raises RecognizerError, and keeps the old ones then."""
        for place in self._places:
            leaving = Decoder(model)
            try:
                await self._scheduler.run(leaving.start)
                async with place.taken:
                    leaving, place.decoder = place.decoder, leaving
            finally:  # the old one, or the new one that never took its place
                leaving.stop()

    def stop(self) -> None:
        """Ends all of them, whatever they are doing."""
        for place in self._places:
            place.decoder.stop()
