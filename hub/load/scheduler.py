"""All work of one device waits here for one of its slots, in the order of hub/load/order.py.

Strategy: who wants a slot waits in the event loop, and only who has one is given a thread, so nothing waits where it
can be neither overtaken nor withdrawn. A job is a blocking call (`run`, `stream`) or what an `async with` holds a slot
for (`slot`).

Rules: cancelling the caller takes waiting work out of the order; a blocking call that already runs keeps its slot until
it ends, since no library can be stopped from outside, and its result is dropped. Work that streams is told at its next
piece that nobody listens any more, and ends there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self, TypeVar

from hub.load.need import SOME_DAY, Kind, Need
from hub.load.order import OLDEST_PARTIAL_S, Job, Order
from hub.load.pipe import Abandoned, Pipe

__all__ = ["Abandoned", "Scheduler", "Superseded"]

CLOCK_S = 0.001  # a timer of the loop may come this much early

T = TypeVar("T")

Ended = Callable[[Need, float, float], None]
"""Is told how many seconds after it began a job's first result was there, and after how many it ended."""
Waited = Callable[[Need, float], None]
"""Is told how many seconds a job has waited, as it begins."""


def clock() -> float:
    """The running loop's, in seconds."""
    return asyncio.get_running_loop().time()


class Superseded(Exception):
    """Raised to who asked for a partial that waited too long: ask again, with the sound that has come meanwhile."""


class Scheduler:
    """A fixed number of slots; as an async context it waits on leaving for the threads that still run."""

    def __init__(
        self,
        slots: int,
        on_wait: Waited = lambda need, seconds: None,
        on_end: Ended = lambda need, first_s, seconds: None,
    ) -> None:
        self.slots = slots
        self.running = 0
        """Slots that are held."""
        self._on_wait = on_wait
        self._on_end = on_end
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="engine")
        self._order = Order()
        self._turns: dict[Job, asyncio.Future[bool]] = {}  # whether a job may begin, or else is superseded

    @property
    def busy(self) -> int:
        """Jobs that wait or run."""
        return len(self._order) + self.running

    def waiting(self, kind: Kind) -> int:
        """Jobs of a kind that wait."""
        return self._order.waiting(kind)

    def pressing(self) -> int:
        """Waiting jobs that go before the next answer."""
        return self._order.pressing(asyncio.get_running_loop().time())

    async def run(self, work: Callable[[], T], need: Need = SOME_DAY) -> T:
        """Runs one blocking call in its turn and returns what it returned; raises Superseded for a partial."""
        began = await self._enter(need)
        done = await asyncio.wrap_future(self._hand(work))
        self._on_end(need, clock() - began, clock() - began)
        return done

    async def stream(
        self, work: Callable[[Callable[[T], None]], None], limit: int, need: Need = SOME_DAY
    ) -> AsyncGenerator[T, None]:
        """Runs `work(emit)` in its turn and yields what it emits, piece by piece, while it goes on.

        Work that is `limit` pieces ahead of its reader waits in `emit`, so memory stays bounded.
        """
        began = await self._enter(need)
        pipe: Pipe[T] = Pipe(asyncio.get_running_loop(), limit)
        job = self._hand(lambda: pipe.fill(work))
        first_s = None
        try:
            while (piece := await pipe.get()) is not None:
                first_s = clock() - began if first_s is None else first_s
                yield piece[0]
            await asyncio.wrap_future(job)  # raises what the work raised
            if first_s is not None:
                self._on_end(need, first_s, clock() - began)
        finally:
            pipe.abandon()

    @asynccontextmanager
    async def slot(self, need: Need = SOME_DAY) -> AsyncGenerator[None]:
        """Holds a slot for work that is a coroutine and ends when it is cancelled."""
        began = await self._enter(need)
        try:
            yield
            self._on_end(need, clock() - began, clock() - began)
        finally:
            self._leave()

    async def _enter(self, need: Need) -> float:
        """Returns the time, once there is a slot."""
        loop = asyncio.get_running_loop()
        job, turn = self._order.put(need, loop.time()), loop.create_future()
        self._turns[job] = turn
        self._begin()
        if need.kind is Kind.PARTIAL and not turn.done():
            loop.call_later(OLDEST_PARTIAL_S + CLOCK_S, self._begin)
        try:
            granted = await turn
        except asyncio.CancelledError:
            self._order.withdraw(job)
            self._turns.pop(job, None)
            if not turn.cancelled() and turn.result():  # cancelled just as it might have begun
                self._leave()
            raise
        if not granted:
            raise Superseded
        return clock()

    def _begin(self) -> None:
        """Lets those begin for whom there are slots."""
        now = asyncio.get_running_loop().time()
        for old in self._order.expired(now):
            self._tell(old, False)
        while self.running < self.slots and (job := self._order.next(now)) is not None:
            if self._tell(job, True):
                self.running += 1
                self._on_wait(job.need, now - job.since)

    def _tell(self, job: Job, granted: bool) -> bool:
        turn = self._turns.pop(job)
        if turn.cancelled():
            return False
        turn.set_result(granted)
        return granted

    def _leave(self) -> None:
        self.running -= 1
        self._begin()

    def _hand(self, work: Callable[[], T]) -> Future[T]:
        """Gives work that has a slot to a thread, which is free then."""
        loop = asyncio.get_running_loop()
        try:
            job = self._pool.submit(work)
        except RuntimeError:  # the scheduler has been left
            self._leave()
            raise
        job.add_done_callback(lambda _: self._ended(loop))
        return job

    def _ended(self, loop: asyncio.AbstractEventLoop) -> None:
        """In the worker."""
        try:
            loop.call_soon_threadsafe(self._leave)
        except RuntimeError:  # the loop was closed before its work ended
            self.running -= 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)
