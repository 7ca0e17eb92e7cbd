"""How soon a confirmation is heard: from the moment at which the home confirmed an action to the first sound sent.

    python -m bench.confirmation [--turns 40] [--json FILE]

A whole hub's engines answer commands to the demo home, with each voice that can be loaded here: espeak, Piper with a
stub of a model and Kokoro with a small one of random weights, so their own times are no real model's. `made` keeps no
sound, so that each confirmation is made anew; `ready` has it from before. In ms of this machine, median and the 95th
percentile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

from wyoming.audio import AudioChunk
from wyoming.event import Event

import config
from config.hub import HubSettings
from config.loading import assignment, build, read
from hub.assembly import assembled
from hub.engines import Engines
from hub.llm.responder import Request
from hub.means import Turn
from hub.room import Room
from hub.stt.recognizer import RecognizerError
from hub.timeline import Timeline
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from hub.tts.voice import VoiceError
from hub.turn import respond
from hub.watch import Seen
from tests import stub_piper
from wire.connection import Sendable

COMMANDS = ("turn on the kitchen lights", "turn off the kitchen lights")
KEEPS = {"made": 0, "ready": 64}
"""MB of sound that are kept."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser("bench/confirmation.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=40, metavar="N", help="with each voice (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    options = parser.parse_args(argv)
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, given in voices(Path(folder)).items():
            for kept, megabytes in KEEPS.items():
                try:
                    took = asyncio.run(measured([*given, f"tts.cache.memory_mb={megabytes}"], options.turns))
                except (VoiceError, RecognizerError) as error:
                    print(f"{name}: left out: {error}")
                    break
                found[f"{name}, {kept}"] = figures(took)
                print(
                    f"{name}, {kept}".ljust(20),
                    *(f"{key} {value:.1f} ms".ljust(18) for key, value in figures(took).items()),
                )
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    return 0


def voices(folder: Path) -> Mapping[str, Sequence[str]]:
    """The settings of each voice; what a model needs is written into the folder."""
    piper = stub_piper.make(folder / "piper")
    found = {
        "espeak": ['tts.engines=["espeak"]'],
        "piper": ['tts.engines=["piper"]', f"tts.piper.voice={piper}"],
    }
    try:
        from tests import tiny_kokoro
    except ImportError as error:
        print(f"kokoro: left out: {error}")
        return found
    kokoro = tiny_kokoro.make(folder / "kokoro")
    return {**found, "kokoro": ['tts.engines=["kokoro"]', f"tts.kokoro.model={kokoro}", "tts.kokoro.device=cpu"]}


async def measured(given: Sequence[str], turns: int) -> list[float]:
    """Seconds from each confirmed action to the first sound."""
    plain = ("tts.cache.folder=", "timeline.file=", "timers.file=")
    defaults = read(Path(config.__file__).with_name("hub.toml"))
    settings = build(HubSettings, [defaults, *map(assignment, [*plain, *given])])
    async with assembled(settings, TimerKeeper(TimersFile(None))) as engines:
        for command in COMMANDS:  # what is made at first use is made
            await one(engines, settings, command)
        return [await one(engines, settings, COMMANDS[turn % len(COMMANDS)]) for turn in range(turns)]


async def one(engines: Engines, settings: HubSettings, command: str) -> float:
    """The same for one command, as at the end of a turn."""
    done: list[float] = []
    first: list[float] = []

    def see(seen: Seen) -> None:
        if seen["event"] == "action":
            done.append(time.perf_counter())

    async def send(event: Event | Sendable) -> None:
        if isinstance(event, AudioChunk):
            first.append(time.perf_counter())
            room.progress.report(60.0)  # nobody listens: nothing is waited for

    room = Room("bench:1", "bench", "Kitchen", send)
    room.certain.set()
    timeline = Timeline(room.turn, room.satellite, engines.names(), asyncio.get_running_loop().time)
    await respond(room, Turn(engines, settings, timeline, see), Request(command, room.satellite, room.area))
    return first[0] - done[0]


def figures(seconds: Sequence[float]) -> dict[str, float]:
    """In ms."""
    return {"median": 1000 * median(seconds), "p95": 1000 * quantiles(seconds, n=20)[-1], "worst": 1000 * max(seconds)}


if __name__ == "__main__":
    raise SystemExit(main())
