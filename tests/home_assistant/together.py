"""All of Hark at one Home Assistant: two satellites with an entry each, the hub that leads them, and its services.

The hub's home is that Home Assistant. A recorder stands between Home Assistant and each satellite; what a satellite
plays lies in its folder, one file for each reply, and `said.wav` for what belongs to no turn.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.spoken import record
from tests.conformance.controller import Failed
from tests.conformance.recorder import Recorder, recording
from tests.home_assistant.client import Client, add_wyoming
from tests.home_assistant.house import House
from tests.home_assistant.running import TURN_S, Running
from tests.peers import free_port
from tests.wire_pairs import LOOPBACK

SAID = "said.wav"


@dataclass
class Satellite:
    """One of the two, and what Home Assistant calls it."""

    name: str
    folder: Path
    port: int
    """Where Home Assistant dials: the recorder's."""
    recorder: Recorder
    running: Running
    entry: str = ""
    entities: dict[str, str] = field(default_factory=dict)
    """By what each is at the device: "assist_satellite", "mute", "pipeline" …"""
    device: str = ""
    spoken: int = 0

    @property
    def entity(self) -> str:
        """The one that announces."""
        return self.entities["assist_satellite"]

    @property
    def played(self) -> dict[str, tuple[int, int]]:
        """What its speaker has played: names of files, with when each was written and its size."""
        files = sorted((self.folder / "speaker").glob("*.wav"))
        return {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in files}

    @property
    def said(self) -> Path:
        """The latest that it played and that belongs to no turn."""
        return self.folder / "speaker" / SAID

    async def plays(self, file: str) -> None:
        """Waits until a file of its speaker is there. Raises TimeoutError."""
        async with asyncio.timeout(TURN_S):
            while file not in self.played:  # noqa: ASYNC110 (it tells no one)
                await asyncio.sleep(0.1)

    def unsay(self) -> None:
        """Takes back what its microphone has not heard: a new process would hear all that lies there."""
        for path in (self.folder / "microphone").glob("*.wav"):
            path.unlink()


class Together:
    """The house with all of it."""

    def __init__(self, house: House, pantry: Satellite, bedroom: Satellite, hub: Running) -> None:
        self.house = house
        self.pantry, self.bedroom, self.hub = pantry, bedroom, hub

    @property
    def home(self) -> Client:
        """See House."""
        return self.house.home

    async def speak(self, satellite: Satellite, text: str) -> None:
        """Somebody says the wake word and a sentence to a satellite."""
        satellite.spoken += 1
        sentence = await asyncio.to_thread(self.house.sentence, text)
        record(sentence, satellite.folder / "microphone" / f"{satellite.spoken:04}.wav")

    async def asks(self, satellite: Satellite, text: str) -> str:
        """The same, led by the hub; returns the reply once it has been played. Raises Failed."""
        mark = len(self.hub.seen)
        await self.speak(satellite, text)
        try:
            over = await self.hub.sees(
                lambda seen: (seen["event"], seen["satellite"]) == ("times", satellite.name), mark
            )
        except TimeoutError:
            logs = [f"{text!r} was not answered; the hub saw {self.hub.seen[mark:]}"]
            logs += [f"    {line}" for one in (self.hub, satellite.running) for line in one.program.log[-8:]]
            raise Failed("\n".join(logs)) from None
        return self.reply(str(over["turn"]))

    def reply(self, turn: str) -> str:
        """The words of a turn's reply."""
        return " ".join(str(seen["text"]) for seen in self.hub.seen if (seen["event"], seen["turn"]) == ("reply", turn))

    async def led(self) -> None:
        """Waits until the hub leads both."""
        for satellite in (self.pantry, self.bedroom):
            await self.hub.program.says(f"leading {satellite.name}")

    async def runs(self) -> int:
        """How many runs Home Assistant remembers of all its pipelines."""
        listed = await self.home.ask("assist_pipeline/pipeline/list")
        debug = "assist_pipeline/pipeline_debug/list"
        each = [await self.home.ask(debug, pipeline_id=one["id"]) for one in listed["pipelines"]]
        return sum(len(one["pipeline_runs"]) for one in each)

    async def registered(self) -> dict[str, list[str]]:
        """Home Assistant's entries, devices and entities of the integration, each by its id and name."""
        entries = await self.home.ask("config_entries/get", domain="wyoming")
        ids = {entry["entry_id"] for entry in entries}
        devices = await self.home.ask("config/device_registry/list")
        entities = await self.home.ask("config/entity_registry/list")
        return {
            "entries": sorted(f"{entry['title']} {entry['entry_id']}" for entry in entries),
            "devices": sorted(f"{one['name']} {one['id']}" for one in devices if ids & set(one["config_entries"])),
            "entities": sorted(f"{one['entity_id']}" for one in entities if one["platform"] == "wyoming"),
        }


