"""A client of Home Assistant's WebSocket and HTTP interfaces, as far as the checks ask: commands, states, events."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

LATE_S = 30.0
START_S = 120.0
OWNER = {"name": "Owner", "username": "owner", "password": "owner-of-checks", "language": "en"}


class Refused(Exception):
    """Home Assistant refused a command; holds what it said."""


class Client:
    """One WebSocket connection; `states` has what every entity was, with the loop's time, `changes` all of a change."""

    def __init__(self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.http = http
        self.states: dict[str, list[tuple[float, str]]] = {}
        self.changes: list[tuple[float, dict[str, Any]]] = []
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._changed = asyncio.Event()

    async def ask(self, command: str, **fields: object) -> Any:
        """Gives a command; returns its result or raises Refused."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "type": command, **fields})
        async with asyncio.timeout(LATE_S):
            return await answer

    async def started(self) -> None:
        """Waits until Home Assistant has started: before that a signal ends it without a word."""
        async with asyncio.timeout(START_S):
            while (await self.ask("get_config"))["state"] != "RUNNING":  # noqa: ASYNC110 (it tells no one)
                await asyncio.sleep(0.2)

    async def act(self, action: str, entity: str, **data: object) -> None:
        """Performs an action ("light.turn_off") on an entity and waits until it is done."""
        domain, service = action.split(".")
        fields = {"domain": domain, "service": service, "target": {"entity_id": entity}}
        await self.ask("call_service", **fields, service_data=data)

    def state(self, entity: str) -> str:
        """An entity's latest state; "" where it has none."""
        return self.states[entity][-1][1] if self.states.get(entity) else ""

    async def until(self, entity: str, *wanted: str, late_s: float = LATE_S) -> float:
        """Waits for an entity to have one of these states; returns the time of it. Raises TimeoutError."""
        try:
            await self.happens(lambda: self.state(entity) in wanted, late_s)
        except TimeoutError:
            raise TimeoutError(
                f"{entity} is {self.state(entity)}, not {' or '.join(wanted)}, for {late_s:g} s"
            ) from None
        return self.states[entity][-1][0]

    async def happens(self, so: Callable[[], object], late_s: float = LATE_S) -> None:
        """Waits for something to become so by a change of a state. Raises TimeoutError."""
        async with asyncio.timeout(late_s):
            while not so():
                self._changed.clear()
                await self._changed.wait()

    async def entities(self, domain: str, platform: str) -> list[str]:
        """The entities of a domain that an integration has made, in order."""
        listed = await self.ask("config/entity_registry/list")
        named = [entry["entity_id"] for entry in listed if entry["platform"] == platform]
        return sorted(name for name in named if name.startswith(f"{domain}."))

    async def follow(self) -> None:
        """Reads to the connection's end."""
        async for message in self._socket:
            self._take(message.json())

    async def watch(self) -> None:
        """Asks for the states, now and from now on."""
        await self.ask("subscribe_events", event_type="state_changed")
        for state in await self.ask("get_states"):
            self._note(state["entity_id"], state["state"])

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "result" and not (answer := self._answers.pop(message["id"])).done():
            if message["success"]:
                answer.set_result(message["result"])
            else:
                answer.set_exception(Refused(str(message["error"])))
        elif message["type"] == "event":
            changed = message["event"]["data"]
            self.changes.append((asyncio.get_running_loop().time(), changed))
            self._note(changed["entity_id"], (changed["new_state"] or {"state": ""})["state"])

    def _note(self, entity: str, state: str) -> None:
        self.states.setdefault(entity, []).append((asyncio.get_running_loop().time(), state))
        self._changed.set()


@asynccontextmanager
async def connected(url: str, token: str) -> AsyncIterator[Client]:
    """A client while the context lasts."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(url, headers=headers) as http, http.ws_connect("/api/websocket") as socket:
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": token})
        if (said := await socket.receive_json())["type"] != "auth_ok":
            raise Refused(str(said))
        client = Client(http, socket)
        reader = asyncio.create_task(client.follow())
        try:
            await client.watch()
            yield client
        finally:
            reader.cancel()


async def onboard(url: str) -> str:
    """Makes the owner of a fresh Home Assistant; returns a token that lasts longer than any check."""
    me = f"{url}/"
    async with aiohttp.ClientSession(url, raise_for_status=True) as http:
        async with http.post("/api/onboarding/users", json={"client_id": me, **OWNER}) as made:
            code = (await made.json())["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": me}
        async with http.post("/auth/token", data=form) as granted:
            token = str((await granted.json())["access_token"])
        headers = {"Authorization": f"Bearer {token}"}
        for step, body in {
            "core_config": {},
            "analytics": {},
            "integration": {"client_id": me, "redirect_uri": me},
        }.items():
            await http.post(f"/api/onboarding/{step}", json=body, headers=headers)
    async with connected(url, token) as client:
        await client.ask("http/config/promote")  # else it restarts with other settings after five minutes
        return str(await client.ask("auth/long_lived_access_token", client_name="checks", lifespan=1))


async def add_wyoming(client: Client, host: str, port: int) -> str:
    """Adds a Wyoming service by its address, as the integrations page does; returns the entry's id."""
    flows = "/api/config/config_entries/flow"
    async with client.http.post(flows, json={"handler": "wyoming"}) as begun:
        flow = (await begun.json())["flow_id"]
    async with client.http.post(f"{flows}/{flow}", json={"host": host, "port": port}) as ended:
        done = await ended.json()
    if done.get("type") != "create_entry":
        raise Refused(f"no entry for {host} port {port}: {done}")
    return str(done["result"]["entry_id"])


async def make_pipeline(client: Client, name: str, engines: dict[str, str]) -> str:
    """Makes a pipeline of these engines (`stt_engine`, `conversation_engine` …) in English; returns its id."""
    languages = dict.fromkeys(("language", "conversation_language", "stt_language", "tts_language"), "en")
    absent = dict.fromkeys(("tts_voice", "wake_word_entity", "wake_word_id"))
    engines = {"conversation_engine": "conversation.home_assistant"} | engines
    made = await client.ask("assist_pipeline/pipeline/create", name=name, **languages, **absent, **engines)
    return str(made["id"])


async def pipeline_runs(client: Client, pipeline: str) -> list[list[dict[str, Any]]]:
    """The events of each run of a pipeline that Home Assistant remembers, oldest first."""
    listed = await client.ask("assist_pipeline/pipeline_debug/list", pipeline_id=pipeline)
    ids = [run["pipeline_run_id"] for run in listed["pipeline_runs"]]
    get = "assist_pipeline/pipeline_debug/get"
    return [(await client.ask(get, pipeline_id=pipeline, pipeline_run_id=run))["events"] for run in ids]
