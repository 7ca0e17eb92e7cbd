"""The hub's timers at work: keeps the book, its file, and every satellite's knowledge of its own timers.

The satellite counts down and rings by itself, so what is said here may come late, and a timer that was confirmed rings
without the hub. What changes is written soon, and not waited for: the satellite is told in the same moment and keeps it
as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Awaitable, Callable

from wyoming.event import Event

from hub.home.home import Action
from hub.timers.actions import perform
from hub.timers.book import Book
from hub.timers.kept import TimersFile
from hub.timers.news import Told
from hub.timers.timer import Now, Timers

KEEP_S = 60.0  # between two times that the rest of running timers is kept: all that a restart without a clock can lose
LOOK_S = 60.0  # between two looks at what is due, however the wall clock was set meanwhile
SHORTEST_S = 0.01  # between two looks; no ear hears less, and no clock counts finer for certain


def clocks() -> Now:
    """This machine's clocks."""
    return Now(time.monotonic(), time.time())


class TimerKeeper:
    """All timers of a hub; `run` and one `tell` for each connected satellite are tasks of the caller's."""

    def __init__(self, file: TimersFile, clock: Callable[[], Now] = clocks) -> None:
        self._book = Book()
        self._file = file
        self._clock = clock
        self._new = asyncio.Event()  # since the last look at what is due
        self._changed = asyncio.Event()  # since the last write
        self._listeners: list[tuple[str, asyncio.Event]] = []  # a satellite, and what wakes who tells it
        self._book.restore(file.load(), clock())

    def seen_from(self, satellite: str) -> Timers:
        """The timers as they stand, for a sentence said at this satellite."""
        told = any(name == satellite for name, _ in self._listeners)
        return Timers(self._book.going, self._clock(), satellite if told else None)

    async def act(self, action: Action) -> None:
        """Carries out one of hub.timers.actions; raises HomeError with the reason."""
        perform(action, self._book, self._clock(), uuid.uuid4().hex)
        self._news()

    async def tell(self, satellite: str, send: Callable[[Event], Awaitable[None]]) -> None:
        """Tells a satellite all of its timers, then what becomes of them, without end; raises what send raises."""
        told, wake = Told(), asyncio.Event()
        listener = satellite, wake
        self._listeners.append(listener)
        try:
            while True:
                wake.clear()
                await self._tell_all(satellite, told, send)
                await wake.wait()
        finally:
            self._listeners.remove(listener)

    async def run(self) -> None:
        """Finishes and keeps timers, without end; a slow disk holds up nothing else."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._finish())
            group.create_task(self._keep())

    async def _finish(self) -> None:
        while True:
            self._new.clear()
            if self._book.tick(self._clock()):
                self._news()
            due_s = self._book.next_s(self._clock())
            await _within(LOOK_S if due_s is None else min(LOOK_S, max(due_s, SHORTEST_S)), self._new)

    async def _keep(self) -> None:
        """Writes what is new, and what is left each minute; at the end what has not been written yet."""
        try:
            while True:
                await _within(KEEP_S, self._changed)
                if self._changed.is_set() or self._book.going:
                    await self._write()
        finally:
            await self._write()

    async def _write(self) -> None:
        self._changed.clear()
        self._file.keep(self._book.kept(self._clock()))
        await asyncio.to_thread(self._file.write)

    async def _tell_all(self, satellite: str, told: Told, send: Callable[[Event], Awaitable[None]]) -> None:
        while news := told.next(self._book.of(satellite), self._clock()):
            timer, events = news
            for event in events:
                await send(event)
            told.add(timer)
            if self._book.told(timer, self._clock()):
                self._changed.set()

    def _news(self) -> None:
        self._changed.set()
        self._new.set()
        for _, wake in self._listeners:
            wake.set()


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Waits for the event, and no longer than so."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
