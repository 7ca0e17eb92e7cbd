"""A proxy between a controller and a satellite that remembers what passes; it changes no byte of it.

An end that closes only what it sends still hears the other. What it cannot carry is a reset: a process that was killed
looks as if it had closed in order, so times of coming back are measured without it (tests/home_assistant/facts.py).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from wyoming.event import Event

from tests.conformance.exchange import CLOSED, OPENED, Line, Side
from wire.errors import WireError
from wire.framing import Decoder

_log = logging.getLogger(__name__)

PIECE_BYTES = 64 * 1024

See = Callable[[float, int, Side, Event], None]
"""Takes an event whole, with its sound: when it passed, on which connection, who sent it."""


class Recorder:
    """What has passed since `start`; the satellite's address may change between two connections."""

    def __init__(self, host: str, port: int) -> None:
        self.target = host, port
        self.see: See | None = None
        self.lines: list[Line] = []
        self._clock = asyncio.get_running_loop().time
        self._connections = 0
        self._more = asyncio.Event()

    def mark(self) -> int:
        """A place in the recording."""
        return len(self.lines)

    def since(self, mark: int, side: Side, event_type: str) -> list[Line]:
        """What one side has sent of a type after a place."""
        return [line for line in self.lines[mark:] if (line.side, line.type) == (side, event_type)]

    def seconds_since_last(self, begun: str, ended: str) -> float | None:
        """From the controller's last event of a type to the satellite's next of another; None where none came."""
        starts = [index for index, line in enumerate(self.lines) if (line.side, line.type) == ("controller", begun)]
        ends = self.since(starts[-1], "satellite", ended) if starts else []
        return ends[0].at - self.lines[starts[-1]].at if ends else None

    async def comes(self, side: Side, event_type: str, mark: int) -> Line:
        """Waits for the first event of a type after a place."""
        while not self.since(mark, side, event_type):
            self._more.clear()
            await self._more.wait()
        return self.since(mark, side, event_type)[0]

    def session(self, mark: int) -> list[Line]:
        """What has passed since a place, after how the connection that led at that place had begun."""
        leading = [line.connection for line in self.lines[:mark] if line.type == "run-satellite"]
        if not leading:
            return self.lines[mark:]
        own = [line for line in self.lines[:mark] if line.connection == leading[-1]]
        types = [line.type for line in own]
        head = own[: types.index("info") + 1] if "info" in types else own[:1]
        shift = (self.lines[mark].at if mark < len(self.lines) else head[-1].at) - head[-1].at
        return [replace(line, at=round(line.at + shift, 3)) for line in head] + self.lines[mark:]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carries one connection to its end."""
        self._connections += 1
        number = self._connections
        try:
            onwards = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        self._note(number, "controller", Event(OPENED))
        try:
            there = self._carry(reader, onwards[1], number, "controller")
            back = self._carry(onwards[0], writer, number, "satellite")
            await asyncio.gather(there, back)  # each way ends by itself: a side may close and still listen
        finally:
            for end in (writer, onwards[1]):
                end.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int, side: Side) -> None:
        decoder = Decoder()
        with suppress(OSError):
            while data := await reader.read(PIECE_BYTES):
                try:
                    for event in decoder.feed(data):
                        self._note(number, side, event)
                except WireError as error:
                    _log.warning("what the %s sent cannot be read: %s", side, error)
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        self._note(number, side, Event(CLOSED))

    def _note(self, number: int, side: Side, event: Event) -> None:
        now = self._clock()
        self.lines.append(Line.of(event, now, number, side))
        if self.see is not None:
            self.see(now, number, side, event)
        self._more.set()


@asynccontextmanager
async def recording(host: str, port: int, target: tuple[str, int]) -> AsyncIterator[Recorder]:
    """Listens at an address and carries each connection to the target's while the context lasts."""
    recorder = Recorder(*target)
    tasks: set[asyncio.Task[None]] = set()

    def admit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(recorder.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(admit, host, port)
    try:
        yield recorder
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
