"""The word "stop": how often it is heard, how often without reason, how late, and what listening for it takes.

    python -m bench.stop_word [--audio DIR] [--json FILE] [--least N ...]

Synthetic voices (flite, espeak-ng) say it alone, over the timer's ring and over replies in a simulated room (see
bench/room/echo_room.py), with echo cancellation and without. False alarms: the same sounds without the word, long
texts in the satellite's own voice, recordings of other words and noise. People say it in no recording here: real
voices differ.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
import wave
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

from bench.ears.mixes import Clip, Mix, Placed, in_a_row, judge, recordings, samples
from bench.ears.mixes import Sound as Samples
from bench.ears.processes import usage
from bench.echo import STRAYED, canceller
from bench.figures import spread
from bench.room.echo_room import MIXED, Played, at_mixer, cleaned, echo, gain, made_up_way, microphone
from bench.room.replies import replies, spoken
from bench.wake_clips import room
from satellite.engines import pocketsphinx
from satellite.hearing.stop_word import HEARD, STEP_S
from satellite.hearing.wake import STOP, Rule, WakeDetector
from satellite.playing.chimes import NOTES, PAUSE_S, Sound, tone
from wire.pcm import SPEECH, Framer, PcmFormat
from wire.resample import Resampler

AUDIO = Path("../shared/audio")
TEXTS = (Path("README.md"), Path("docs/doctor.md"))  # what a long reply may be like
FLITE = ("slt", "awb", "rms", "kal", "kal16")
ESPEAK = ("en-us", "en-gb")
VARIANTS = (*(f"+f{number}" for number in range(1, 6)), *(f"+m{number}" for number in range(1, 8)))
WORDS_PER_MINUTE = (130, 170, 220)
PERSON_DBFS = -35.0  # of a person a few steps away
SPOKEN_DBFS = -18.0  # of what the mixer gives
ECHO_DBFS = -25.0  # of the satellite's own voice in its microphone
RING_DB, REPLY_DB = (0, 10, 20), (-10, 0, 10)  # echo over person; a satellite that hears a person ducks its reply by 15
METRES = 0.1  # from the speaker to the microphone
GAP_S = 1.5
LEASTS = (-5.0, -8.0, -11.0)  # decimal logarithms of the likelihood ratio that count as heard


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was heard in a mix; `late_s` after the end of each word that was."""

    name: str
    least: float
    seconds: float
    words: int
    hits: int
    false_alarms_s: list[float]
    late_s: list[float]

    def line(self) -> str:
        """For people."""
        hits = f"{self.hits}/{self.words} heard, " if self.words else ""
        return f"{self.least:6.1f}  {self.name}: {hits}{len(self.false_alarms_s)} false alarms in {self.seconds:.0f} s"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser("bench/stop_word.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--audio", type=Path, default=AUDIO, metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--least", type=float, action="append", metavar="N", help="threshold, may be repeated")
    options = parser.parse_args(argv)
    costs = cost()
    mixes = [*with_stop(options.audio), *without_stop(options.audio)]
    outcomes = []
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for least in options.least or LEASTS:
            outcomes += list(pool.map(partial(listen, least), mixes))
    late = spread([late for one in outcomes if one.least == pocketsphinx.LEAST for late in one.late_s])
    print(*(one.line() for one in outcomes), f"cost: {costs}", f"seconds after the word: {late}", sep="\n")
    if options.json:
        found = {"cost": costs, "late_s": late, "outcomes": [{**_fields(one), "name": one.name} for one in outcomes]}
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    return 0


def _fields(one: Outcome) -> dict[str, object]:
    return {name: getattr(one, name) for name in Outcome.__slots__}


def listen(least: float, mix: Mix) -> Outcome:
    """The engine and the satellite's rule; time is the sound's."""
    spotter = pocketsphinx.Spotter(least)
    spotter.score(room(STEP_S))
    detector = WakeDetector({STOP: Rule(HEARD, 1, 2.0)})
    steps = enumerate(Framer(SPEECH.bytes(STEP_S)).push(mix.pcm), 1)
    found = [number * STEP_S for number, pcm in steps if detector.scores({STOP: spotter.score(pcm)}, number * STEP_S)]
    verdict = judge(mix.placed, found)
    late = [at - _latest(mix.placed, at).ends_s for at in found if at not in verdict.false_alarms_s]
    words = sum(one.wakes for one in mix.placed)
    return Outcome(mix.name, least, mix.seconds, words, len(verdict.hits), list(verdict.false_alarms_s), late)


def _latest(placed: Sequence[Placed], at: float) -> Placed:
    return max((one for one in placed if one.begins_s <= at), key=lambda one: one.begins_s)


# What is listened to


def with_stop(audio: Path) -> Iterator[Mix]:
    """Every voice, one after another, in each situation."""
    voices = [Clip(name, sound * gain(sound, PERSON_DBFS), True) for name, sound in _voices()]
    alone = in_a_row("alone", voices, GAP_S)
    yield alone
    ring, own = tone(NOTES[Sound.TIMER], MIXED.rate) + MIXED.silence(PAUSE_S[Sound.TIMER]), b"".join(_own(audio))
    for sound, name, ratios in ((ring, "ring", RING_DB), (own, "reply", REPLY_DB)):
        for ratio in ratios:
            yield from _both(f"stop over {name} {ratio:+d} dB", alone, sound, PERSON_DBFS + ratio)


def without_stop(audio: Path) -> Iterator[Mix]:
    """What must not be taken for the word."""
    ring = tone(NOTES[Sound.TIMER], MIXED.rate) + MIXED.silence(PAUSE_S[Sound.TIMER])
    yield from _both("ring", in_a_row("", [Clip("", samples(room(60.0)))], GAP_S), ring, ECHO_DBFS)
    for name, own in (("replies", _own(audio)), ("long texts in its own voice", _texts())):
        whole = b"".join(own)
        quiet = Mix("", room(MIXED.seconds(len(whole))))
        yield from _both(name, quiet, whole, ECHO_DBFS)
    for folder in ("commands", "negatives", "wake/alexa", "noise", "speech"):
        clips = [clip for clip in recordings(audio / folder) if "stop" not in clip.name]
        if clips:
            yield in_a_row(folder, clips, 0.3)


def _both(name: str, near: Mix, sound: bytes, level_dbfs: float) -> Iterator[Mix]:
    """Over a sound without end, as the microphone has it and as echo cancellation leaves it."""
    missing = MIXED.bytes(near.seconds)
    played = [Played((sound * (missing // len(sound) + 1))[:missing], 0.0)]
    far = echo(played, made_up_way(METRES), near.seconds)
    heard = microphone(samples(near.pcm), far * gain(far, level_dbfs))
    yield Mix(name, heard, near.placed)
    yield Mix(f"{name}, echo cancelled", cleaned(heard, played, canceller(), STRAYED), near.placed)


def _own(audio: Path) -> list[bytes]:
    commands = [path.stem for path in sorted((audio / "commands").glob("*.wav"))]
    return _spoken(asyncio.run(replies(commands, audio / "commands-home.toml")))


def _texts() -> list[bytes]:
    text = re.sub(r"```.*?```|[`*#|\[\]]", " ", "\n".join(path.read_text() for path in TEXTS), flags=re.DOTALL)
    sentences = [one for one in re.split(r"(?<=[.:])\s+", text) if 20 < len(one) < 300]
    return _spoken([one for one in sentences if not re.search(r"\bstop", one, re.IGNORECASE)])


def _spoken(texts: Sequence[str]) -> list[bytes]:
    voice, sounds = asyncio.run(spoken(texts))
    return [at_mixer(sound, voice, SPOKEN_DBFS) + MIXED.silence(0.3) for sound in sounds]


def _voices() -> Iterator[tuple[str, Samples]]:
    for voice in FLITE:
        yield f"flite {voice}", _said(["flite", "-voice", voice, "-t", STOP, "-o", "/dev/stdout"])
    speeds = [(f"{voice}", speed) for voice in ESPEAK for speed in WORDS_PER_MINUTE]
    variants = [(f"{voice}{variant}", 170) for voice in ESPEAK for variant in VARIANTS]
    for voice, speed in speeds + variants:
        yield f"espeak-ng {voice} {speed}", _said(["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", STOP])


def _said(command: Sequence[str]) -> Samples:
    said = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(BytesIO(said)) as file:
        resampler = Resampler(PcmFormat(file.getframerate()), SPEECH.rate)
        return samples(resampler.push(file.readframes(len(said))) + resampler.flush())


# What it takes


def cost() -> dict[str, float]:
    """Seconds to start and answer once, processor seconds a second of sound, and memory in MB (PSS), of the child."""
    minute = [room(STEP_S)] * round(60 / STEP_S)
    began = time.monotonic()
    command = [sys.executable, "-m", pocketsphinx.__name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(minute[0])
        child.stdout.read(8)
        started, before = time.monotonic() - began, usage(child.pid)
        for step in minute:
            child.stdin.write(step)
            child.stdout.read(8)
        after = usage(child.pid)
        child.stdin.close()
    return {"start_s": started, "cpu": (after.cpu_s - before.cpu_s) / 60, "pss_mb": after.pss_mb}


if __name__ == "__main__":
    sys.exit(main())