@asynccontextmanager
async def together(house: House, *settings: str) -> AsyncIterator[Together]:
    """All of it while the context lasts, with further settings of the hub; Home Assistant then forgets it."""
    folder = house.folder / "together"
    serve_port = free_port()
    await asyncio.to_thread(_fresh, folder, house.token)
    async with AsyncExitStack() as stack:
        pair = [await _satellite(stack, folder, name) for name in ("Pantry", "Bedroom")]
        own = (
            *(f"home.url={house.url}", f"home.token.file={folder / 'token'}", f"serve.port={serve_port}"),
            *("timeline.file=", f"timers.file={folder / 'timers.json'}", *settings),
        )
        dialled = [part for one in pair for part in ("--satellite", f"{LOOPBACK}:{one.recorder.target[1]}")]
        sets = [part for setting in own for part in ("--set", setting)]
        hub = Running("hub", r"listen on .* port", *dialled, "--watch", "json", *sets)
        stack.push_async_callback(hub.stop)
        await hub.start()
        made = Together(house, pair[0], pair[1], hub)
        await made.led()
        entries: list[str] = []
        stack.push_async_callback(_forget, house, entries)
        for one in pair:
            await _introduce(house, one)
            entries.append(one.entry)
        entries.append(await add_wyoming(house.home, LOOPBACK, serve_port))
        yield made


async def _satellite(stack: AsyncExitStack, folder: Path, name: str) -> Satellite:
    own, port, recorder_port = folder / name.lower(), free_port(), free_port()
    settings = f"state.file={own / 'state.json'}", "control.socket="
    sound = "--mic", f"wav:{own / 'microphone'}", "--speaker", f"wav:{own / 'speaker'}"
    sets = [part for setting in settings for part in ("--set", setting)]
    running = Running("satellite", "listens on ", "--port", str(port), *sound, *sets, "--name", name)
    recorder = await stack.enter_async_context(recording(LOOPBACK, recorder_port, (LOOPBACK, port)))
    stack.push_async_callback(running.stop)
    await running.start()
    return Satellite(name, own, recorder_port, recorder, running)


async def _introduce(house: House, satellite: Satellite) -> None:
    """Adds it to Home Assistant, as the integrations page does, and chooses its assistant."""
    satellite.entry = await add_wyoming(house.home, LOOPBACK, satellite.port)
    listed = await house.home.ask("config/entity_registry/list")
    own = [one for one in listed if one["config_entry_id"] == satellite.entry]
    satellite.entities = {one["unique_id"].partition("-")[2]: one["entity_id"] for one in own}
    satellite.device = own[0]["device_id"]
    await house.home.until(satellite.entities["pipeline"], "preferred")
    await house.home.act("select.select_option", satellite.entities["pipeline"], option="Hark")
    await house.home.until(satellite.entity, "idle")


async def _forget(house: House, entries: list[str]) -> None:
    for entry in entries:
        await house.home.http.delete(f"/api/config/config_entries/entry/{entry}")


def _fresh(folder: Path, token: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("pantry", "bedroom"):
        for part in ("microphone", "speaker"):
            (folder / name / part).mkdir(parents=True)
    (folder / "token").write_text(token)
