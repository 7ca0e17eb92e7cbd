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
from hub import parts
from hub.engines import Engines
from hub.load.scheduler import Scheduler
from hub.stt.ending.completeness import Completeness
from hub.timers.keeper import TimerKeeper
from hub.watch import Watch, watcher


def assembled(given: Workload, machine: Machine, tell: Watch) -> hark_hub.Assemble:
    """How a hub comes to these engines."""

    @asynccontextmanager
    async def engines(settings: HubSettings, scheduler: Scheduler, timers: TimerKeeper) -> AsyncGenerator[Engines]:
        devices = Devices(in_order(machine), tell)
        completeness = Completeness(parts.demo_home(settings.home), settings.llm.language)
        yield Engines(
            recognizer=ScriptedRecognizer(given, machine.stt[0], devices),
            vad=parts.vad(settings.vad),
            judge=lambda words: asyncio.to_thread(completeness.p_end, words),
            responder=ScriptedResponder(given),
            voice=ScriptedVoice(given, machine.voices[0], devices),
            loaded=lambda: devices.waiting > 0,
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
