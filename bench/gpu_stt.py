"""How long Whisper's final decode takes, for one room and for several that stop speaking at the same time.

    python -m bench.gpu_stt [--device cuda|cpu] [--size NAME] [--rooms 1,4,8,16] [--turns N] [--json FILE]

Random weights of the true shape take the true time: 4 s of sound, the names of a home as hotwords, 20 tokens, word
times, through the hub's own engine with its queue and its batches. It needs the extra `whisper`, no recording and no
weights; large-v3-turbo writes 1.6 GB into a temporary folder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench import gpu
from config.hub import WhisperSettings
from hub.home.home import Action, Area, Floor, Thing
from hub.load.scheduler import Scheduler
from hub.stt.recognizer import RecognizerError
from hub.stt.rolling.transcriber import Ask
from hub.stt.whisper.hotwords import names
from hub.stt.whisper.transcriber import WhisperTranscriber
from wire.pcm import SPEECH

try:
    from bench.random_whisper import SHAPES, Shape, write
except ImportError as error:
    sys.exit(f"bench/gpu_stt.py: not run: {error}; run: pip install 'hark[whisper]'")

SOUND_S = 4.0
SAID = 20  # tokens: a command of twelve words with its timestamps
NAMES = 40  # of the home
WARM_UPS = 3  # turns that are not counted: memory pools grow and kernels are chosen in them
PACKAGES = ("faster-whisper", "ctranslate2", "numpy")
DATA_PATH = f"{SOUND_S:.0f} s of sound, {SAID} tokens, {NAMES} names, in process"


@dataclass
class Names:
    """A home that has nothing but names."""

    areas: tuple[Area, ...] = tuple(Area(f"name{number}") for number in range(NAMES))
    things: tuple[Thing, ...] = field(default=())
    floors: tuple[Floor, ...] = ()
    stale: str = ""

    async def act(self, action: Action) -> None:
        """Nobody acts in it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where it could be run."""
    options = options_of(argv)
    with tempfile.TemporaryDirectory(prefix="whisper-") as folder:
        try:
            report = asyncio.run(measure(options, SHAPES[options.size], Path(folder)))
        except RecognizerError as error:
            print(f"bench/gpu_stt.py: not run: {error}", file=sys.stderr)
            return 1
    print(*table(report), sep="\n")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


def options_of(argv: Sequence[str] | None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser("bench/gpu_stt.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--compute", default="auto", help="float16, int8_float16, int8, float32 (auto)")
    parser.add_argument("--size", choices=SHAPES, default="large-v3-turbo")
    parser.add_argument("--rooms", type=gpu.numbers, default=(1, 4, 8, 16), metavar="N,N…", help="at the same time")
    parser.add_argument(
        "--turns", type=gpu.count, default=50, metavar="N", help="counted for each number of rooms (50)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    return parser.parse_args(argv)


async def measure(options: argparse.Namespace, shape: Shape, folder: Path) -> dict[str, object]:
    """Writes the model, loads it, and lets rooms speak; raises RecognizerError where the device is not there."""
    home = Names()
    settings = WhisperSettings(
        model=str(folder),
        small_model="",
        device=options.device,
        compute=options.compute,
        threads=0,
        folder="",
        download=False,
    )
    _check(settings)
    gpu.say(f"writing random weights of {options.size}")
    write(folder, shape, ", ".join(names(home)), SAID)
    started = time.perf_counter()
    async with Scheduler(1) as scheduler, WhisperTranscriber(settings, home, scheduler) as transcriber:
        loaded_s = time.perf_counter() - started
        rooms = {count: await _rooms(transcriber, count, options.turns) for count in options.rooms}
        words = await transcriber.transcribe(speech_like(0), Ask("en", final=True))
    return {
        "conditions": {
            **gpu.conditions(PACKAGES, DATA_PATH),
            "engine": transcriber.name,
            "size": options.size,
            "turns": options.turns,
        },
        "loaded_s": round(loaded_s, 2),
        "words": sum(len(segment.words) for segment in words.segments),
        "final_ms": {str(count): gpu.figures(times) for count, times in rooms.items()},
    }


def _check(settings: WhisperSettings) -> None:
    """Before gigabytes are written: is the device there at all."""
    from hub.stt.whisper.device import placements
    from hub.stt.whisper.model import available

    placements(settings.device, settings.compute, available())


async def _rooms(transcriber: WhisperTranscriber, count: int, turns: int) -> list[float]:
    """Seconds that each final took, of `turns` times that `count` rooms ask at once."""
    sounds = [speech_like(number) for number in range(count)]
    times: list[float] = []
    for turn in range(WARM_UPS + turns):
        gpu.say(f"{count} room{'s' if count > 1 else ''}: turn {turn + 1} of {WARM_UPS + turns}")
        took = await asyncio.gather(*(_final(transcriber, sound) for sound in sounds))
        times += took if turn >= WARM_UPS else []
    print(file=sys.stderr)
    return times


async def _final(transcriber: WhisperTranscriber, sound: bytes) -> float:
    started = time.perf_counter()
    await transcriber.transcribe(sound, Ask("en", final=True))
    return time.perf_counter() - started


def speech_like(seed: int) -> bytes:
    """Four seconds of noise under syllables, four a second."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(SOUND_S * SPEECH.rate)) / SPEECH.rate
    wave = rng.normal(0, 2000, len(at)) * np.abs(np.sin(2 * np.pi * 2 * at + rng.random()))
    return wave.astype("<i2").tobytes()


def table(report: dict[str, object]) -> list[str]:
    """The report for people."""
    finals = report["final_ms"]
    assert isinstance(finals, dict)
    lines = [f"{key:>12}  {value}" for key, value in report.items() if key != "final_ms"]
    lines.append(f"{'rooms':>12}  {'p50 ms':>8}  {'p95 ms':>8}  {'most ms':>8}")
    for rooms, row in finals.items():
        lines.append(f"{rooms:>12}  {row['p50']:8.1f}  {row['p95']:8.1f}  {row['most']:8.1f}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
