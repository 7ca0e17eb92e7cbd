"""A wake engine and nothing else, to compare a satellite with.

    python -m bench.ears.alone ENGINE WORD FILE

Hears a file of raw 16 kHz, 16 bit, mono sound over and over at the pace of a microphone, a step of the
engine's at a time, until it is ended.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from bench.ears.setups import Setup
from satellite.hearing.scorer import Scorer
from wire.pcm import SPEECH, Framer


def main() -> None:
    """Runs it."""
    engine, word, file = sys.argv[1:]
    scorer = Setup(engine, word).scorer()
    steps = Framer(SPEECH.bytes(scorer.step_s)).push(Path(file).read_bytes())
    print("ready", file=sys.stderr, flush=True)
    score(scorer, cycle(steps))


def score(scorer: Scorer, steps: Iterator[bytes]) -> None:
    """Hands over each step when a microphone would have it."""
    started = time.monotonic()
    for count, step in enumerate(steps, 1):
        time.sleep(max(0.0, started + count * scorer.step_s - time.monotonic()))
        scorer.score(step)


if __name__ == "__main__":
    main()
