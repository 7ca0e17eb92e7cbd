"""A house to check: the real Home Assistant, a hub that only serves it, a satellite, and a recorder between the two.

Every program is a process of its own and ends with the context. Home Assistant's own folder and the satellite's
microphone and speaker lie in one temporary folder below /tmp, where the `hass` of ../shared/homeassistant wants it.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np

from bench.house import Program
from bench.spoken import Question, said
from tests.conformance.recorder import Recorder, recording
from tests.home_assistant.client import Client, add_wyoming, connected, make_pipeline, onboard, pipeline_runs
from tests.home_assistant.room import Room, room
from tests.peers import free_port
from tests.wire_pairs import LOOPBACK
from wire.pcm import SPEECH

HERE = Path(__file__).parent
START_S = 240.0  # Home Assistant's very first start installs what its integrations need
SATELLITE = "assist_satellite.kitchen"
ASSISTANT = "select.kitchen_assistant"
MUTE = "switch.kitchen_mute"
LIGHT = "light.kitchen_light"
NOT_YET = 404  # of a path that nothing serves so far
STOP_S = 40.0  # it writes its states and waits for its integrations


class House:
    """All programs of the house; `home` is None while Home Assistant is down."""

    def __init__(self, folder: Path, recorder: Recorder, room: Room, satellite: Sequence[str]) -> None:
        self.folder = folder
        self.room = room
        self.recorder = recorder
        self.url = ""
        self.token = ""
        self.pipeline = ""
        self.satellite: Program
        self.entry = ""
        self.satellite_port = 0
        self._satellite_options = ("--port", str(recorder.target[1]), *room.options, *satellite)
        self._satellite = AsyncExitStack()
        self._home: Client | None = None
        self._running: AsyncExitStack | None = None

    @property
    def home(self) -> Client:
        """The client of a Home Assistant that is up."""
        assert self._home is not None
        return self._home

    def speak(self, sentence: str) -> None:
        """Speaks the wake word and a sentence, or nothing after it, into the satellite's microphone."""
        self.room.speak(self.sentence(sentence) if sentence else Question("", np.zeros(SPEECH.rate // 2, np.float32)))

    def sentence(self, text: str) -> Question:
        """A sentence, spoken."""
        return said(text, self.folder)

    async def converse(self, text: str) -> str:
        """A sentence typed to Home Assistant in the satellite's name; returns the reply's words."""
        devices = await self.home.ask("config/entity_registry/get", entity_id=SATELLITE)
        agent = {"agent_id": "conversation.home_assistant", "device_id": devices["device_id"]}
        answer = await self.home.ask("conversation/process", text=text, language="en", **agent)
        return str(answer["response"]["speech"]["plain"]["speech"])

    async def last_reply(self) -> str:
        """The words of the last reply, from the events of its run."""
        events = (await pipeline_runs(self.home, self.pipeline))[-1]
        spoken = [event["data"]["tts_input"] for event in events if event["type"] == "tts-start"]
        return str(spoken[-1]) if spoken else ""

    async def add_satellite(self) -> None:
        """Adds the satellite to Home Assistant, by the recorder's address."""
        self.entry = await add_wyoming(self.home, LOOPBACK, self.satellite_port)

    async def reload_satellite(self) -> None:
        """Has Home Assistant load the satellite's entry anew."""
        async with self.home.http.post(f"/api/config/config_entries/entry/{self.entry}/reload") as done:
            done.raise_for_status()

    async def restart_satellite(self) -> None:
        """Kills the satellite's process and starts another on the same port."""
        self.satellite.process.kill()
        await self.satellite.process.wait()  # else the signal that ends programs would reap it before asyncio does
        await self._satellite.aclose()
        self.room.unsay()  # a new process would play all that lies in the folder
        await self.start_satellite()

    async def start_satellite(self) -> None:
        """Starts the satellite."""
        self._satellite = AsyncExitStack()
        self.satellite = await self._satellite.enter_async_context(_satellite(self.folder, *self._satellite_options))

    async def stop_satellite(self) -> None:
        """Ends the satellite."""
        await self._satellite.aclose()

    async def started_runs(self) -> list[dict[str, Any]]:
        """The beginning of each run of the pipeline, oldest first."""
        return [events[0] for events in await pipeline_runs(self.home, self.pipeline)]

    async def start_home(self) -> None:
        """Starts Home Assistant, onboards it the first time, and connects to it."""
        command = shlex.split(os.environ["HASS_COMMAND"])
        self._running = AsyncExitStack()
        hass = await self._running.enter_async_context(running("hass", *command, "-c", str(self.folder / "home")))
        self._running.push_async_callback(_ends, hass)
        await answers(self.url, "/api/" if self.token else "/api/onboarding")
        self.token = self.token or await onboard(self.url)
        self._home = await self._running.enter_async_context(connected(self.url, self.token))
        await self._home.started()

    async def stop_home(self) -> None:
        """Ends Home Assistant as a service manager would."""
        if self._running is not None:
            await self._running.aclose()
        self._running = self._home = None


@asynccontextmanager
async def house(folder: Path, with_card: bool = False, satellite: Sequence[str] = ()) -> AsyncIterator[House]:
    """A house whose Home Assistant knows the satellite and the hub's services and has a pipeline of them."""
    hub_port = free_port()
    async with _hub(hub_port), fresh_house(folder, with_card, satellite) as made:
        await add_wyoming(made.home, LOOPBACK, hub_port)
        await made.add_satellite()
        made.pipeline = await _pipeline(made.home)
        yield made


@asynccontextmanager
async def fresh_house(folder: Path, with_card: bool = False, satellite: Sequence[str] = ()) -> AsyncIterator[House]:
    """A house whose Home Assistant has just been installed, and a satellite that it does not know."""
    (folder / "home").mkdir()
    satellite_port, recorder_port, home_port = (free_port() for _ in range(3))
    text = (HERE / "configuration.yaml").read_text().replace("{port}", str(home_port))
    (folder / "home" / "configuration.yaml").write_text(text)
    async with AsyncExitStack() as stack:
        target = LOOPBACK, satellite_port
        recorder = await stack.enter_async_context(recording(LOOPBACK, recorder_port, target))
        made = House(folder, recorder, await stack.enter_async_context(room(folder, with_card)), satellite)
        made.url = f"http://{LOOPBACK}:{home_port}"
        made.satellite_port = recorder_port
        stack.push_async_callback(made.stop_satellite)
        await made.start_satellite()
        stack.push_async_callback(made.stop_home)
        await made.start_home()
        yield made


async def _pipeline(home: Client) -> str:
    """Makes a pipeline of the hub's services and selects it for the satellite."""
    (stt,), (tts,) = await home.entities("stt", "wyoming"), await home.entities("tts", "wyoming")
    made = await make_pipeline(home, "Hark", {"stt_engine": stt, "tts_engine": tts})
    await home.until(ASSISTANT, "preferred")
    await home.act("select.select_option", ASSISTANT, option="Hark")
    return made


@asynccontextmanager
async def _satellite(folder: Path, *options: str) -> AsyncIterator[Program]:
    own = ("--set", f"control.socket={folder / 'satellite.sock'}", "--set", f"state.file={folder / 'satellite.json'}")
    command = (sys.executable, "-m", "satellite", "--name", "Kitchen", *own, *options)
    async with running("satellite", *command) as program:
        await program.says("listens on ")
        yield program


@asynccontextmanager
async def _hub(port: int) -> AsyncIterator[Program]:
    settings = ("fleet.satellites=[]", "timeline.file=", f"serve.port={port}")
    sets = [part for setting in settings for part in ("--set", setting)]
    command = (sys.executable, "-m", "hub", "--home", str(HERE / "home.toml"), *sets)
    async with running("hub", *command) as program:
        await program.says("listen on ")
        yield program


@asynccontextmanager
async def running(name: str, *command: str) -> AsyncIterator[Program]:
    """Runs a program while the context lasts and keeps its log."""
    null = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdin=null, stdout=null, stderr=asyncio.subprocess.PIPE, limit=1 << 20
    )
    program = Program(name, process)
    reading = asyncio.create_task(program.read_log())
    try:
        yield program
    finally:
        await program.stop()
        await reading


async def _ends(program: Program) -> None:
    """Tells a program to end and gives it time."""
    if program.process.returncode is None:
        program.process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await program.process.wait()


async def answers(url: str, path: str) -> None:
    """Waits until Home Assistant serves a path, whomever it lets in."""
    async with asyncio.timeout(START_S), aiohttp.ClientSession(url) as http:
        while True:
            try:
                async with http.get(path) as answer:
                    if answer.status != NOT_YET:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.5)


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Below /tmp, whatever TMPDIR says: the tree that Home Assistant lives in sees nothing else of this machine."""
    return tempfile.TemporaryDirectory(prefix="hark-home-", dir="/tmp")
