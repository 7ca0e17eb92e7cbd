"""Listening for Wyoming connections: each gets a task, a place among the most that fit, and pays for its own faults.

Rules: every handler is a child of one TaskGroup, so that leaving the context leaves no task and no socket behind. What
a handler raises is logged here and ends its own connection only: one line for a WireError, a traceback for a bug.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from types import TracebackType
from typing import Self, TypeAlias, Unpack

from wire.addresses import reason
from wire.connection import Connection, Guards
from wire.errors import CannotListen, WireError, leaves
from wire.sayings import Sayings
from wire.tls.certificate import Certificate

log = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[Connection], Awaitable[None]]
"""Serves one connection; when it returns, the connection is closed."""

Unwanted: TypeAlias = Callable[[str], str]
"""Why a machine at this IP address may not connect, "" if it may."""

MOST = 16  # connections at once: two controllers, and Home Assistant's short ones for each utterance in each room
ACCEPT_ROUNDS = 2  # of the event loop: one makes the accepted socket's transport, one hands it to admit
REMEDIES = {
    errno.EADDRINUSE: "stop the program that has it or choose another port",
    errno.EACCES: "choose a port from 1024 on or allow this program the lower ones",
}
REMEDY = "choose an address of this machine and a port up to 65535"  # of any other error


@asynccontextmanager
async def serve(
    host: str,
    port: int,
    handler: Handler,
    *,
    unwanted: Unwanted = lambda _: "",
    most: int = MOST,
    **guards: Unpack[Guards],
) -> AsyncIterator[tuple[int, ...]]:
    """Serves connections while the context lasts; gives the bound ports, one for each address that `host` has.

    Who is unwanted takes no place from others. Port 0 lets the system choose. Leaving cancels the handlers and closes
    every socket. Raises CannotListen.
    """
    async with Handlers(handler, most, guards, unwanted) as handlers:
        server = await _listen(host, port, handlers)
        with closing(server):  # wait_closed would wait for connections (Python 3.12) or for nothing (3.11)
            try:
                yield tuple(listening.getsockname()[1] for listening in server.sockets)
            finally:
                await _accept_no_more(server)


async def _accept_no_more(server: asyncio.Server) -> None:
    """Lets what is just being accepted become connections: asyncio leaks those that a server closes in between."""
    for listening in server.sockets:
        server.get_loop().remove_reader(listening.fileno())
    for _ in range(ACCEPT_ROUNDS):
        await asyncio.sleep(0)


async def _listen(host: str, port: int, handlers: Handlers) -> asyncio.Server:
    try:
        return await asyncio.start_server(handlers.accepted, host, port)
    except (OSError, ValueError, OverflowError) as error:
        raise cannot_listen(host, port, error) from None


def cannot_listen(host: str, port: int, error: Exception) -> CannotListen:
    """What a failure to open a port means, and what to do."""
    return CannotListen(host, port, reason(error), REMEDIES.get(getattr(error, "errno", None) or 0, REMEDY))


class Handlers:
    """The connections that are being served; leaving the context ends them."""

    def __init__(self, handler: Handler, most: int, guards: Guards, unwanted: Unwanted = lambda _: "") -> None:
        self._handler, self._most, self._guards, self._unwanted = handler, most, guards, unwanted
        self._group = asyncio.TaskGroup()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sayings = Sayings(log)

    def accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Called by asyncio with each plain connection."""
        self.admit(reader, writer)

    def admit(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, certificate: Certificate | None = None
    ) -> Connection | None:
        """Takes in a new connection; None where it is unwanted or there is no place for it."""
        connection = Connection(reader, writer, certificate=certificate, **self._guards)
        why = self._unwanted(connection.host)
        if not why and len(self._tasks) >= self._most:
            why = f"all {self._most} places for connections are taken"
        if why:
            self._sayings.warn(f"{connection.host} {why}", f"{connection.host} is turned away: {why}")
            writer.close()
            return None
        task = self._group.create_task(self._serve(connection), name=f"connection from {connection.peer}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: writer.close())  # for a task cancelled before it began
        return connection

    async def _serve(self, connection: Connection) -> None:
        try:
            async with connection:
                await self._handler(connection)
        except* WireError as group:
            for error in leaves(group):
                log.warning("%s is disconnected: %s", connection.peer, error)
        except* Exception:
            log.exception("%s is disconnected: its handler failed, which is a bug", connection.peer)

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        # The group is not told of an error in the context's body, which it would wrap. Of its own it has none.
        await self._group.__aexit__(None, None, None)
