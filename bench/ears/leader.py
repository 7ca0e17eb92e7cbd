"""A controller that leads a satellite and ends every turn at its first sound, so that the next word can wake it.

Processes of one machine share their monotonic clock (Linux), so the satellite's own marks are compared with the
moment at which its sound came.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from wyoming.audio import AudioChunk
from wyoming.ping import Ping
from wyoming.satellite import RunSatellite

from wire import hark
from wire.connection import Connection, dial

HOST = "127.0.0.1"
DIAL_S = 5.0
PING_S = 1.0  # a satellite takes a controller for gone after 3 s of silence


@dataclass(frozen=True, slots=True)
class Wake:
    """One turn: when the engine's score made it (seconds of the monotonic clock), and its first sound on the wire."""

    at: float
    score: float
    first_chunk_ms: float


class Leader:
    """Remembers every wake."""

    def __init__(self, connection: Connection) -> None:
        self.wakes: list[Wake] = []
        self._connection = connection
        self._turn: hark.Turn | None = None
        self._came: float | None = None  # when the turn's first sound did

    async def follow(self) -> None:
        """Leads to the connection's end, which is a WireError."""
        await self._connection.send(RunSatellite())
        await self._connection.send(hark.Hello("bench/listening.py", hark.CAPABILITIES))
        async for event in self._connection:
            if AudioChunk.is_type(event.type):
                await self._first_sound()
            match hark.parse(event):
                case hark.Turn(phase="wake") as turn:
                    self._turn, self._came = turn, None
                case hark.Trace(marks=marks) if self._turn and self._came is not None:
                    took = self._came - marks["wake"]
                    self.wakes.append(Wake(marks["wake"], self._turn.score or 0.0, took * 1000))
                    self._turn = None

    async def _first_sound(self) -> None:
        if self._turn is not None and self._came is None:
            self._came = asyncio.get_running_loop().time()
            await self._connection.send(hark.Turn(self._turn.turn, "end"))

    async def ping(self) -> None:
        """Shows that it is there, to the connection's end, which is a WireError."""
        while True:
            await self._connection.send(Ping())
            await asyncio.sleep(PING_S)


@asynccontextmanager
async def leading(port: int) -> AsyncIterator[Leader]:
    """Leads the satellite on a port of this machine while the context lasts. Raises WireError where it ended early."""
    async with await dial(HOST, port, timeout_s=DIAL_S) as connection:
        leader = Leader(connection)
        tasks = [asyncio.create_task(work) for work in (leader.follow(), leader.ping())]
        try:
            yield leader
        finally:
            ended = [task for task in tasks if task.done()]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        for task in ended:
            task.result()
