"""What a blocking engine makes piece by piece, on its way from a worker thread to the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Abandoned(Exception):
    """Raised inside streaming work when its reader has gone."""


class Pipe(Generic[T]):
    """A bounded queue from a worker thread to the event loop; its items are one-tuples, None is the end."""

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: int) -> None:
        self._loop = loop
        self._queue: asyncio.Queue[tuple[T] | None] = asyncio.Queue()  # bounded by the free places below
        self._free = threading.Semaphore(limit)
        self._abandoned = False

    def fill(self, work: Callable[[Callable[[T], None]], None]) -> None:
        """In the worker: does the work and marks its end."""
        try:
            work(self._emit)
        except Abandoned:
            return
        finally:
            self._put(None)

    def _emit(self, piece: T) -> None:
        if not self._abandoned:
            self._free.acquire()
        if self._abandoned:  # now, or before: a library may call once more after it was told to stop
            raise Abandoned
        self._put((piece,))

    def _put(self, item: tuple[T] | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)

    async def get(self) -> tuple[T] | None:
        """In the loop: the next item, None at the end."""
        item = await self._queue.get()
        self._free.release()
        return item

    def abandon(self) -> None:
        """In the loop: nobody reads any more."""
        self._abandoned = True
        self._free.release()
