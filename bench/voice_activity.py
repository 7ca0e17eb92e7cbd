"""Where somebody speaks: by the satellite's detector, by the hub's, and as hub.stt.activity makes it of both.

    python -m bench.voice_activity [--every N] [--minutes 30] [--audio FOLDER] [--output FOLDER]

Spoken commands in noise at several levels: how long after the end of speech the raw pause is noticed, how far off the
end is said to be, how often a pause inside speech is taken for it, and how much noise alone is taken for voice.
"silero" is the hub's detector with its makers' own rule. --minutes streams so much noise through one detector and says
what that took. Writes voice_activity.json. Nothing but the stream's time depends on the machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil

from bench.ears.mixes import Sound, recordings, samples
from bench.ears.setups import Setup
from bench.figures import conditions
from bench.voice_trials import (
    LEAD_S,
    THRESHOLD,
    Command,
    Heard,
    Outcome,
    command,
    detectors,
    hear,
    judge,
    looks,
    mixed,
    pcm,
)
from bench.wake_clips import read_sound, room
from config.satellite import Vad
from hub.stt.activity import Activity
from hub.stt.silero import Silero
from wire.pcm import SPEECH

OUTPUT = Path("bench/output")
AUDIO = Path("../shared/audio")
PLACES = (("quiet", 30.0), ("room", 20.0), ("room", 10.0), ("kitchen", 20.0), ("kitchen", 10.0), ("kitchen", 5.0))
"""The noise, and by how many dB the commands are louder; their own ground is 28 to 32 dB below them."""
QUIET_S = 60.0
PERCENTILES = (5, 50, 95)


@dataclass(frozen=True, slots=True)
class FalseVoice:
    """What was taken for voice where there was none."""

    starts_a_minute: float
    share: float


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where the recordings are there."""
    options = _options(argv)
    try:
        grounds = {
            "quiet": samples(room(QUIET_S)),
            "room": samples(read_sound(options.audio / "noise" / "background_noise.wav")),
            "kitchen": samples(read_sound(options.audio / "noise" / "kitchen.flac")),
        }
        commands = [command(clip) for clip in recordings(options.audio / "commands")[:: options.every]]
    except (OSError, ValueError) as error:
        print(f"bench/voice_activity.py: {error}; say where the recordings are with --audio", file=sys.stderr)
        return 1
    vad = Setup("pyopen-wakeword").settings().vad
    spoken = {f"{name} {db:g} dB": _speech(commands, grounds[name], db, vad) for name, db in PLACES}
    unspoken = {f"{name} alone": _noise(hear(pcm(ground), vad)) for name, ground in grounds.items()}
    streamed = _stream(grounds["kitchen"], options.minutes)
    report = {
        "conditions": {**conditions([]), "commands": len(commands), "threshold": THRESHOLD},
        "speech": {place: {name: asdict(one) for name, one in made.items()} for place, made in spoken.items()},
        "noise": {place: {name: asdict(one) for name, one in made.items()} for place, made in unspoken.items()},
        "stream": streamed,
    }
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "voice_activity.json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"{len(commands)} commands", *_table(spoken, unspoken), f"one stream: {streamed}", sep="\n")
    return 0


def _speech(commands: Sequence[Command], ground: Sound, above_db: float, vad: Vad) -> dict[str, Outcome]:
    """Every command over another stretch of the noise."""
    outcomes: dict[str, Outcome] = {}
    begin = round(LEAD_S * SPEECH.rate)
    for number, one in enumerate(commands):
        heard = hear(mixed(one, ground, above_db, number), vad)
        for name, activity in detectors(heard).items():
            judge(outcomes.setdefault(name, Outcome()), heard, activity, begin, begin + one.end)
    return outcomes


def _noise(heard: Heard) -> dict[str, FalseVoice]:
    minutes = SPEECH.seconds(len(heard.pcm)) / 60
    found = {}
    for name, activity in detectors(heard).items():
        speaking = [activity.speaking for _ in looks(heard, activity)]
        starts = sum(after > before for before, after in pairwise([False, *speaking]))
        found[name] = FalseVoice(round(starts / minutes, 1), round(float(np.mean(speaking)), 3))
    return found


def _stream(ground: Sound, minutes: float) -> dict[str, float]:
    """What one detector takes of time and memory for so much noise."""
    began = time.perf_counter()
    silero = Silero(THRESHOLD)
    load_ms, activity = (time.perf_counter() - began) * 1000, Activity(silero, tells=False)
    second, held, took = pcm(ground[: SPEECH.rate]), psutil.Process().memory_info().rss, list[float]()
    for _ in range(max(1, round(minutes * 60))):
        began = time.process_time()
        activity.sound(second)
        took.append(time.process_time() - began)
    frame_ms = float(np.median(took)) * silero.frame_bytes / len(second) * 1000
    grown_mib = (psutil.Process().memory_info().rss - held) / 2**20
    figures = {"minutes": minutes, "load_ms": load_ms, "frame_cpu_ms": frame_ms, "grown_mib": grown_mib}
    return {name: round(value, 2) for name, value in figures.items()}


def _table(
    spoken: Mapping[str, Mapping[str, Outcome]], unspoken: Mapping[str, Mapping[str, FalseVoice]]
) -> Iterator[str]:
    yield "ms after the end of speech, 5th / 50th / 95th percentile"
    yield f"{'':26}{'pause noticed':>18}{'voice ended':>18}{'pauses inside':>15}{'unnoticed':>11}{'missed':>8}"
    for place, by_name in spoken.items():
        for name, one in by_name.items():
            times = f"{_spread(one.noticed):>18}{_spread(one.said):>18}"
            yield f"{place:15}{name:11}{times}{one.inside:15}{one.unnoticed:11}{one.missed:8}"
    for place, found in unspoken.items():
        for name, false in found.items():
            yield f"{place:15}{name:11}{false.starts_a_minute:6} starts a minute, {false.share:.1%} of the time"


def _spread(times: Sequence[float]) -> str:
    return " / ".join(f"{ms:.0f}" for ms in np.percentile(times, PERCENTILES)) if times else "-"


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/voice_activity.py", description="Where somebody speaks.")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every Nth command only")
    parser.add_argument("--minutes", type=float, default=1.0, help="of sound that is streamed through one detector")
    parser.add_argument("--audio", type=Path, default=AUDIO, help="folder of the recordings")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder for the figures")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
