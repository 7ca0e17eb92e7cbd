"""hark-hub as it is, but for its engines, which only take time.

python -m bench.load.hub [--workload FILE] [--machine NAME] [--best] [--tell] [hark-hub's own options]
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from bench.load import workload
from bench.load.devices import Devices
from bench.load.machine import MACHINES, Machine
from bench.load.scripted import ScriptedRecognizer, ScriptedResponder, ScriptedVoice
from bench.load.workload import Workload
from config.hub import HubSettings
from hub import __main__ as hark_hub
from hub.assembly import Assemble
from hub.engines import Engines
from hub.load.ladder import Rung
from hub.parts import hearing
from hub.parts.homes import demo_home
from hub.parts.load import on
from hub.stt.ending.completeness import Completeness
from hub.timers.keeper import TimerKeeper
from hub.tts.tiers import Tiers
from hub.watch import Watch, watcher


def assembled(given: Workload, machine: Machine, tell: Watch) -> Assemble:
    """How a hub comes to these engines."""

    @asynccontextmanager
    async def engines(settings: HubSettings, timers: TimerKeeper) -> AsyncGenerator[Engines]:
        completeness = Completeness(demo_home(settings.home), settings.llm.language)
        async with on(machine.slots, machine.where(), settings) as load:
            devices = Devices(load, tell)
            voices = [ScriptedVoice(given, machine, number, devices) for number in range(len(machine.voices))]
            yield Engines(
                recognizer=ScriptedRecognizer(given, machine, devices, partial(load.past, Rung.SMALL_STT)),
                vad=hearing.vad(settings.vad),
                judge=lambda words: asyncio.to_thread(completeness.p_end, words),
                responder=ScriptedResponder(given),
                voices=Tiers({voice.name: voice for voice in voices}, lambda: int(load.past(Rung.SMALL_VOICE))),
                load=load,
            )

    return engines


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--workload", type=Path, default=workload.SHIPPED)
    parser.add_argument("--machine", choices=list(MACHINES), default="unlimited")
    parser.add_argument("--best", action="store_true")
    parser.add_argument("--tell", action="store_true")
    options, rest = parser.parse_known_args()
    tell = watcher("json" if options.tell else None)
    machine = MACHINES[options.machine].best() if options.best else MACHINES[options.machine]
    hark_hub.main(rest, assembled(workload.read(options.workload), machine, tell))


if __name__ == "__main__":
    main()
