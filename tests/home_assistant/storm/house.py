"""The house of the storm: a real Home Assistant, a hub whose home it is, and two satellites that the hub leads.

Each satellite is an entry of Home Assistant's, too, which stands by, and so are the hub's services. A program comes
back on its port and with its files.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from time import monotonic

import msgspec

from bench.house import Program, Seen
from bench.spoken import said
from satellite.doctor.facts import ask
from satellite.panel.actions import Status
from tests.home_assistant.client import Client, add_wyoming, connected, make_pipeline, onboard
from tests.home_assistant.house import HERE, LIGHT, answers
from tests.home_assistant.room import Files
from tests.home_assistant.storm import sight
from tests.home_assistant.storm.plan import BEDROOM, HOME, HUB, KITCHEN, SATELLITES, How, Restart
from tests.home_assistant.storm.unit import Unit
from tests.peers import free_port
from tests.wire_pairs import LOOPBACK

LIGHTS = {KITCHEN: LIGHT, BEDROOM: "light.bedroom_light"}
STORM = "the storm"
WRITTEN_S = 15.0  # Home Assistant writes what was changed after 10 s


class House:
    """All programs, by name, and what they are asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in (HOME, HUB, *SATELLITES)}
        self.url = f"http://{LOOPBACK}:{self.ports[HOME]}"
        self.seen: list[tuple[float, Seen]] = []
        """The events of the hub's watch, with time.monotonic()."""
        self.started_at = 0.0
        """When Home Assistant had last started, of time.monotonic()."""
        self.rooms = {name: _room(folder / name) for name in SATELLITES}
        self.units = {
            HOME: Unit(HOME, (*shlex.split(os.environ["HASS_COMMAND"]), "-c", str(folder / HOME)), self._home_is_up),
            HUB: Unit(HUB, self._hub(), lambda hub: hub.says("listen on "), self._see),
        }
        for name in SATELLITES:
            self.units[name] = Unit(name, self._satellite(name), lambda satellite: satellite.says("listens on "))
        self.entries: dict[str, str] = {}
        """Home Assistant's entry for each of the others."""
        self._token = ""
        self._client: Client | None = None
        self._connected = AsyncExitStack()

    @property
    def home(self) -> Client:
        """The client of a Home Assistant that is up."""
        assert self._client is not None
        return self._client

    async def restart(self, restart: Restart) -> None:
        """Restarts one program; returns when it listens, Home Assistant when it has started."""
        await asyncio.sleep(restart.after_s)
        unit = self.units[restart.program]
        if restart.how in (How.FROZEN, How.VANISHED):
            await unit.freeze()
        if restart.how is How.FROZEN:
            unit.thaw()
            self.started_at = unit.up_at if restart.program == HOME else self.started_at
            return
        if restart.how is How.SERVICE:
            with suppress(TimeoutError):  # it may be gone before it has answered
                async with asyncio.timeout(2.0):
                    await self.home.ask("call_service", domain="homeassistant", service="restart")
        await unit.end(How.KILLED if restart.how is How.VANISHED else restart.how)
        await asyncio.sleep(restart.down_s)
        await self.start(restart.program)

    async def start(self, name: str) -> None:
        """Starts a program that has ended; returns when it listens, Home Assistant when it has started."""
        if name in SATELLITES:
            self.rooms[name].unsay()  # a new process would play all that lies in the folder
        if name == HOME:
            await self._connected.aclose()
        await self.units[name].start()
        if name == HOME:
            self._token = self._token or await onboard(self.url)
            self._connected = AsyncExitStack()
            self._client = await self._connected.enter_async_context(connected(self.url, self._token))
            await self._client.started()
            self.started_at = monotonic()

    def speak(self, satellite: str, text: str) -> None:
        """Speaks the wake word and a sentence into a satellite's microphone."""
        self.rooms[satellite].speak(said(text, self.folder))

    async def status(self, satellite: str) -> Status | None:
        """What a satellite tells its lights; None where it does not answer."""
        try:
            return await asyncio.to_thread(ask, self._socket(satellite))
        except (OSError, msgspec.DecodeError):
            return None

    async def press(self, satellite: str, action: str) -> None:
        """Presses a satellite's button, where it is there."""
        with suppress(OSError):
            _, writer = await asyncio.open_unix_connection(self._socket(satellite))
            writer.write(b'{"do": "%b"}\n' % action.encode())
            await writer.drain()
            writer.close()

    def connections(self) -> dict[str, set[int]]:
        """See sight.connections; without the storm's own."""
        pids = {name: unit.pid for name, unit in self.units.items()}
        seen = sight.connections(pids | {STORM: os.getpid()}, self.ports)
        return {pair: ports for pair, ports in seen.items() if STORM not in pair}

    async def stop(self) -> None:
        """Ends all programs."""
        await self._connected.aclose()
        for unit in reversed(self.units.values()):
            if hasattr(unit, "program") and unit.program.process.returncode is None:
                unit.thaw()
                await unit.end()

    def _see(self, seen: Seen) -> None:
        self.seen.append((monotonic(), seen))

    def _socket(self, satellite: str) -> Path:
        return self.folder / f"{satellite}.sock"

    def _hub(self) -> list[str]:
        token = self.folder / "token"
        dials = [part for name in SATELLITES for part in ("--satellite", f"{LOOPBACK}:{self.ports[name]}")]
        own = ("timeline.file=", "timers.file=", f"serve.port={self.ports[HUB]}")
        home = (f"home.url={self.url}", f"home.token.file={token}")
        return [sys.executable, "-m", "hub", "--watch", "json", *dials, *_sets(*own, *home)]

    def _satellite(self, name: str) -> list[str]:
        own = (f"control.socket={self._socket(name)}", f"state.file={self.folder / name}.json", f"area={name.title()}")
        said_to_be = ("--name", name.title(), "--port", str(self.ports[name]))
        return [sys.executable, "-m", "satellite", *said_to_be, *self.rooms[name].options, *_sets(*own)]

    async def _home_is_up(self, home: Program) -> None:
        await answers(self.url, "/api/" if self._token else "/api/onboarding")

    async def set_up(self) -> None:
        """Starts everything the first time, and adds the satellites and the services to Home Assistant."""
        await asyncio.gather(*(self.start(name) for name in (HOME, *SATELLITES)))
        await asyncio.to_thread((self.folder / "token").write_text, self._token)
        await self.start(HUB)
        for name in (HUB, *SATELLITES):
            self.entries[name] = await add_wyoming(self.home, LOOPBACK, self.ports[name])
        (stt,), (tts,) = [await self.home.entities(kind, "wyoming") for kind in ("stt", "tts")]
        pipeline = await make_pipeline(self.home, "Hark", {"stt_engine": stt, "tts_engine": tts})
        await self.home.ask("assist_pipeline/pipeline/set_preferred", pipeline_id=pipeline)
        await asyncio.sleep(WRITTEN_S)


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """A house while the context lasts."""
    (folder / HOME).mkdir()
    made = House(folder)
    text = (HERE / "configuration.yaml").read_text().replace("{port}", str(made.ports[HOME]))
    (folder / HOME / "configuration.yaml").write_text(text)
    try:
        await made.set_up()
        yield made
    finally:
        await made.stop()


def _room(folder: Path) -> Files:
    folder.mkdir()
    return Files(folder)


def _sets(*settings: str) -> list[str]:
    return [part for setting in settings for part in ("--set", setting)]
