"""One Wyoming connection: whole events in, whole events out, each wait bounded.

A thin shell: framing.py judges the bytes, asyncio's streams move them. Rules: one task reads, any number may send; a
read that is cancelled loses nothing, a send that is cancelled has either sent the whole event or nothing of it. Nothing
but a WireError comes out, and what is held for the peer never exceeds asyncio's write buffer (64 KiB) and one event.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from types import TracebackType
from typing import Protocol, Self, TypedDict, Unpack

from wyoming.event import Event

from wire.addresses import peer_address, reason
from wire.errors import IdleTimeout, PeerGone, PeerStalled, PeerUnreachable
from wire.framing import DEFAULT, Decoder, Limits, Version, encode
from wire.tls.certificate import Certificate

log = logging.getLogger(__name__)

BUFFER_BYTES = 64 * 1024  # that may wait for the peer: asyncio's own limit without TLS, where it has eight times that
PIECE_BYTES = 64 * 1024  # taken from the socket at once: asyncio's own buffer for reading
STALL_S = 5.0  # longer than a Wi-Fi network takes to change channels, shorter than a person waits
LINGER_S = 1.0  # for the last events to leave when closing; a peer that reads takes milliseconds
TYPES_LOGGED = 32  # passed-over types remembered for each connection, since a peer can invent them without end


class Sendable(Protocol):
    """What knows its event: wyoming's Eventable classes and the hark/ events."""

    def event(self) -> Event:
        """The event to send."""


class Guards(TypedDict, total=False):
    """How patient a connection is: `idle_s`, seconds without a whole event, None for ever; `stall_s`; `limits`."""

    idle_s: float | None
    stall_s: float
    limits: Limits


