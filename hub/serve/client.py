"""One connection as a service sees it: what the client asks, in order, and the way back."""

from __future__ import annotations

import asyncio
from typing import Self

from wyoming.event import Event

from wire.connection import Connection, Sendable
from wire.errors import IdleTimeout
from wire.framing import Version

EVENTS_AHEAD = 8
"""That wait while a service is busy; then the client waits. Services take in what they need as it comes, so this holds
a flood, of 2 MiB each at most."""
IDLE_S = 120.0
"""Without a request, or without more text of a reply: a model that uses slow tools is silent for a minute."""


class Client:
    """Iterating it yields what the client asks, without end; raises IdleTimeout."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._events: asyncio.Queue[Event] = asyncio.Queue(EVENTS_AHEAD)

    @property
    def host(self) -> str:
        """See wire.connection.Connection."""
        return self._connection.host

    @property
    def version(self) -> Version | None:
        """See wire.connection.Connection."""
        return self._connection.version

    async def asks(self, event: Event) -> None:
        """More from the client; waits while there is too much already."""
        await self._events.put(event)

    async def send(self, event: Event | Sendable) -> None:
        """See wire.connection.Connection."""
        await self._connection.send(event)

    def passed_over(self, event: Event) -> None:
        """See wire.connection.Connection."""
        self._connection.passed_over(event)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        try:
            async with asyncio.timeout(IDLE_S):
                return await self._events.get()
        except TimeoutError:
            raise IdleTimeout(IDLE_S) from None
