"""Recordings of commands through the hub's speech-to-text, and of wake words through the satellite's engine.

    python -m bench.recognition [--audio DIR] [--home FILE] [--area NAME] [--noise FILE --snr DB] [--as-heard]
                                [--wake DIR] [--json FILE]

A recording's name is its transcript. It is heard in pieces of 100 ms between low noise, and its final words are
compared with the transcript: exactly, by word error rate, and by what the home understands. Numbers count the same
in digits and in words; case and punctuation do not count; "what's" and "what is" are two things.

With --noise the recordings are heard in a noise, so many decibels (--snr) below the speech. With --as-heard a near
miss is left as it is, as the hub never does. A folder of anything but commands counts what is understood nonetheless.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from bench.figures import conditions
from bench.noise import noisy
from bench.wake_clips import WakeClip, read_sound, room, wake_clips
from config.loading import SettingsError
from hub.home.demo import DemoHome
from hub.llm.language import load
from hub.llm.recognition import Recognition
from hub.load.scheduler import Scheduler
from hub.stt.nearest.nearest import Nearest
from hub.stt.recognizer import Recognizer, RecognizerError
from hub.stt.sphinx.cmudict import Cmudict
from hub.stt.sphinx.pocketsphinx import PocketSphinx
from hub.stt.sphinx.pronunciation import number_words
from wire.pcm import SPEECH, Framer

Surroundings = Callable[[bytes, str], bytes]
"""What a recording (and its name) is heard in."""

AUDIO = Path("../shared/audio")
WAKE_PHRASES = ("hey jarvis",)  # the hub's own, config/hub.toml
SNR_DB = 10.0  # a room in which somebody cooks or listens to music
AROUND_S = 0.3  # of low noise before and after: what the hub hears before speech, and until it decodes


@dataclass(frozen=True, slots=True)
class Heard:
    """One recording's outcome; `sound_s` is its length, the other times are by the clock: use a machine that idles."""

    said: str
    heard: str
    partial: str
    errors: int
    meant: bool | None
    """Whether intent and slots are those of the transcript; None where that means nothing to this home."""
    understood: bool
    """Whether the home understands what was heard, right or wrong."""
    sound_s: float
    decode_s: float
    final_s: float

    @property
    def exact(self) -> bool:
        """Whether every word is right."""
        return self.errors == 0


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where there were recordings to hear."""
    parser = argparse.ArgumentParser("bench/recognition.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--audio", type=Path, default=AUDIO / "commands", metavar="DIR")
    parser.add_argument("--home", type=Path, default=AUDIO / "commands-home.toml", metavar="FILE")
    parser.add_argument("--area", metavar="NAME", help="where it is said (the home's first area)")
    parser.add_argument("--noise", type=Path, metavar="FILE", help="a noise that the recordings are heard in")
    parser.add_argument("--snr", type=float, default=SNR_DB, metavar="DB", help=f"of speech to noise ({SNR_DB:g})")
    parser.add_argument(
        "--as-heard", action="store_true", help="leave words that are no sentence of the home as they are"
    )
    parser.add_argument("--wake", type=Path, default=AUDIO / "wake", metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    options = parser.parse_args(argv)
    recordings = sorted(path for path in options.audio.glob("*") if path.suffix in (".wav", ".flac"))
    if not recordings:
        print(
            f"bench/recognition.py: no WAV or FLAC files in {options.audio}; name a folder with --audio",
            file=sys.stderr,
        )
        return 1
    try:
        home = DemoHome.load(options.home)
        recognizer = partial(PocketSphinx, snap=None if options.as_heard else Nearest(home, Cmudict().phones))
        surroundings = _surroundings(options.noise, options.snr)
        area = options.area or home.areas[0].name
        name, heard = asyncio.run(_commands(recordings, home, area, recognizer, surroundings))
    except (SettingsError, RecognizerError, ValueError) as error:
        print(f"bench/recognition.py: {error}", file=sys.stderr)
        return 1
    clips = asyncio.run(wake_clips(options.wake))
    figures = summary(heard)
    print(*table(heard), *(f"{key:>24}  {value}" for key, value in figures.items()), *wake_table(clips), sep="\n")
    if options.json:
        report = {"conditions": {**conditions([]), "engines": {"stt": name}, "data_path": "WAV files, in process"}}
        rows = {"commands": [asdict(one) for one in heard], "wake": [asdict(clip) for clip in clips]}
        options.json.write_text(json.dumps({**report, "figures": figures, **rows}, indent=2) + "\n")
    return 0


async def _commands(
    recordings: Sequence[Path],
    home: DemoHome,
    area: str,
    engine: Callable[..., PocketSphinx],
    surroundings: Surroundings,
) -> tuple[str, list[Heard]]:
    intents = Recognition(home, load("en"))
    async with Scheduler(1) as scheduler, engine(home, scheduler, wake_phrases=WAKE_PHRASES) as recognizer:
        heard = []
        for number, path in enumerate(recordings, 1):
            print(f"\rrecording {number} of {len(recordings)}", end="", file=sys.stderr, flush=True)
            pcm = surroundings(room(AROUND_S) + read_sound(path) + room(AROUND_S), path.stem)
            heard.append(await hear(path.stem, pcm, recognizer, intents, area))
        print(file=sys.stderr)
        return recognizer.name, heard


async def hear(said: str, pcm: bytes, recognizer: Recognizer, intents: Recognition, area: str) -> Heard:
    """Plays one recording, with AROUND_S before and after it, to the engine and compares what it heard."""
    voiced = [(AROUND_S, SPEECH.seconds(len(pcm)) - AROUND_S)]
    framer = Framer(SPEECH.bytes(recognizer.step_s))
    started = time.perf_counter()
    async with recognizer.listen() as listener:
        so_far = ""
        for piece in (*framer.push(pcm), framer.flush()):
            listener.take(piece)
            so_far = (await listener.partial(voiced)).text
        streamed = time.perf_counter()
        words = (await listener.final(voiced)).text
    ended = time.perf_counter()
    truth, understood = meaning(intents, said, area), meaning(intents, words, area)
    meant = None if truth is None else understood == truth
    errors = edits(normal(said), normal(words))
    return Heard(
        said,
        words,
        so_far,
        errors,
        meant,
        understood is not None,
        SPEECH.seconds(len(pcm)),
        ended - started,
        ended - streamed,
    )


def _surroundings(noise: Path | None, snr_db: float) -> Surroundings:
    sound = read_sound(noise) if noise else b""
    return lambda pcm, name: noisy(pcm, sound, snr_db, name)


def meaning(intents: Recognition, text: str, area: str) -> tuple[str, dict[str, object]] | None:
    """The intent and slots of a sentence, None where it is not understood."""
    match = intents.recognise(text, area)
    return (match.intent, dict(match.slots)) if match else None


def normal(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, no punctuation, numbers in words."""
    found = re.findall(r"\d+|[a-z][a-z']*", text.lower().replace("%", " percent").replace("’", "'"))
    return [word for one in found for word in (number_words(int(one)) if one.isdigit() else [one])]


