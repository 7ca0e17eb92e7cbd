"""What a satellite that runs commands hears and wakes by, as such commands: `python -m tests.home_assistant.devices`.

microphone FOLDER   writes the sound of each WAV file that appears in a folder, and low noise in between, in real time
ears                writes a line for each "hey Jarvis" in the sound that it reads
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from config.satellite import WakeWord
from satellite.engines.files import FileMicrophone
from satellite.engines.openwakeword import load
from satellite.hearing.wake import Rule, WakeDetector
from wire.pcm import SPEECH

WORD = "hey_jarvis"
RULE = Rule(threshold=0.5, trigger_level=1, refractory_s=2.0)
STEP_S = 0.08  # of an openWakeWord model


def main() -> int:
    """Does one of the two until it is ended."""
    devices: dict[str, Callable[[], None]] = {"microphone": _microphone, "ears": _ears}
    devices[sys.argv[1]]()
    return 0


def _microphone() -> None:
    asyncio.run(_sound(Path(sys.argv[2])))


async def _sound(folder: Path) -> None:
    async with aclosing(FileMicrophone(folder).frames()) as frames:
        async for frame in frames:
            sys.stdout.buffer.write(frame.pcm)
            sys.stdout.buffer.flush()


def _ears() -> None:
    scorer, detector, at = load([WakeWord(WORD)]), WakeDetector({WORD: RULE}), 0.0
    while sound := sys.stdin.buffer.read(SPEECH.bytes(STEP_S)):
        for scores in scorer.score(sound):
            at += STEP_S
            for detection in detector.scores(scores, at):
                print(detection.name, flush=True)


if __name__ == "__main__":
    sys.exit(main())
