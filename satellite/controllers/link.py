"""The satellite's end of the wire: who is connected, who of them leads, and what travels to the leader.

A connection becomes a controller by `run-satellite`, and the preferred one by a hub's hello. A hub says that first: it
may run where Home Assistant does, and is not to be taken for its return. One that says neither never leads, and the
sound that it sends is played as a stand-by's is: so a check has a satellite speak. Rules: addresses are checked before
anything is answered; the hub's hello counts only from the addresses set for it, and where TLS is set only by TLS, like
all else that hubs say; the first hub leads until its connection ends and a second one stands by; plain controllers lead
where there is no hub. A lost leader is replaced at once; one that is merely outranked keeps the lead until its turn is
over. A connection that misbehaves costs itself only.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.satellite import PauseSatellite, RunSatellite

from config.parts import is_among
from config.satellite import Controllers
from satellite.controllers.controller import Controller
from wire import hark
from wire.audio import is_audio
from wire.connection import Connection, Sendable
from wire.errors import WireError
from wire.sayings import Sayings

_log = logging.getLogger(__name__)


class Led(Protocol):
    """Who is led: is told what happens on the wire."""

    @property
    def busy(self) -> bool:
        """Whether a turn is under way."""

    def received(self, controller: Controller, event: Event) -> None:
        """A controller, the leader or a stand-by, has sent an event that the link does not answer by itself."""

    def paused(self, controller: Controller, on: bool) -> None:
        """A controller mutes the satellite, or no longer does."""

    def gone(self, controller: Controller) -> None:
        """A controller's connection has ended."""

    def led(self, lost: bool) -> None:
        """Another controller leads, or nobody; `lost` says that the leader before it is gone."""


class Link:
    """All connections of a satellite; tells what happens, and hands over what the controllers send."""

    def __init__(
        self, info: Info, settings: Controllers, hello: hark.Hello, satellite: Led, hubs_by_tls: bool = False
    ) -> None:
        self._hubs_by_tls = hubs_by_tls
        self._info = info
        self._settings = settings
        self._hello = hello
        self._satellite = satellite
        self._sayings = Sayings(_log)
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
        controller = Controller(connection)
        self._controllers.append(controller)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(controller.send()), group.create_task(controller.ping())]
                await self._read(controller)
                for task in tasks:
                    task.cancel()
        finally:
            self._controllers.remove(controller)
            self._satellite.gone(controller)
            self.settle()

    def unwanted(self, host: str) -> str:
        """Why that machine may not come to the plain port, "" if it may."""
        allow, hub = self._settings.allow, self._settings.hub
        if self._hubs_by_tls:
            why = "it is not in controllers.allow, and hubs come by TLS, with a certificate (docs/security.md)"
        else:
            allow, why = allow + hub, "it is neither in controllers.allow nor in controllers.hub"
        return "" if is_among(host, allow) else why

    async def _read(self, controller: Controller) -> None:
        try:
            async for event in controller.connection:
                self._handle(controller, event)
        except WireError as error:
            host, kind = controller.connection.host, type(error).__name__
            self._sayings.warn(f"closed {host} {kind}", f"closed the connection of {controller}: {error}")

    def _handle(self, controller: Controller, event: Event) -> None:
        if Describe.is_type(event.type):
            controller.post(self._info)
        elif Ping.is_type(event.type):
            self._answer(controller, Ping.from_event(event))
        elif Pong.is_type(event.type):
            controller.answers()
        elif RunSatellite.is_type(event.type):
            self._run(controller)
        elif PauseSatellite.is_type(event.type):
            controller.pause(True)
            self._satellite.paused(controller, True)
        elif isinstance(said := hark.parse(event), hark.Hello):
            self._greet(controller, said)
        elif self._takes(controller, event) and (said is None or self._heeds(controller.connection)):
            self._satellite.received(controller, event)

    @staticmethod
    def _takes(controller: Controller, event: Event) -> bool:
        return controller.ready or (is_audio(event) and not controller.ended)

    def _answer(self, controller: Controller, ping: Ping) -> None:
        controller.post(Pong(text=ping.text))
        if controller.pings():
            self._run(controller)

    def _run(self, controller: Controller) -> None:
        for other in self._controllers:
            if other is not controller and other.paused and other.owner == controller.owner:
                other.connection.abort()  # Home Assistant unmutes on a new connection, and may forget the old one
        controller.ready = True
        controller.pause(False)
        self._satellite.paused(controller, False)
        self._place(controller)

    def _greet(self, controller: Controller, hello: hark.Hello) -> None:
        host = controller.connection.host
        if not self._heeds(controller.connection):
            why = "hubs come by TLS, with a certificate: set [tls] there, too (docs/security.md)"
            self._sayings.warn(f"hello {host}", f"ignored the hello of {host}: {why}")
            return
        if not is_among(host, self._settings.hub):
            self._sayings.warn(f"hello {host}", f"ignored the hello of {host}: it is not in controllers.hub")
            return
        if controller.paused:
            return  # what it owns is known by its name, and a pause is not to be left behind under another
        controller.answers()
        controller.hub = hello
        if self.leader is controller:
            controller.post(self._hello)
        elif controller.ready:
            self._place(controller)

    def _place(self, controller: Controller) -> None:
        """One that is ready, or has said that it is a hub, leads or stands by."""
        self.settle()
        if controller.hub is not None and controller is not self.leader and self.led_by_hub:
            controller.post(hark.Standby(self._hello.identity))

    def _heeds(self, connection: Connection) -> bool:
        """Whether what hubs say counts on that connection."""
        return connection.certificate is not None or not self._hubs_by_tls

    def renew(self, controller: Controller) -> None:
        """Leaves it to a plain controller to connect anew: the only way to end its pipeline's run.

        Half-closed, because Home Assistant is back after 3 s then; a connection that is closed costs it 13 s.
        """
        controller.end()
        if controller is self.leader:
            self._lead(self._first())

    def settle(self) -> None:
        """Gives the lead to whom it belongs, unless the one who has it is in the middle of a turn."""
        leader = self._first()
        lost = self.leader is not None and self.leader not in self._controllers
        if leader is self.leader or (self._satellite.busy and self.leader is not None and not lost):
            return
        self._lead(leader)
        self._satellite.led(lost)

    def _lead(self, leader: Controller | None) -> None:
        self.leader = leader
        if leader is not None:
            _log.info("led by %s", leader)
            leader.post(self._hello)
        else:
            _log.warning("no controller is connected; waiting for the hub or Home Assistant")

    def _first(self) -> Controller | None:
        """The hub that leads, else the first hub that is ready, else the first plain controller that is."""
        ready = [controller for controller in self._controllers if controller.ready]
        hubs = [controller for controller in ready if controller.hub]
        return self.leader if self.leader in hubs else next(iter(hubs or ready), None)
