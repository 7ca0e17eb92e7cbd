"""A Home Assistant of a few entities: its WebSocket API on loopback, as far as the hub asks, with faults on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from config.secret import Secret
from hub.home.homeassistant.homeassistant import HomeAssistant
from tests.wire_pairs import LOOPBACK

TOKEN = "a token"

ON, OFF = {"supported_color_modes": ["brightness"], "brightness": 128}, {"supported_color_modes": ["brightness"]}


class FakeHomeAssistant:
    """The server's home; whatever is public may be changed by a test at any time."""

    def __init__(self) -> None:
        self.token = TOKEN
        self.admin = True
        self.state = "RUNNING"
        self.url = ""
        self.areas: Any = [{"area_id": "kitchen", "name": "Kitchen", "aliases": ["Galley"], "floor_id": "ground"}]
        self.floors: Any = [{"floor_id": "ground", "name": "Ground Floor", "aliases": [], "level": 0}]
        self.devices: Any = [{"id": "lamp", "area_id": "kitchen"}]
        self.entities: dict[str, Any] = {
            "light.kitchen": {"aliases": [None, "Big Lamp"], "area_id": None, "device_id": "lamp"},
            "lock.front_door": {"aliases": [], "area_id": None, "device_id": None},
        }
        self.exposed: dict[str, Any] = {
            "light.kitchen": {"conversation": True},
            "lock.front_door": {"conversation": True},
            "switch.secret": {"cloud.alexa": True},
        }
        self.states: dict[str, tuple[str, dict[str, Any]]] = {
            "light.kitchen": ("off", {"friendly_name": "Kitchen Light", **OFF}),
            "lock.front_door": ("locked", {"friendly_name": "Front Door"}),
            "switch.secret": ("off", {"friendly_name": "Secret"}),
        }
        self.calls: list[dict[str, Any]] = []
        self.logins: list[str] = []
        self.carry_out: Callable[[dict[str, Any]], object] = self.obey
        """What a call does; "silence" leaves it unanswered, "close" ends the connection, a text refuses it."""
        self.reply: Any = {"response": {"speech": {"plain": {"speech": "Done"}}}, "conversation_id": "one"}
        self.sockets: dict[web.WebSocketResponse, dict[int, dict[str, Any]]] = {}
        self._outboxes: dict[web.WebSocketResponse, asyncio.Queue[object]] = {}
        self.first: object = None
        """What a subscription to entities begins with, if it is not the states."""

    def obey(self, call: dict[str, Any]) -> object:
        """Does as services do."""
        becomes = {"turn_on": "on", "turn_off": "off", "lock": "locked", "unlock": "unlocked"}
        self.become(call["target"]["entity_id"], becomes[call["service"]])
        return None

    def become(self, entity_id: str, state: str, **attributes: Any) -> None:
        """An entity's state changes, as everybody who has subscribed is told."""
        held = {**self.states[entity_id][1], **attributes}
        self.states[entity_id] = state, held
        self.tell({"c": {entity_id: {"+": {"s": state, "a": attributes}}}})

    def tell(self, event: object) -> None:
        """Sends an event to whoever has subscribed to entities."""
        self._send("subscribe_entities", event)

    def registry_changes(self, registry: str = "entity_registry") -> None:
        """Tells of a change in a registry."""
        self._send("subscribe_events", {"event_type": f"{registry}_updated"})

    async def hang_up(self) -> None:
        """Closes every connection."""
        for socket in list(self.sockets):
            await socket.close()

    def _send(self, kind: str, event: Any) -> None:
        for socket, subscriptions in self.sockets.items():
            for number, asked in subscriptions.items():
                wanted = asked["type"] == kind and asked.get("event_type") in (None, dict(event).get("event_type"))
                if wanted:
                    self.post(socket, {"id": number, "type": "event", "event": event})

    def post(self, socket: web.WebSocketResponse, message: object) -> None:
        """Sends any message; None closes the connection."""
        self._outboxes[socket].put_nowait(message)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "auth_required", "ha_version": "2026.11.0"})
        self.logins.append((await socket.receive_json())["access_token"])
        if self.logins[-1] != self.token:
            await socket.send_json({"type": "auth_invalid", "message": "Invalid access token or password"})
            await socket.close()
            return socket
        await socket.send_json({"type": "auth_ok", "ha_version": "2026.11.0"})
        self.sockets[socket], self._outboxes[socket] = {}, asyncio.Queue()
        sending = asyncio.create_task(self._sends(socket))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._answer(socket, message.json())
        finally:
            del self.sockets[socket]
            sending.cancel()
            await asyncio.wait([sending])
        return socket

    async def _sends(self, socket: web.WebSocketResponse) -> None:
        while True:
            message = await self._outboxes[socket].get()
            if message is None:
                await socket.close()
                return
            await socket.send_json(message)

    def _answer(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> None:
        kind, number = asked["type"], asked["id"]
        done = self._result(socket, asked)
        if done == "silence":
            return
        if done == "close":
            self.post(socket, None)
        elif isinstance(done, str):
            error = {"code": "home_assistant_error", "message": done}
            self.post(socket, {"id": number, "type": "result", "success": False, "error": error})
        else:
            self.post(socket, {"id": number, "type": "result", "success": True, "result": done})
        if kind == "subscribe_entities":
            states = {one: {"s": s, "a": a} for one, (s, a) in self.states.items() if one in asked["entity_ids"]}
            first = {"a": states} if self.first is None else self.first
            self.post(socket, {"id": number, "type": "event", "event": first})

    def _result(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> object:
        kind = asked["type"]
        if kind in ("subscribe_events", "subscribe_entities"):
            self.sockets[socket][asked["id"]] = asked
            return None
        if kind == "unsubscribe_events":
            self.sockets[socket].pop(asked["subscription"], None)
            return None
        if kind == "call_service":
            self.calls.append(asked)
            return self.carry_out(asked)
        if kind == "conversation/process":
            self.calls.append(asked)
            return self.reply
        if kind == "config/entity_registry/get":
            return self.entities.get(asked["entity_id"], "Entity not found")
        if kind == "homeassistant/expose_entity/list":
            return {"exposed_entities": self.exposed} if self.admin else "Unauthorized"
        return {
            "get_config": {"state": self.state},
            "config/area_registry/list": self.areas,
            "config/floor_registry/list": self.floors,
            "config/device_registry/list": self.devices,
            "config/entity_registry/get_entries": self.entities,
        }[kind]


SOON_S = 90.0  # of virtual time: longer than every interval of the hub


@asynccontextmanager
async def up(home: FakeHomeAssistant, port: int = 0) -> AsyncIterator[FakeHomeAssistant]:
    """The home's server while the context lasts, on a free port unless told."""
    app = web.Application()
    app.router.add_get("/api/websocket", home.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, port)
    await site.start()
    bound = runner.addresses[0][1]
    home.url = f"http://{LOOPBACK}:{bound}"
    try:
        yield home
    finally:
        await home.hang_up()
        await runner.cleanup()


@asynccontextmanager
async def living(
    token: Secret, fake: FakeHomeAssistant | None = None
) -> AsyncIterator[tuple[HomeAssistant, FakeHomeAssistant]]:
    """A hub's home that has looked at a fake Home Assistant."""
    clock = asyncio.get_running_loop().time
    async with up(fake or FakeHomeAssistant()) as there, HomeAssistant(there.url, token, clock) as home:
        yield home, there


async def until(so: Callable[[], object]) -> None:
    """Waits for something to become so."""
    async with asyncio.timeout(SOON_S):
        while not so():  # noqa: ASYNC110 (it tells no one)
            await asyncio.sleep(0.01)


def put(token: Secret, value: str) -> None:
    """Changes what the secret's file holds."""
    Path(token.file).write_text(value)
