"""All engine work of the hub waits here for a worker thread: first in, first out.

Rules: work is a blocking call. Cancelling the caller takes waiting work out of the queue; work that already
runs keeps its slot until it ends, since no library can be stopped from outside, and its result is dropped.
Work that streams is told at its next piece that nobody listens any more, and ends there.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from hub.load.need import SOME_DAY, Need

T = TypeVar("T")


class Abandoned(Exception):
    """Raised inside streaming work when its reader has gone."""


class Scheduler:
    """A fixed number of slots, each a thread; as an async context it waits on leaving for what still runs."""

    def __init__(self, slots: int) -> None:
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="engine")
        self._jobs: set[Future[Any]] = set()

    @property
    def busy(self) -> int:
        """Jobs that wait or run."""
        return len(self._jobs)

    async def run(self, work: Callable[[], T], need: Need = SOME_DAY) -> T:
        """Runs one blocking call in its turn and returns what it returned."""
        return await asyncio.wrap_future(self._submit(work))

    async def stream(
        self, work: Callable[[Callable[[T], None]], None], limit: int, need: Need = SOME_DAY
    ) -> AsyncGenerator[T, None]:
        """Runs `work(emit)` in its turn and yields what it emits, piece by piece, while it goes on.

        Work that is `limit` pieces ahead of its reader waits in `emit`, so memory stays bounded.
        """
        pipe: _Pipe[T] = _Pipe(asyncio.get_running_loop(), limit)
        job = self._submit(lambda: pipe.fill(work))
        try:
            while (piece := await pipe.get()) is not None:
                yield piece[0]
            await asyncio.wrap_future(job)  # raises what the work raised
        finally:
            pipe.abandon()
            job.cancel()  # where it has not begun

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        job = self._pool.submit(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return job

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)


class _Pipe(Generic[T]):
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
