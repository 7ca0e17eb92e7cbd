"""Simulated satellites over TCP against a real hub process: what the hub adds to a turn, and what load does to it.

    python -m bench.load --overhead [--satellites 1 64] [--turns N] [--workload FILE]
    python -m bench.load --ramp [--load RATE] [--steps SHARE ...] [--step SECONDS] [--machine NAME] [--ladder HOW]
    python -m bench.load --embedded [--satellites 4] [--turns N]
    python -m bench.load --show

--overhead: engines that take each turn's times and are never busy. Overhead is the first sound's lateness after limits
c, d and e (bench/load/limits.py). The end of speech is when its last frame is due, so what the satellites themselves
are late counts too.
--ramp: questions come as a Poisson process over all satellites; their engines share one GPU and two processor cores.
The load grows by --steps, shares of --load, which is then held, is tripled, and falls to a quarter. --ladder frozen
leaves nothing out, but a voice that would come too late hands over to the smaller one; none has no smaller engines.
--embedded: the hub's own engines, which hear espeak-ng or flite and speak.
--show: one long reply whose better voice is slowed while it speaks, heard through a real satellite.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.house import HouseError
from bench.load import arrivals, embedded, overhead, picture, ramp, show, workload
from bench.load.machine import MACHINES
from bench.load.workload import WorkloadError
from bench.spoken import SpokenError

OUTPUT = Path("bench/output/load")
LOAD = 0.8  # questions a second: some nine tenths of what one GPU can do with the full voice
STEP_S = 60.0
SATELLITES = {"overhead": [1, 64], "ramp": [64], "embedded": [4]}
TURNS = {1: 40, 64: 10}
"""Of each satellite, by how many there are."""


LINES = {"overhead": overhead.lines, "ramp": ramp.lines, "embedded": embedded.lines}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where nothing was lost."""
    options = _options(argv)
    options.output.mkdir(parents=True, exist_ok=True)
    if options.kind == "show":
        return show.main(options.output)
    try:
        runs = asyncio.run(_measure(options))
    except (HouseError, SpokenError, WorkloadError) as error:
        print(f"bench/load: {error}", file=sys.stderr)
        return 1
    file = options.output / f"{options.kind}.json"
    file.write_text(json.dumps(runs, indent=1) + "\n")
    for run in runs:
        print(*LINES[options.kind](run), "", sep="\n")
    if options.kind == "ramp":
        picture.over_load(runs[0], options.output / "load.png")
        picture.in_time(runs[0], options.output / "timeline.png")
    print(f"All figures: {file}")
    return int(any(_lost(run) for run in runs))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m bench.load", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    kinds = parser.add_mutually_exclusive_group(required=True)
    for kind in (*SATELLITES, "show"):
        kinds.add_argument(f"--{kind}", dest="kind", action="store_const", const=kind)
    parser.add_argument("--satellites", type=int, nargs="+", metavar="N", help="how many; a run for each number")
    parser.add_argument("--turns", type=int, metavar="N", help="that each satellite asks, but for --ramp")
    parser.add_argument("--workload", type=Path, default=workload.SHIPPED, metavar="FILE", help="another of the form")
    parser.add_argument("--machine", choices=list(MACHINES), default="one-gpu", help="of --ramp")
    parser.add_argument("--load", type=float, default=LOAD, metavar="RATE", help=f"questions a second ({LOAD})")
    parser.add_argument("--step", type=float, default=STEP_S, metavar="SECONDS", help=f"of the ramp ({STEP_S:g})")
    shares = ", ".join(f"{step:g}" for step in arrivals.STEPS)
    parser.add_argument("--steps", type=float, nargs="+", default=arrivals.STEPS, metavar="SHARE", help=f"({shares})")
    parser.add_argument("--ladder", choices=list(ramp.LADDERS), default="on", help="of --ramp")
    parser.add_argument("--seed", type=int, default=1, help="of the arrivals (1)")
    parser.add_argument("--output", type=Path, default=OUTPUT, metavar="FOLDER")
    return parser.parse_args(argv)


async def _measure(options: argparse.Namespace) -> list[dict[str, object]]:
    given, runs = workload.read(options.workload), []
    for satellites in options.satellites or SATELLITES[options.kind]:
        turns = options.turns or TURNS.get(satellites, 5)
        match options.kind:
            case "overhead":
                run = await overhead.measure(given, options.workload, satellites, turns)
            case "embedded":
                run = await embedded.measure(satellites, turns)
            case _:
                phases = arrivals.plan(options.load, options.step, options.steps)
                setup = ramp.Setup(satellites, options.machine, options.ladder, options.seed)
                run = await ramp.measure(given, options.workload, setup, phases)
        runs.append(run)
    return runs


def _lost(run: dict[str, object]) -> object:
    found = run["outcome"]
    assert isinstance(found, dict)
    return found["lost"]


if __name__ == "__main__":
    sys.exit(main())
