"""A satellite of somebody else's, led by Home Assistant with a pipeline of Hark alone.

WYOMING_SATELLITE_COMMAND names one that takes the options of rhasspy's wyoming-satellite, for example
`python -m wyoming_satellite`; its microphone, its speaker and its wake word are commands of ours.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from bench.spoken import record
from tests.conformance.stage import NotAsked, expect
from tests.home_assistant.checks import TURN_S
from tests.home_assistant.client import add_wyoming, make_pipeline, pipeline_runs
from tests.home_assistant.homes import real_state
from tests.home_assistant.house import LIGHT, House, running
from tests.home_assistant.texts import agent, ms_between
from tests.peers import free_port
from tests.wire_pairs import LOOPBACK
from wire.pcm import PcmFormat

COMMAND = "WYOMING_SATELLITE_COMMAND"
SATELLITE, ASSISTANT, PIPELINE = "assist_satellite.attic", "select.attic_assistant", "Hark for the attic"
SPEAKER = PcmFormat(22_050)
SHORTEST_S = 0.5  # of a reply
LOUD = 1_000  # of 32768


async def serves_a_third_party(house: House) -> str:
    """A command that is spoken to it switches a light, and its speaker plays the reply."""
    async with attic(house.folder / "attic") as port, agent(house) as hark:
        entry = await add_wyoming(house.home, LOOPBACK, port)
        engines = {f"{domain}_engine": hark.entities[domain] for domain in ("stt", "tts", "conversation")}
        pipeline = await make_pipeline(house.home, PIPELINE, engines)
        try:
            await house.home.until(ASSISTANT, "preferred")
            await house.home.act("select.select_option", ASSISTANT, option=PIPELINE)
            await house.home.until(SATELLITE, "idle")
            return await _asked(house, pipeline)
        finally:
            await house.home.act("light.turn_off", LIGHT)
            await house.home.http.delete(f"/api/config/config_entries/entry/{entry}")
            await house.home.ask("assist_pipeline/pipeline/delete", pipeline_id=pipeline)


async def _asked(house: House, pipeline: str) -> str:
    """Says the wake word and a command; tells what came of it."""
    record(house.sentence("turn on the kitchen light"), house.folder / "attic" / "question.wav")
    await house.home.until(SATELLITE, "listening", late_s=TURN_S)
    await house.home.until(LIGHT, "on")
    await house.home.until(SATELLITE, "idle", late_s=TURN_S)
    at = {event["type"]: event for event in (await pipeline_runs(house.home, pipeline))[-1]}
    heard, reply = at["stt-end"]["data"]["stt_output"]["text"], at["tts-start"]["data"]["tts_input"]
    expect((await real_state(house, LIGHT)) == "on", f"the light is not on: {heard!r} > {reply!r}")
    spoken_s = _loud_s(house.folder / "attic" / "played")
    expect(spoken_s > SHORTEST_S, f"its speaker has played {spoken_s:.1f} s of {reply!r}")
    took = ms_between(at["stt-end"], at["intent-end"])
    return f"{heard!r} > {reply!r}, {took:.0f} ms after the words; light on; {spoken_s:.1f} s of sound played"


def _loud_s(path: Path) -> float:
    """Seconds from the first loud sample to the last."""
    sound = path.read_bytes() if path.exists() else b""
    loud = np.flatnonzero(np.abs(np.frombuffer(sound[: len(sound) // 2 * 2], "<i2").astype(int)) > LOUD)
    return float(loud[-1] - loud[0]) / SPEAKER.rate if loud.size else 0.0


@asynccontextmanager
async def attic(folder: Path) -> AsyncIterator[int]:
    """The satellite, which hears the WAV files of a folder and writes what it plays there; gives its port."""
    if not (command := os.environ.get(COMMAND)):
        raise NotAsked(f"{COMMAND} names no such satellite")
    await asyncio.to_thread(folder.mkdir)
    devices, port = (sys.executable, "-m", "tests.home_assistant.devices"), free_port()
    own = {
        "--uri": f"tcp://{LOOPBACK}:{port}",
        "--name": "Attic",
        "--mic-command": shlex.join((*devices, "microphone", str(folder))),
        "--wake-command": shlex.join((*devices, "ears")),
        "--snd-command": shlex.join(("dd", f"of={folder / 'played'}", "bs=512", "status=none")),
    }
    options = [part for option in own.items() for part in option]
    async with running("satellite", *shlex.split(command), "--no-zeroconf", *options) as program:
        await program.says("Ready")
        yield port


CHECKS: tuple[Callable[[House], Awaitable[str]], ...] = (serves_a_third_party,)
