"""One connected controller: its connection, what it is, and what waits to be sent to it."""

from __future__ import annotations

import asyncio
import logging

from wyoming.event import Event
from wyoming.ping import Ping

from wire import hark
from wire.connection import Connection, Sendable
from wire.errors import WireError

_log = logging.getLogger(__name__)

OUTBOX = 2000
"""Events that may wait for a controller: 40 s of microphone frames, more than a turn has. Beyond that it is gone."""
PING_S = 1.0  # between two of the satellite's pings
SILENCE_S = 3.0
"""A controller that answers pings is gone after so long without a word, three pings."""
UNPROVEN_S = 30.0
"""The same for one that has not answered a ping yet: Home Assistant before 2024.2 never does."""


class Controller:
    """A connection that may lead once it is `ready`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.ready = False
        """It has said run-satellite."""
        self.hub: hark.Hello | None = None
        """Its hello, for a hub."""
        self.paused = False
        """It has muted the satellite; Home Assistant neither sends nor answers pings until it unmutes."""
        self.runs = False
        """A plain controller's pipeline runs. Asked for another meanwhile, Home Assistant hears nothing any more."""
        self.ended = False
        """It is left to connect anew: what it still sends is not wanted."""
        self._answers = False
        self._pings_in_pause = 0
        self._outbox: asyncio.Queue[Event | None] = asyncio.Queue(OUTBOX)
        self._patience()

    @property
    def owner(self) -> str:
        """Who it is, from one connection to the next: what it owns is kept under this name."""
        return self.hub.name if self.hub else self.connection.host

    @property
    def arbitrates(self) -> bool:
        """Whether it says who of several satellites answers."""
        return self.hub is not None and "arbitration" in self.hub.capabilities

    def __str__(self) -> str:
        return f"{self.connection.peer} ({self.hub.name})" if self.hub else self.connection.peer

    def post(self, event: Sendable) -> None:
        """Queues an event, hark/ ones for hubs alone; a controller that takes none for too long is cut off."""
        if not self.ended and not (isinstance(event, hark.HarkEvent) and self.hub is None):
            self._put(event.event())

    def end(self) -> None:
        """Nothing more is sent than what is queued; it may not lead any more."""
        if not self.ended:
            self.ready, self.ended = False, True
            self._put(None)

    def _put(self, event: Event | None) -> None:
        try:
            self._outbox.put_nowait(event)
        except asyncio.QueueFull:
            _log.error("controller %s does not read; its connection is closed", self)
            self.connection.abort()

    def answers(self) -> None:
        """It has sent a ping or a pong, and so will go on to."""
        self._answers = True
        self._patience()

    def pings(self) -> bool:
        """It has sent a ping; whether that tells that it no longer pauses.

        Home Assistant that is muted and unmuted within two seconds says nothing of the latter, but pings go on. One may
        have been under way when it paused.
        """
        self.answers()
        self._pings_in_pause += self.paused
        return self._pings_in_pause > 1

    def pause(self, on: bool) -> None:
        """It mutes the satellite, or no longer does."""
        self.paused, self._pings_in_pause = on, 0
        self.runs = False
        self._patience()

    def _patience(self) -> None:
        limit = SILENCE_S if self._answers else UNPROVEN_S
        self.connection.idle_s = None if self.paused else limit

    async def send(self) -> None:
        """Sends what is queued until its end, or until the connection breaks, which its reader then sees as well."""
        try:
            while (event := await self._outbox.get()) is not None:
                await self.connection.send(event)
            self.connection.end()
        except WireError as error:
            _log.warning("cannot send to controller %s: %s", self, error)
            self.connection.abort()

    async def ping(self) -> None:
        """Asks for a sign of life, again and again."""
        while True:
            await asyncio.sleep(PING_S)
            if not self.paused:
                self.post(Ping())