class Connection:
    """A peer that speaks Wyoming. As an async context it closes on leaving; iterating it yields events to the end."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        idle_s: float | None = None,
        stall_s: float = STALL_S,
        limits: Limits = DEFAULT,
        certificate: Certificate | None = None,
    ) -> None:
        self._reader, self._writer = reader, writer
        if certificate is not None:
            writer.transport.set_write_buffer_limits(high=BUFFER_BYTES)
        self.certificate = certificate
        """The peer's, by TLS; None on a plain connection."""
        self._stall_s, self._limits = stall_s, limits
        self.idle_s = idle_s
        """Seconds that the next read waits for a whole event, None for ever; may be set at any time."""
        self._decoder = Decoder(limits)
        self._events: deque[Event] = deque()  # what came in one piece: at most PIECE_BYTES and one event
        self._sending = asyncio.Lock()
        self._ended = False
        self._heard = False  # anything at all
        self._passed_over: set[str] = set()
        self.host, port = peer_address(writer)
        """The peer's IP address; an IPv4 address in IPv4's own notation, whatever the socket's family."""
        self.peer = f"[{self.host}]:{port}" if ":" in self.host else f"{self.host}:{port}"
        """The peer's address and port, for logs."""

    @property
    def closed(self) -> bool:
        """Whether it has been closed, by either end, or is about to be."""
        return self._writer.is_closing()

    @property
    def version(self) -> Version | None:
        """Of the wyoming library that the peer's latest event was written with; None where it tells none."""
        return self._decoder.version

    async def read(self) -> Event:
        """The next event. Raises IdleTimeout, PeerGone at the end of the stream, MalformedEvent or TooLarge."""
        timeout = asyncio.timeout(self.idle_s)
        try:
            async with timeout:
                while not self._events:
                    await self._receive()
        except TimeoutError:
            raise IdleTimeout(self.idle_s or 0.0) from None
        return self._events.popleft()

    async def _receive(self) -> None:
        self._decoder.feed(b"")  # raises what followed the events of the last piece
        try:
            data = await self._reader.read(PIECE_BYTES)
        except OSError as error:
            raise PeerGone(self._decoder.in_the_middle, self._why(reason(error))) from None
        self._events.extend(self._decoder.feed(data))
        if not data:
            self._decoder.end()
            raise PeerGone(in_the_middle=False, why=self._why("it closed the connection"))
        self._heard = True

    def _why(self, told: str) -> str:
        """Why there is no connection any more. asyncio sends no alert for a certificate that it refuses: it closes."""
        if self.certificate is None or self._heard:
            return told
        return f"{told} without a word; if it does not accept this machine's certificate, its log says why"

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        """Like read, but a peer that left between two events only ends the iteration."""
        try:
            return await self.read()
        except PeerGone as gone:
            if gone.in_the_middle:
                raise
            raise StopAsyncIteration from None

    async def send(self, event: Event | Sendable) -> None:
        """Sends one event whole; returns when the peer has taken most of what waits for it.

        Raises MalformedEvent or TooLarge for what no peer would read (nothing was sent then), PeerGone, and PeerStalled
        if the peer took nothing for `stall_s`, which also closes the connection.
        """
        data = encode(event if isinstance(event, Event) else event.event(), self._limits)
        async with self._sending:
            if self._ended or self._writer.is_closing():
                raise PeerGone(in_the_middle=False, why=self._why("the connection is closed"))
            self._writer.write(data)
            await self._drain()

    async def _drain(self) -> None:
        transport = self._writer.transport
        while True:
            waiting = transport.get_write_buffer_size()
            try:
                async with asyncio.timeout(self._stall_s):
                    return await self._writer.drain()
            except TimeoutError:
                if transport.get_write_buffer_size() >= waiting:
                    transport.abort()
                    raise PeerStalled(self._stall_s) from None
            except OSError as error:
                raise PeerGone(in_the_middle=False, why=self._why(reason(error))) from None

    def passed_over(self, event: Event) -> None:
        """Notes that nobody here knows an event's type: once for each type, at debug level, for who writes a peer."""
        if event.type not in self._passed_over and len(self._passed_over) < TYPES_LOGGED:
            self._passed_over.add(event.type)
            log.debug("%s: events of type %.40r are unknown here and passed over", self.peer, event.type)

    def end(self) -> None:
        """Tells the peer that nothing more comes; what it still sends is read until it closes, too."""
        if not self._ended and not self._writer.is_closing():
            self._ended = True
            if self._writer.can_write_eof():
                self._writer.write_eof()
            else:  # TLS, which asyncio can only close whole
                self._writer.close()

    def abort(self) -> None:
        """Cuts the connection off, now; what waits for the peer is lost and its reader sees the end."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Closes, after the peer has had a moment to take what waits for it. May be called again; never raises."""
        transport = self._writer.transport
        if not transport.is_closing():  # asyncio's of TLS is of no use any more when closed twice
            transport.close()
        try:
            async with asyncio.timeout(min(LINGER_S, self._stall_s)):
                await self._drained()
        except OSError:  # lost already, or (TimeoutError) not read
            pass
        finally:
            # A plain one whose buffer is empty closes by itself, and abort fails if it has (Python 3.11).
            if self.certificate is not None or transport.get_write_buffer_size():
                transport.abort()
        await asyncio.sleep(0)  # asyncio closes the socket in the loop's next round

    async def _drained(self) -> None:
        if self.certificate is None:
            self._writer.transport.set_write_buffer_limits(high=0)  # so that drain waits for the last byte
            await self._writer.drain()
        else:  # TLS is closed when both ends have said goodbye
            await self._writer.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def dial(host: str, port: int, *, timeout_s: float, **guards: Unpack[Guards]) -> Connection:
    """Connects to a peer. Raises PeerUnreachable, which names the address and the reason, after at most `timeout_s`."""
    try:
        async with asyncio.timeout(timeout_s) as timeout:
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, ValueError, OverflowError) as error:
        why = f"no answer for {timeout_s:g} s" if timeout.expired() else reason(error)
        raise PeerUnreachable(host, port, why) from None
    return Connection(reader, writer, **guards)
