"""The satellite's end of the wire: who is connected, who of them leads, and what travels to the leader.

A connection becomes a controller by `run-satellite`, and the preferred one by a hub's hello. Rules: addresses
are checked before anything is answered; the hub's hello counts only from the addresses set for it; the first
hub leads until its connection ends and a second one stands by; plain controllers lead where there is no hub.
A connection that misbehaves costs itself only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.satellite import PauseSatellite, RunSatellite

from config.parts import is_among
from config.satellite import Controllers
from satellite.phases import Event as Happening
from wire import hark
from wire.connection import Connection, Sendable
from wire.errors import WireError

_log = logging.getLogger(__name__)

OUTBOX = 2000
"""Events that may wait for a controller: 40 s of microphone frames, more than a turn has. Beyond that it is gone."""
HUB_SILENCE_S = 3.0
"""A hub pings every second; after three without a word it is gone."""
PLAIN_SILENCE_S = 30.0
"""Home Assistant pings every two seconds, and not at all while it has muted the satellite."""


class Controller:
    """One connected controller: its connection and what waits to be sent to it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.ready = False
        self.hub: hark.Hello | None = None
        self._outbox: asyncio.Queue[Event] = asyncio.Queue(OUTBOX)

    def post(self, event: Sendable) -> None:
        """Queues an event; a controller that takes none for too long is cut off."""
        try:
            self._outbox.put_nowait(event.event())
        except asyncio.QueueFull:
            _log.error("controller %s does not read; its connection is closed", self.connection.peer)
            self.connection.abort()

    async def send(self) -> None:
        """Sends what is queued until the connection breaks, which its reader then sees as well."""
        try:
            while True:
                await self.connection.send(await self._outbox.get())
        except WireError as error:
            _log.warning("cannot send to controller %s: %s", self.connection.peer, error)
            self.connection.abort()


class Link:
    """All connections of a satellite; tells what happens, and hands over what the leader sends."""

    def __init__(
        self,
        info: Info,
        settings: Controllers,
        hello: hark.Hello,
        happens: Callable[[Happening], None],
        received: Callable[[Event], Awaitable[None]],
    ) -> None:
        self._info = info
        self._settings = settings
        self._hello = hello
        self._happens = happens
        self._received = received
        self._controllers: list[Controller] = []
        self.leader: Controller | None = None

    @property
    def led_by_hub(self) -> bool:
        """Whether the leader said a hub's hello."""
        return self.leader is not None and self.leader.hub is not None

    def post(self, event: Sendable) -> None:
        """Sends to the leader, if there is one."""
        if self.leader is not None:
            self.leader.post(event)

    async def serve(self, connection: Connection) -> None:
        """Handles one connection from its first event to its end."""
        if not is_among(connection.host, self._settings.allow + self._settings.hub):
            _log.warning("turned away %s: it is neither in controllers.allow nor in controllers.hub", connection.peer)
            return
        controller = Controller(connection)
        self._controllers.append(controller)
        try:
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(controller.send())
                await self._read(controller)
                sender.cancel()
        finally:
            self._controllers.remove(controller)
            self._elect()

    async def _read(self, controller: Controller) -> None:
        controller.connection.idle_s = PLAIN_SILENCE_S
        try:
            async for event in controller.connection:
                await self._handle(controller, event)
        except WireError as error:
            _log.warning("closed the connection of %s: %s", controller.connection.peer, error)

    async def _handle(self, controller: Controller, event: Event) -> None:
        if Describe.is_type(event.type):
            controller.post(self._info)
        elif Ping.is_type(event.type):
            controller.post(Pong(text=Ping.from_event(event).text))
        elif RunSatellite.is_type(event.type):
            controller.ready = True
            self._elect()
            if controller is self.leader:
                self._happens(Happening.LED)
        elif isinstance(said := hark.parse(event), hark.Hello):
            self._greet(controller, said)
        elif controller is self.leader:
            if PauseSatellite.is_type(event.type):
                self._happens(Happening.PAUSE)
            else:
                await self._received(event)

    def _greet(self, controller: Controller, hello: hark.Hello) -> None:
        if not is_among(controller.connection.host, self._settings.hub):
            _log.warning("ignored the hello of %s: it is not in controllers.hub", controller.connection.peer)
            return
        controller.connection.idle_s = HUB_SILENCE_S
        controller.hub = hello
        if self.leader is controller:
            controller.post(self._hello)
        elif self.led_by_hub:
            controller.post(hark.Standby())
        else:
            self._elect()

    def _elect(self) -> None:
        leader = self._first()
        if leader is self.leader:
            return
        if self.leader is not None:
            self._happens(Happening.LEFT)
        self.leader = leader
        if leader is not None:
            _log.info("led by %s%s", leader.connection.peer, f" ({leader.hub.name})" if leader.hub else "")
            if leader.hub:
                leader.post(self._hello)
            self._happens(Happening.LED)
        else:
            _log.warning("no controller is connected; waiting for the hub or Home Assistant")

    def _first(self) -> Controller | None:
        """The hub that leads, else the first hub that is ready, else the first plain controller that is."""
        ready = [controller for controller in self._controllers if controller.ready]
        hubs = [controller for controller in ready if controller.hub]
        return self.leader if self.leader in hubs else next(iter(hubs or ready), None)
