"""hark-hub as it is, but for its engines, which only take time.

python -m bench.load.hub [--workload FILE] [--machine NAME] [--tell] [hark-hub's own options]
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.load import workload
from bench.load.devices import Devices, in_order
from bench.load.machine import MACHINES, Machine
from bench.load.scripted import ScriptedRecognizer, ScriptedResponder, ScriptedVoice
from bench.load.workload import Workload
from config.hub import HubSettings
from hub import __main__ as hark_hub
from hub.assembly import Assemble
from hub.engines import Engines
from hub.load.load import Load
from hub.parts import hearing
from hub.parts.homes import demo_home
from hub.stt.ending.completeness import Completeness
from hub.timers.keeper import TimerKeeper
from hub.tts.tiers import Tiers
from hub.watch import Watch, watcher


def assembled(given: Workload, machine: Machine, tell: Watch) -> Assemble:
    """How a hub comes to these engines."""

    @asynccontextmanager
    async def engines(settings: HubSettings, load: Load, timers: TimerKeeper) -> AsyncGenerator[Engines]:
        devices = Devices(in_order(machine), tell)
        completeness = Completeness(demo_home(settings.home), settings.llm.language)
        yield Engines(
            recognizer=ScriptedRecognizer(given, machine.stt[0], devices),
            vad=hearing.vad(settings.vad),
            judge=lambda words: asyncio.to_thread(completeness.p_end, words),
            responder=ScriptedResponder(given),
            voices=Tiers({"kokoro": ScriptedVoice(given, machine.voices[0], devices)}),
            load=load,
        )

    return engines


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--workload", type=Path, default=workload.SHIPPED)
    parser.add_argument("--machine", choices=list(MACHINES), default="unlimited")
    parser.add_argument("--tell", action="store_true")
    options, rest = parser.parse_known_args()
    tell = watcher("json" if options.tell else None)
    hark_hub.main(rest, assembled(workload.read(options.workload), MACHINES[options.machine], tell))


if __name__ == "__main__":
    main()
