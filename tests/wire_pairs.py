"""Real connections for tests, over loopback, and the proof that they leave nothing behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Unpack

from wire.connection import Connection, Guards
from wire.server import Handler, Unwanted, serve

LOOPBACK = "127.0.0.1"
SOON_S = 0.05  # a real wait in a test of a timeout: the shortest that a busy machine keeps apart from none
LATE_S = 60.0  # a real wait that only a hanging test sees the end of


def leaves_nothing(test: Callable[[], Awaitable[None]]) -> None:
    """Runs a test's coroutine; no task may be left of it, no socket and no complaint of asyncio's."""
    problems: list[str] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(str(context)))
        before = open_sockets()
        async with asyncio.timeout(LATE_S):
            await test()
        await asyncio.sleep(0)  # asyncio closes a socket in the loop's next round
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert open_sockets() == before

    asyncio.run(watched())
    assert problems == []


def open_sockets() -> Counter[str]:
    """Every socket that this process has open."""
    links = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(link.readlink()))
        except FileNotFoundError:  # the directory listing's own
            continue
    return Counter(link for link in links if link.startswith("socket:"))


async def until(happens: Callable[[], bool]) -> None:
    """Returns once something is so; what never happens is ended by the test's own limit."""
    while True:
        if happens():
            return
        await asyncio.sleep(0.001)


@asynccontextmanager
async def serving(
    handler: Handler, *, unwanted: Unwanted = lambda _: "", most: int = 16, **guards: Unpack[Guards]
) -> AsyncIterator[int]:
    """A server on a free loopback port; gives the port."""
    async with serve(LOOPBACK, 0, handler, unwanted=unwanted, most=most, **guards) as [port]:
        yield port


@asynccontextmanager
async def raw_peer(
    **guards: Unpack[Guards],
) -> AsyncIterator[tuple[Connection, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection, and the streams of a peer that may send what it likes."""
    accepted: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue(1)
    server = await asyncio.start_server(lambda *streams: accepted.put_nowait(streams), LOOPBACK, 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    theirs = await accepted.get()
    server.close()
    async with Connection(*theirs, **guards) as connection:
        try:
            yield connection, reader, writer
        finally:
            writer.transport.abort()
