"""A network between a hub and one satellite that takes its time: what goes through it comes later, in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LOOPBACK = "127.0.0.1"
LEAST_S = 1e-6  # between two pieces, which keeps their order
PIECE = 1 << 16  # bytes


class Way:
    """Leads to a port of this machine; `delay_s` each way, from now on."""

    def __init__(self, to: int) -> None:
        self.delay_s = 0.0
        self.port = 0
        self._to = to

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Way]:
        """Lets through while the context lasts."""
        async with await asyncio.start_server(self._through, LOOPBACK, 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._to)
        await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop, due = asyncio.get_running_loop(), 0.0
        try:
            while data := await reader.read(PIECE):
                due = max(due + LEAST_S, loop.time() + self.delay_s)
                loop.call_at(due, writer.write, data)
        except ConnectionError:
            pass  # as good as its end
        loop.call_at(max(due + LEAST_S, loop.time()), writer.close)