def edits(truth: Sequence[str], heard: Sequence[str]) -> int:
    """Words to insert, delete or replace (Levenshtein 1966)."""
    row = list(range(len(heard) + 1))
    for count, word in enumerate(truth, 1):
        before, row[0] = row[0], count
        for at, other in enumerate(heard, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1]


def summary(heard: Sequence[Heard]) -> dict[str, str | float]:
    """The figures of a run."""
    words = sum(len(normal(one.said)) for one in heard)
    known = [one for one in heard if one.meant is not None]
    finals = sorted(one.final_s for one in heard)
    same = sum(normal(one.partial) == normal(one.heard) for one in heard)
    return {
        "exact": f"{sum(one.exact for one in heard)} of {len(heard)}",
        "right intent and slots": f"{sum(bool(one.meant) for one in known)} of {len(known)}",
        "understood wrong": f"{sum(one.understood and not one.meant for one in heard)} of {len(heard)}",
        "transcripts without intent": len(heard) - len(known),
        "word error rate": round(sum(one.errors for one in heard) / words, 4),
        "real-time factor": round(sum(one.decode_s for one in heard) / sum(one.sound_s for one in heard), 3),
        "final decode, median ms": round(statistics.median(finals) * 1000),
        "final decode, most ms": round(finals[-1] * 1000),
        "last partial is the final": f"{same} of {len(heard)}",
    }


def table(heard: Sequence[Heard]) -> list[str]:
    """A line for each recording."""
    lines = [f"{'said':56} {'exact':5} {'meant':5} heard"]
    for one in heard:
        meant = "-" if one.meant is None else _yes(one.meant)
        lines.append(f"{one.said:56} {_yes(one.exact):5} {meant:5} {'' if one.exact else one.heard}".rstrip())
    return lines


def wake_table(clips: Sequence[WakeClip]) -> list[str]:
    """For each word its hits, and every miss with its best score; then what was not played."""
    lines = []
    for word in dict.fromkeys(clip.word for clip in clips):
        played = [clip for clip in clips if clip.word == word and clip.score is not None]
        misses = ", ".join(f"{clip.clip} {clip.score:.3f}" for clip in played if not clip.heard)
        hits = sum(clip.heard for clip in played)
        lines.append(f"wake word {word}: {hits} of {len(played)} heard{f'; missed {misses}' if misses else ''}")
    return lines + [f"not played: {clip.clip}: {clip.reason}" for clip in clips if clip.score is None]


def _yes(yes: bool) -> str:
    return "yes" if yes else "NO"


if __name__ == "__main__":
    sys.exit(main())
