"""The real Home Assistant with Hark's satellite and services: `script/home-assistant` starts this.

Prints each check with ok or FAILED and what was seen; ends with 1 where one failed, and leaves nothing running.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from bench.house import HouseError
from tests.conformance.controller import Failed
from tests.conformance.exchange import fold, write
from tests.conformance.stage import NotAsked
from tests.home_assistant import away, checks, circle, facts, found, homes, led, rooms, standby, texts, third_party
from tests.home_assistant.client import Refused, add_wyoming
from tests.home_assistant.facts import SCRIPTED, SCRIPTED_ASSISTANT, Scene
from tests.home_assistant.house import House, house, temporary_folder
from tests.home_assistant.scripted import ScriptedSatellite
from tests.home_assistant.show.run import show
from tests.home_assistant.storm.storm import storm
from tests.peers import free_port
from tests.wire_pairs import LOOPBACK
from wire.pcm import FULL_SCALE

PARTS = checks, homes, led, rooms, texts, standby, circle, away, found, third_party
SETTLE_S = 3.0
LOG_LINES = 30  # of what was said and of the satellite's log, told where a check failed


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the checks."""
    parser = argparse.ArgumentParser("script/home-assistant", description="Checks Hark with the real Home Assistant.")
    parser.add_argument("--only", metavar="NAMES", default="", help="names of checks, with commas between")
    parser.add_argument("--card", action="store_true", help="the satellite hears and speaks through a sound card")
    parser.add_argument("--facts", action="store_true", help="ask Home Assistant itself, with a scripted satellite")
    parser.add_argument("--record", type=Path, metavar="FOLDER", help="write what was said in each check to FOLDER")
    parser.add_argument("--show", action="store_true", help="ask ten questions each way and print what changed")
    parser.add_argument("--storm", type=int, metavar="N", nargs="?", const=100, help="restart all N times (100)")
    parser.add_argument("--seed", type=int, default=1, help="of the storm")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of the show or the storm to FILE")
    options = parser.parse_args(argv)
    if not os.environ.get("HASS_COMMAND"):
        print("skipped: HASS_COMMAND names no Home Assistant")
        return 0
    if options.storm:
        return asyncio.run(storm(options.storm, options.seed, options.json))
    return show(options.json) if options.show else asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    wanted = set(filter(None, options.only.split(",")))
    with temporary_folder() as folder:
        async with house(Path(folder), options.card) as running:
            version = (await running.home.ask("get_config"))["version"]
            print(f"Home Assistant {version}", flush=True)
            if options.facts:
                return await _facts(running, wanted)
            every = [check for part in PARTS for check in part.CHECKS]
            chosen = [check for check in every if not wanted or check.__name__ in wanted]
            return max([await _check(running, check, options.record) for check in chosen])


async def _check(running: House, check: Callable[[House], Awaitable[str]], record: Path | None) -> int:
    mark = running.recorder.mark()
    failed = await _tell(check.__name__, partial(check, running))
    if failed:
        said = [line for line in fold(running.recorder.lines[mark:]) if line.type not in ("ping", "pong", "info")]
        print("\n".join(f"    {line.at:.2f} {line.side} {line.type} {line.data}" for line in said[-LOG_LINES:]))
        print("\n".join(f"    {line}" for line in running.satellite.log[-LOG_LINES:]))
        await running.reload_satellite()  # so that the next check finds everything as it should be
        await asyncio.sleep(SETTLE_S)
    elif record is not None:
        write(record / f"{check.__name__.replace('_', '-')}.jsonl", running.recorder.session(mark))
    return failed


async def _tell(name: str, work: Callable[[], Awaitable[str]]) -> int:
    try:
        seen = await work()
    except NotAsked as reason:
        print(f"skipped {name.replace('_', ' ')}: {reason}", flush=True)
        return 0
    except (Failed, Refused, HouseError, AssertionError, TimeoutError) as error:
        print(f"FAILED  {name.replace('_', ' ')}: {error or 'Home Assistant never came to the state'}", flush=True)
        return 1
    print(f"ok      {name.replace('_', ' ')}: {seen}", flush=True)
    return 0


async def _facts(running: House, wanted: set[str]) -> int:
    sound = np.clip(running.sentence("turn off the kitchen light").sound, -1, 1) * (FULL_SCALE - 1)
    async with ScriptedSatellite(free_port()).up() as satellite:
        await add_wyoming(running.home, LOOPBACK, satellite.port)
        await running.home.until(SCRIPTED_ASSISTANT, "preferred")
        await running.home.act("select.select_option", SCRIPTED_ASSISTANT, option="Hark")
        await running.home.until(SCRIPTED, "idle")
        scene = Scene(running, satellite, sound.astype("<i2").tobytes())
        chosen = [fact for fact in facts.FACTS if not wanted or fact.__name__ in wanted]
        return max([await _tell(fact.__name__, partial(fact, scene)) for fact in chosen])


if __name__ == "__main__":
    sys.exit(main())
