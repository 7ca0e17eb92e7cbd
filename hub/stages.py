"""How the stages of a turn overlap: `ahead` runs one beside the others, `latest` runs work that newer work replaces.

A chain of generators alone overlaps nothing, since each waits until it is asked. Rules: the task belongs to
the `async with`, so leaving it, by the end, an error or a cancellation, ends the stage and closes its source;
what a stage raises reaches its reader in place of the next item.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")


class ahead(Generic[T]):  # noqa: N801  (reads as a word of the turn, as contextlib.aclosing does)
    """`async with ahead(stage, limit) as items:` reads `stage` in the background, at most `limit` items ahead."""

    def __init__(self, stage: AsyncGenerator[T, None], limit: int) -> None:
        self._stage = stage
        self._items: asyncio.Queue[T | _End] = asyncio.Queue(limit)
        self._group = asyncio.TaskGroup()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._task = self._group.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        # The group is not told of the body's error, which it would wrap. It waits even when it is cancelled meanwhile.
        await self._group.__aexit__(None, None, None)

    async def _read(self) -> None:
        end = _End(None)
        try:
            async with aclosing(self._stage) as stage:
                async for item in stage:
                    await self._items.put(item)
        except Exception as error:  # whatever a stage raises belongs to its reader
            end = _End(error)
        await self._items.put(end)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        item = await self._items.get()
        if not isinstance(item, _End):
            return item
        self._items.put_nowait(item)  # for whoever asks again
        if item.error is not None:
            raise item.error
        raise StopAsyncIteration


async def by(items: ahead[T], at: float | None, late: T) -> T | None:
    """The next item; `late` where none has come by that time of the loop's clock, None at the end.

    A stage that is ahead loses nothing by it.
    """
    try:
        async with asyncio.timeout_at(at) as patience:
            return await anext(items, None)
    except TimeoutError:
        if not patience.expired():
            raise
        return late


@dataclass(frozen=True, slots=True)
class _End:
    """Comes after the last item; with the error that ended the stage, if one did."""

    error: Exception | None


class latest:  # noqa: N801  (as ahead)
    """`async with latest() as work:` runs the work given last; leaving it cancels that one."""

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        self._task: asyncio.Task[Exception | None] | None = None
        self._work: Coroutine[Any, Any, None] | None = None

    async def replace(self, work: Coroutine[Any, Any, None] | None) -> None:
        """Cancels what runs, waits until it has gone, and starts this, if anything."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._let_go()
        self._work = work
        self._task = self._group.create_task(_outcome(work)) if work is not None else None

    async def done(self) -> None:
        """Waits until what runs has ended; raises what it raised."""
        if self._task is not None and (error := await self._task) is not None:
            raise error

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
        try:
            await self._group.__aexit__(None, None, None)  # as in ahead
        finally:
            self._let_go()

    def _let_go(self) -> None:
        """Work that was cancelled before its first step has to be told."""
        if self._work is not None:
            self._work.close()
            self._work = None


async def _outcome(work: Coroutine[Any, Any, None]) -> Exception | None:
    try:
        await work
    except Exception as error:  # belongs to who asks for it
        return error
    return None
