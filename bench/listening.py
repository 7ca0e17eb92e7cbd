"""What listening takes, and what is heard: the satellite with each wake engine, live and from recordings.

    python -m bench.listening [--engine NAME] [--quick] [--minutes 10] [--soak] [--part live|trials|cost]

live: the real program in real time over a quiet room, a fixed two-minute mix and speech all the time, with its engine
alone beside it. trials: the same ears in process, faster than real time, over each recording of the wake word in a
minute of kitchen noise at 10 dB, with the gate and without. cost: what ears and engine take of the same sound.
--soak: an hour of sound through one pair of ears. Writes listening.json and listening.png. Times need an idle machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.ears import listening_picture, material, offline
from bench.ears.listening_report import table
from bench.ears.live import live
from bench.ears.material import QUICK, Amounts, Material
from bench.ears.setups import ENGINES, Setup, missing
from bench.figures import conditions
from bench.house import HouseError
from wire.errors import WireError

OUTPUT = Path("bench/output")
AUDIO = Path("../shared/audio")
PARTS = ("live", "trials", "cost")
QUICK_QUIET_S = 10.0
SOAK_S, QUICK_SOAK_S = 3600.0, 120.0


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where every engine that is installed was measured."""
    options = _options(argv)
    sounds = material.load(options.audio, options.word)
    print(*sounds.said, sep="\n", file=sys.stderr)
    options.output.mkdir(parents=True, exist_ok=True)
    load_before = os.getloadavg()[0]
    engines: dict[str, dict[str, object]] = {}
    for name in options.engine or ENGINES:
        setup = Setup(name, options.word)
        if reason := missing(setup):
            print(f"left out: {name}: {reason}", file=sys.stderr)
            continue
        try:
            engines[name] = measure(setup, sounds, options)
        except (HouseError, WireError) as error:
            print(f"bench/listening.py: {name}: {error}", file=sys.stderr)
            return 1
    load = {"before": load_before, "after": os.getloadavg()[0]}
    report = {"conditions": {**conditions([]), "word": options.word, "load": load}, "engines": engines}
    (options.output / "listening.json").write_text(json.dumps(report, indent=2) + "\n")
    listening_picture.draw(report, options.output / "listening.png")
    print(*table(engines), f"All figures: {options.output / 'listening.json'}, drawn: listening.png", sep="\n")
    return 0


def measure(setup: Setup, sounds: Material, options: argparse.Namespace) -> dict[str, object]:
    """One engine: the figures of each part that was asked for."""
    amounts = QUICK if options.quick else Amounts()
    mixes = [*sounds.mix(amounts), *sounds.speech(amounts)]
    figures: dict[str, object] = {}
    if "live" in options.part:
        quiet_s = QUICK_QUIET_S if options.quick else options.minutes * 60
        figures["live"] = {name: asdict(one) for name, one in asyncio.run(live(setup, mixes, quiet_s)).items()}
    if "cost" in options.part:
        figures["cost"] = offline.costs(setup, [material.quiet(amounts.mix_s), *mixes])
    if "trials" in options.part:
        figures["trials"] = offline.trials(setup, sounds.trials(amounts), sounds.other_words(), options.jobs)
    if options.soak and mixes:
        figures["soak"] = offline.soak(setup, mixes[0], QUICK_SOAK_S if options.quick else SOAK_S)
    return figures


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "bench/listening.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--engine", action="append", choices=ENGINES, help="may be repeated (all that are installed)")
    parser.add_argument("--word", default="alexa", help="wake word; recordings of it lie in DIR/wake/WORD (alexa)")
    parser.add_argument("--part", action="append", choices=PARTS, help="may be repeated (all)")
    parser.add_argument("--minutes", type=float, default=2.0, metavar="N", help="of the quiet room, live (2)")
    parser.add_argument("--quick", action="store_true", help="a little of everything: shows that it runs, no figures")
    parser.add_argument("--soak", action="store_true", help="an hour of sound through one pair of ears too")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="trials at a time (cores)")
    parser.add_argument("--audio", type=Path, default=AUDIO, metavar="DIR")
    parser.add_argument("--output", type=Path, default=OUTPUT, metavar="DIR")
    options = parser.parse_args(argv)
    options.part = options.part or list(PARTS)
    return options


if __name__ == "__main__":
    sys.exit(main())
