"""A port for TLS alone: who proves in time who it is becomes a connection like any other; all others get nothing.

Rules: addresses are judged before anything is spent on them, and the first byte before TLS is; so many handshakes go on
at once and no more, and where one more comes, the oldest of the address that has most gives way: a crowd from one place
crowds out itself. A flood is taken in one by one, between all else that the event loop does.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Unpack

from wire.addresses import plain_address, reason
from wire.connection import Guards
from wire.sayings import Sayings
from wire.server import MOST, Handler, Handlers, cannot_listen
from wire.tls.certificate import Certificate
from wire.tls.credentials import Credentials
from wire.tls.errors import Refused
from wire.tls.words import PLAIN, why

_log = logging.getLogger(__name__)

HANDSHAKE_S = 5.0  # a Pi Zero on poor Wi-Fi takes a tenth
SHUTDOWN_S = 1.0  # for the peer to say goodbye, too
MOST_SHAKING = 16  # handshakes at once, some 0.3 MB each from their first byte on
HANDSHAKE = b"\x16"  # the first byte of TLS: the type of its first record (RFC 8446, 5.1)
BACKLOG = 128  # connections that the system keeps until they are taken
FULL_S = 1.0  # to wait where the system has no more sockets

Admits = Callable[[str], bool]
"""Whether a machine at this IP address may try."""


@asynccontextmanager
async def serve(
    host: str,
    port: int,
    handler: Handler,
    credentials: Credentials,
    admits: Admits,
    *,
    most: int = MOST,
    **guards: Unpack[Guards],
) -> AsyncIterator[tuple[int, ...]]:
    """Like wire.server.serve, for those that `admits` and `credentials` let in. Raises CannotListen."""
    async with Handlers(handler, most, guards) as handlers:
        door = _Door(credentials, admits, handlers)
        listening = await _listen(host, port)
        accepting = [asyncio.create_task(door.accept(each), name=f"TLS port of {host}") for each in listening]
        try:
            yield tuple(each.getsockname()[1] for each in listening)
        finally:
            await _ended(accepting)  # after which every handshake has begun, and closes its socket by itself
            await _ended(door.shaking)
            for each in listening:
                each.close()


class _Door:
    """Who knocks, and who is let in."""

    def __init__(self, credentials: Credentials, admits: Admits, handlers: Handlers) -> None:
        self._credentials, self._admits, self._handlers = credentials, admits, handlers
        self._sayings = Sayings(_log)
        self.shaking: dict[asyncio.Task[None], str] = {}
        """Handshakes under way, the oldest first, and the addresses that they are with."""

    async def accept(self, listening: socket.socket) -> None:
        """Takes one after the other, without end."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                knocking, address = await loop.sock_accept(listening)
            except OSError as error:  # of this process, which has too many files open, or of a peer that left
                self._sayings.warn("accept", f"cannot take a connection on the TLS port: {reason(error)}; trying again")
                await asyncio.sleep(FULL_S)
                continue
            self._knock(knocking, plain_address(address[0]))
            await asyncio.sleep(0)  # else a flood would be all that the loop does

    def _knock(self, knocking: socket.socket, host: str) -> None:
        if not self._admits(host):
            self._refuse(host, "its address is not among those that hubs come from (controllers.hub)")
            knocking.close()
            return
        if len(self.shaking) >= MOST_SHAKING:
            self._make_room()
        task = asyncio.create_task(self._greet(knocking, host), name=f"TLS handshake with {host}")
        self.shaking[task] = host
        task.add_done_callback(lambda done: self.shaking.pop(done, None))

    def _make_room(self) -> None:
        (crowd, _), *_ = Counter(self.shaking.values()).most_common(1)
        oldest = next(task for task, host in self.shaking.items() if host == crowd)
        del self.shaking[oldest]
        oldest.cancel()
        self._refuse(crowd, f"it has begun more than {MOST_SHAKING} handshakes at once and finished none; see its log")

    async def _greet(self, knocking: socket.socket, host: str) -> None:
        loaded = self._credentials.loaded
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            async with asyncio.timeout(HANDSHAKE_S):
                if await _first_byte(knocking) not in (HANDSHAKE, b""):
                    knocking.close()
                    return self._refuse(host, PLAIN)
                transport, _ = await loop.connect_accepted_socket(
                    lambda: protocol,
                    knocking,
                    ssl=loaded.context,
                    ssl_handshake_timeout=2 * HANDSHAKE_S,  # the timeout here is the one that ends it
                    ssl_shutdown_timeout=SHUTDOWN_S,
                )
        except OSError as error:
            error.__traceback__ = None  # else asyncio's frames and 0.3 MB are kept until the garbage is collected
            return self._refuse(host, why(error, loaded.own, self._credentials.now()))
        certificate = Certificate.of(transport.get_extra_info("ssl_object"))
        try:
            self._credentials.judge(certificate, loaded)
        except Refused as refused:
            transport.abort()
            return self._refuse(host, str(refused))
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        if (connection := self._handlers.admit(reader, writer, certificate)) is not None:
            self._credentials.attend(connection, certificate, loaded)
        return None

    def _refuse(self, host: str, told: str) -> None:
        self._sayings.warn(f"{host} {told}", f"{host} is refused at the TLS port: {told}")


async def _first_byte(knocking: socket.socket) -> bytes:
    """Waits for it and leaves it where it is; b"" at the end. Closes the socket where it cannot be waited for."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(knocking, readable.set)
    try:
        await readable.wait()
        loop.remove_reader(knocking)
        return knocking.recv(1, socket.MSG_PEEK)
    except BaseException:
        loop.remove_reader(knocking)
        knocking.close()
        raise


async def _ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    if ending:
        await asyncio.wait(ending)


async def _listen(host: str, port: int) -> list[socket.socket]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, ValueError, OverflowError) as error:
        raise cannot_listen(host, port, error) from None
    listening: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
            listening.append(socket.create_server(address, family=family, backlog=BACKLOG))
            listening[-1].setblocking(False)
            # Accepted ones inherit it; asyncio sets it only where a socket was made with the protocol's number. Without
            # it a turn took 40 ms longer: the system waited for more before it sent what was there.
            listening[-1].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (OSError, ValueError, OverflowError) as error:
        for each in listening:
            each.close()
        raise cannot_listen(host, port, error) from None
    return listening
