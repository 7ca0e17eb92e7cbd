"""Turns that are cut off against the wait for the rest: fixed thresholds of silence and the adaptive endpoint.

    python -m bench.endpointing [--audio DIR] [--home FILE] [--variants N] [--limit N] [--output DIR]

Recordings with a pause put in (bench/pauses.py) are heard once each with the embedded engine (bench/ending.py). Then
every endpoint is asked when it would have ended the turn: one that does so before the last word has ended cuts the
person off; otherwise the wait is from the end of the last word until the turn is over and its words are there. The
adaptive endpoint is asked twice: with the words as they were heard, and with the true words, which is what a perfect
recognizer would give. Prints a table; writes endpointing.json and endpointing.png.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import psutil

from bench.curves import Curves, Point, compared, table
from bench.ending import PIECE_S, Moment, ended, watch
from bench.endpointing_picture import draw
from bench.figures import conditions, spread
from bench.pauses import PAUSE_S, SEED, Paused, paused
from bench.recognition import AUDIO, WAKE_PHRASES
from config.hub import EndpointSettings
from config.loading import SettingsError
from hub.home.demo import DemoHome
from hub.load.scheduler import Scheduler
from hub.stt.activity import Activity
from hub.stt.ending.completeness import Completeness
from hub.stt.ending.endpoint import Endpoint
from hub.stt.recognizer import RecognizerError
from hub.stt.silero import Silero
from hub.stt.sphinx.pocketsphinx import PocketSphinx
from wire.pcm import SPEECH

FIXED_MS = (200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000, 1100, 1200, 1300, 1500)
PATIENCE = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.0)
VAD_THRESHOLD = 0.5  # config/hub.toml
DEFAULT = EndpointSettings(mode="adaptive", wait_ms=500, patience=1.0, no_speech_s=30.0, longest_s=30.0)
VARIANTS = 3
LONGEST_WAIT_S = 3.2  # of noise is there after the end; an endpoint that waits longer counts as that

Judge = Callable[[Paused, Moment], float | None]


@dataclass(frozen=True, slots=True)
class Heard:
    """A variant, and what the endpoint saw of it."""

    variant: Paused
    moments: Sequence[Moment]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where there were recordings to hear."""
    parser = argparse.ArgumentParser("bench/endpointing.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--audio", type=Path, default=AUDIO / "commands", metavar="DIR")
    parser.add_argument("--home", type=Path, default=AUDIO / "commands-home.toml", metavar="FILE")
    parser.add_argument("--variants", type=int, default=VARIANTS, metavar="N", help="pauses tried in each recording")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N recordings")
    parser.add_argument("--output", type=Path, default=Path("bench/output"), metavar="DIR")
    options = parser.parse_args(argv)
    try:
        home = DemoHome.load(options.home)
        variants = list(paused(options.audio, options.variants, options.limit))
        if not variants:
            raise ValueError(f"no WAV files in {options.audio}; name a folder with --audio")
        name, heard = asyncio.run(hear(variants, home))
    except (SettingsError, RecognizerError, ValueError) as error:
        print(f"bench/endpointing.py: {error}", file=sys.stderr)
        return 1
    curves = sweep(heard, Completeness(home, "en"))
    figures = compared(curves)
    print(*table(curves), *(f"{key:>44}  {value}" for key, value in figures.items()), sep="\n")
    options.output.mkdir(parents=True, exist_ok=True)
    report = {
        "conditions": {
            **conditions([]),
            "engines": {"stt": name, "vad": "Silero"},
            "data_path": "WAV files, in process, in audio time",
            "recordings": len({tuple(variant.said) for variant in variants}),
            "variants": len(variants),
            "pause_s": PAUSE_S,
            "seed": SEED,
            "moments_s": PIECE_S,
        },
        "figures": figures,
        "curves": {key: [asdict(point) for point in points] for key, points in curves.items()},
    }
    (options.output / "endpointing.json").write_text(json.dumps(report, indent=2) + "\n")
    draw(report, options.output / "endpointing.png")
    return 0


async def hear(variants: Sequence[Paused], home: DemoHome) -> tuple[str, list[Heard]]:
    """Every variant through the embedded ears; the engine's name too."""
    async with Scheduler(1) as scheduler, PocketSphinx(home, scheduler, wake_phrases=WAKE_PHRASES) as recognizer:
        heard = []
        for number, variant in enumerate(variants, 1):
            print(f"\rvariant {number} of {len(variants)}", end="", file=sys.stderr, flush=True)
            activity = Activity(Silero(VAD_THRESHOLD), tells=False)
            heard.append(Heard(variant, await watch(variant.pcm, recognizer, activity, _used)))
        print(file=sys.stderr)
        return recognizer.name, heard


def sweep(heard: Sequence[Heard], completeness: Completeness) -> Curves:
    """Every endpoint over every variant."""
    known: dict[str, float] = {}

    def p_end(words: str) -> float:
        if words not in known:
            known[words] = completeness.p_end(words)
        return known[words]

    judges: dict[str, Judge] = {
        "adaptive": lambda _, moment: None if moment.words is None else p_end(moment.words),
        "adaptive, true words": lambda paused, moment: (
            None if moment.words is None else p_end(paused.words(moment.until))
        ),
    }
    fixed = [(value, msgspec.structs.replace(DEFAULT, mode="fixed", wait_ms=value)) for value in FIXED_MS]
    adaptive = [(value, msgspec.structs.replace(DEFAULT, patience=value)) for value in PATIENCE]
    curves: Curves = {"fixed": [point(value, settings, heard, lambda *_: None) for value, settings in fixed]}
    for name, judge in judges.items():
        curves[name] = [point(value, settings, heard, judge) for value, settings in adaptive]
    return curves


def point(setting: float, settings: EndpointSettings, heard: Sequence[Heard], judge: Judge) -> Point:
    """The figures of one endpoint."""
    over = [
        (
            ended(one.moments, functools.partial(judge, one.variant), Endpoint(settings), one.variant.end),
            one.variant.end,
        )
        for one in heard
    ]
    cut = sum(found.first is not None and found.first < end for found, end in over)
    waits = [
        LONGEST_WAIT_S if found.after_speech is None else (found.after_speech - end) / SPEECH.rate
        for found, end in over
    ]
    spread_s = spread(waits)
    return Point(setting, cut / len(heard), spread_s["median"], spread_s["p95"])


def _used() -> float:
    """Processor seconds of all children: the decoders'."""
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return float(sum(one.user + one.system for one in times))


if __name__ == "__main__":
    sys.exit(main())
