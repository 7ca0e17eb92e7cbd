"""How soon Kokoro speaks and how much, for one room and for several whose replies begin at the same time.

    python -m bench.gpu_tts [--device cuda|cpu] [--rooms 1,4,16] [--turns N] [--json FILE]

Random weights of the true shape take the true time: a reply of two clauses and a sentence, 11 s of sound, clause by
clause through the hub's own engine and its scheduler, so that rooms take turns. (Not in batches: kokoro's model lays
out the time of one text alone.) It needs the extra `kokoro` and no weights.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from bench import gpu
from config.hub import KokoroSettings
from hub.load.need import Kind, Need
from hub.load.scheduler import Scheduler
from hub.tts.kokoro.kokoro import Kokoro
from hub.tts.voice import Voice, VoiceError

try:
    from bench.random_kokoro import write
except ImportError as error:
    sys.exit(f"bench/gpu_tts.py: not run: {error}; run: pip install 'hark[kokoro]'")

REPLY = (
    "The living room lights are on,",
    "and the blinds are coming down as well.",
    "It is twenty one degrees in there, and the washing machine has ten minutes to go.",
)
BUDGET_S = 2.0  # from the question to the first sound that is heard
WARM_UPS = 2  # turns that are not counted: memory pools grow and kernels are chosen in them
PACKAGES = ("kokoro", "misaki", "torch", "transformers", "numpy")
DATA_PATH = f"replies of {len(REPLY)} clauses, in process"


@dataclass(frozen=True, slots=True)
class Reply:
    """Seconds until its first sound, of sound, and in which it had run dry."""

    first_s: float
    sound_s: float
    dry_s: float


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where it could be run."""
    options = options_of(argv)
    with tempfile.TemporaryDirectory(prefix="kokoro-") as folder:
        try:
            report = asyncio.run(measure(options, write(Path(folder))))
        except VoiceError as error:
            print(f"bench/gpu_tts.py: not run: {error}", file=sys.stderr)
            return 1
    print(*table(report), sep="\n")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


def options_of(argv: Sequence[str] | None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser("bench/gpu_tts.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--threads", type=gpu.count, default=4, metavar="N", help="of a CPU (4)")
    parser.add_argument("--rooms", type=gpu.numbers, default=(1, 4, 16), metavar="N,N…", help="at the same time")
    parser.add_argument(
        "--turns", type=gpu.count, default=30, metavar="N", help="counted for each number of rooms (30)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    return parser.parse_args(argv)


async def measure(options: argparse.Namespace, folder: Path, reply: Sequence[str] = REPLY) -> dict[str, object]:
    """Loads the model and lets rooms speak; raises VoiceError where the device is not there."""
    settings = KokoroSettings(
        model=str(folder),
        voice="af_heart",
        speed=1.0,
        device=options.device,
        threads=options.threads,
        folder="",
        download=False,
    )
    started = time.perf_counter()
    async with Scheduler(1) as scheduler, Kokoro(settings, scheduler) as kokoro:
        loaded_s = time.perf_counter() - started
        rooms = {str(count): await _rooms(kokoro, reply, count, options.turns) for count in options.rooms}
        engine = kokoro.name
    print(file=sys.stderr)
    return {
        "conditions": {**gpu.conditions(PACKAGES, DATA_PATH), "engine": engine, "turns": options.turns},
        "loaded_s": round(loaded_s, 2),
        "rooms": rooms,
    }


async def _rooms(voice: Voice, reply: Sequence[str], count: int, turns: int) -> dict[str, object]:
    """The figures of `turns` times that `count` rooms are answered at once."""
    replies: list[Reply] = []
    took_s = 0.0
    for turn in range(WARM_UPS + turns):
        gpu.say(f"{count} room{'s' if count > 1 else ''}: turn {turn + 1} of {WARM_UPS + turns}")
        started = time.perf_counter()
        spoken = await asyncio.gather(*(_spoken(voice, reply, f"room {number}") for number in range(count)))
        if turn >= WARM_UPS:
            took_s += time.perf_counter() - started
            replies += spoken
    return {
        "first_ms": gpu.figures([made.first_s for made in replies]),
        "dry_ms": gpu.figures([made.dry_s for made in replies]),
        "sound_per_s": round(sum(made.sound_s for made in replies) / took_s, 2),
    }


async def _spoken(voice: Voice, reply: Sequence[str], room: str) -> Reply:
    """A reply as a turn speaks it: each clause is needed when the sound before it has been played."""
    clock = asyncio.get_running_loop().time
    began = clock()
    first_s = sound_s = dry_s = 0.0
    need = Need(Kind.ANSWER, room, began + BUDGET_S)
    for clause in reply:
        async with aclosing(voice.speak(clause, need)) as pieces:
            async for piece in pieces:
                first_s = first_s or clock() - began
                dry_s += max(0.0, clock() - began - first_s - sound_s - dry_s)
                sound_s += voice.format.seconds(len(piece))
        need = Need(Kind.SPEECH, room, began + first_s + sound_s)
    return Reply(first_s, sound_s, dry_s)


def table(report: dict[str, object]) -> list[str]:
    """The report for people."""
    rooms = report["rooms"]
    assert isinstance(rooms, dict)
    lines = [f"{key:>12}  {value}" for key, value in report.items() if key != "rooms"]
    lines.append(f"{'rooms':>12}  {'first p50 ms':>12}  {'p95 ms':>8}  {'dry p95 ms':>10}  {'sound s/s':>9}")
    for count, row in rooms.items():
        first, dry = row["first_ms"], row["dry_ms"]
        lines.append(
            f"{count:>12}  {first['p50']:12.1f}  {first['p95']:8.1f}  {dry['p95']:10.1f}  {row['sound_per_s']:9.2f}"
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
