"""Echo cancellation: how much echo goes, whether the satellite still wakes itself, and whether it still hears people.

    python -m bench.echo [--audio DIR] [--json FILE] [--png FILE]

1. Recordings of both ends: echo return loss enhancement (ERLE) over time, and what is left of speech in double talk.
2. Replies through a simulated room into the microphone (bench/room/echo_room.py): which wake words are heard in them.
   Separately: sentences that say wake words, each the first that a canceller hears ("cold"), and after replies.
3. People who say "alexa" over such replies, at several ratios of echo to speech.
Each with the canceller and without, and with times as wrong as a busy machine's. Then processor time and memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np

from bench.ears.mixes import Clip, Mix, Placed, Sound, in_a_row, judge, recordings, samples
from bench.ears.processes import usage
from bench.room import echo_pictures
from bench.room.echo_room import (
    MIXED,
    Played,
    Stray,
    Way,
    at_mixer,
    cleaned,
    echo,
    gain,
    made_up_way,
    microphone,
    recorded_way,
)
from bench.room.replies import replies, spoken
from bench.wake_clips import read_sound, room
from config.satellite import WakeWord
from satellite.engines import openwakeword
from satellite.engines.livekit import LiveKitBlocks
from satellite.engines.webrtc import WebRtcVad
from satellite.hearing.vad import Edge, NoiseFloor, Pauses
from satellite.hearing.wake import Rule, WakeDetector
from satellite.sound.echo import AlignedCanceller, EchoError
from satellite.sound.microphone import FRAME_S
from wire.pcm import SPEECH, Framer, level_dbfs

AUDIO = Path("../shared/audio")
WORDS = ("alexa", "hey_jarvis", "hey_mycroft", "hey_rhasspy", "okay_nabu")
HARD = (
    "To ask me something, say hey Jarvis.",
    "Alexa is the name of another assistant.",
    "Okay Nabu, hey Mycroft and hey Rhasspy are wake words too.",
    "Hey Jarvis.",
    "Alexa.",
)
"""Sentences that a satellite might say of wake words."""
RULE = Rule(threshold=0.5, trigger_level=1, refractory_s=2.0)  # the satellite's own, config/satellite.toml
SPOKEN_DBFS = -18.0  # of what the mixer gives: as loud as voices are made
ECHO_DBFS = -25.0  # of a reply in the microphone: a loud speaker in the same case
PERSON_DBFS = -35.0  # of a person a few steps away
RATIOS_DB = (-10, 0, 10, 20)  # echo over person
GAP_S = 1.0  # between two replies
WINDOW_S = 0.25  # of the curves of level and ERLE
LOUD_DB = 30  # below the loudest window: what is quieter is the room
SETTLED_S = 2.5  # after which the filter has had 1.5 s of sound to learn from
DUCK_S = 0.1  # after its word, at most, a person is answered by a quieter reply
STRAYED = Stray(late_s=0.01, heard_s=0.01)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the wake engine and the voice activity detector made of a sound.

    `scores` are the best of each word, `ducks_s` the beginnings of speech, of which each ducks a reply.
    """

    detections: list[tuple[str, float]]
    scores: dict[str, float]
    ducks_s: list[float]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where the extra and the recordings are there."""
    parser = argparse.ArgumentParser("bench/echo.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--audio", type=Path, default=AUDIO, metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw them here")
    options = parser.parse_args(argv)
    try:
        commands = [path.stem for path in sorted((options.audio / "commands").glob("*.wav"))]
        figures = asyncio.run(measure(options.audio, commands, say))
    except (EchoError, OSError, ValueError, StopIteration) as error:
        print(f"bench/echo.py: {error}", file=sys.stderr)
        return 1
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")
    if options.png:
        echo_pictures.draw(figures, options.png)
    return 0


def say(text: str) -> None:
    """Progress."""
    print(f"bench/echo.py: {text}", file=sys.stderr, flush=True)


async def measure(audio: Path, commands: Sequence[str], progress: Callable[[str], None]) -> dict[str, object]:
    """All figures."""
    progress("cost")
    costs = cost(audio / "echo")
    progress("recordings of both ends")
    ends = {kind: both_ends(audio / "echo", kind) for kind in ("farend_singletalk", "doubletalk")}
    texts = await replies(commands, audio / "commands-home.toml")
    format_, sounds = await spoken([*texts, *HARD])
    mixed = [at_mixer(sound, format_, SPOKEN_DBFS) for sound in sounds]
    ordinary, hard = mixed[: len(texts)], mixed[len(texts) :]
    recorded = recorded_way(*_pair(audio / "echo", "farend_singletalk"))
    ways = [made_up_way(0.1), made_up_way(0.6), recorded]
    own, over = [], []
    for way in ways:
        progress(f"{way.name}: {len(texts)} replies and {len(hard)} sentences with wake words")
        own += [self_wakes(way, ordinary, hard, stray) for stray in (Stray(), STRAYED)]
        for ratio in RATIOS_DB:
            progress(f"{way.name}: people over replies, echo {ratio:+d} dB")
            over.append(double_talk(way, ordinary, recordings(audio / "wake" / "alexa"), ratio))
    return {"cost": costs, "recordings": ends, "replies": texts, "hard": HARD, "self_wakes": own, "double_talk": over}


def canceller() -> AlignedCanceller:
    """The real one, fresh."""
    return AlignedCanceller(LiveKitBlocks())


# The recordings


def both_ends(folder: Path, kind: str) -> dict[str, object]:
    """Level of the microphone and of what is left of it in windows (dBFS), and the median ERLE of the loud ones."""
    far, near = _pair(folder, kind)
    played = [Played(_upsampled(far), 0.0)]
    heard = near.astype("<i2").tobytes()
    left = cleaned(heard, played, canceller())
    before, after = _levels(heard), _levels(left)
    loud = [number for number, level in enumerate(before) if level > max(before) - LOUD_DB]
    settled = [number for number in loud if number * WINDOW_S >= SETTLED_S]
    return {
        "window_s": WINDOW_S,
        "microphone_dbfs": before,
        "left_dbfs": after,
        "erle_db": median(before[number] - after[number] for number in loud),
        "erle_settled_db": median(before[number] - after[number] for number in settled),
    }


def _levels(pcm: bytes) -> list[float]:
    return [level_dbfs(window) for window in Framer(SPEECH.bytes(WINDOW_S)).push(pcm)]


def _pair(folder: Path, kind: str) -> tuple[Sound, Sound]:
    paths = [sorted(folder.glob(f"*_{kind}_{end}.wav")) for end in ("lpb", "mic")]
    if not all(paths):
        raise ValueError(f"there are no recordings *_{kind}_lpb.wav and _mic.wav in {folder}; name another --audio")
    far, near = (samples(read_sound(path[0])) for path in paths)
    return far, near


def _upsampled(sound: Sound) -> bytes:
    """To the mixer's rate, as loud as it is."""
    at = np.arange(sound.size * 3) / 3
    return np.interp(at, np.arange(sound.size), sound).astype("<i2").tobytes()


# The satellite's own speech


def self_wakes(way: Way, ordinary: Sequence[bytes], hard: Sequence[bytes], stray: Stray) -> dict[str, object]:
    """All replies in a row; the hard sentences alone, and after three replies."""
    cold = [_own(way, [sentence], stray, 0) for sentence in hard]
    warm = [_own(way, [*ordinary[:3], sentence], stray, 3) for sentence in hard]
    return {
        "way": way.name,
        "stray": asdict(stray),
        "replies": _own(way, ordinary, stray, 0),
        "hard_cold": cold,
        "hard_warm": warm,
    }


def _own(way: Way, sounds: Sequence[bytes], stray: Stray, since: int) -> dict[str, object]:
    played = _in_turn(sounds)
    seconds = played[-1].at_s + MIXED.seconds(len(sounds[-1])) + GAP_S
    far = echo(played, way, seconds)
    heard = microphone(samples(room(seconds)), far * gain(far, ECHO_DBFS))
    left = cleaned(heard, played, canceller(), stray)
    begin = SPEECH.bytes(played[since].at_s) if since else 0
    return {
        "seconds": seconds,
        "without": asdict(hear(heard[begin:])),
        "with": asdict(hear(left[begin:])),
        "erle_db": level_dbfs(heard[begin:]) - level_dbfs(left[begin:]),
    }


def _in_turn(sounds: Sequence[bytes]) -> list[Played]:
    played, at = [], GAP_S
    for sound in sounds:
        played.append(Played(sound, at))
        at += MIXED.seconds(len(sound)) + GAP_S
    return played


# People who speak over it


def double_talk(way: Way, sounds: Sequence[bytes], people: Sequence[Clip], ratio_db: float) -> dict[str, object]:
    """The people one after another, over replies without end."""
    near = in_a_row("alexa", [Clip(one.name, one.sound * gain(one.sound, PERSON_DBFS), True) for one in people], 1.5)
    played = _without_end(sounds, near.seconds)
    far = echo(played, way, near.seconds)
    heard = microphone(samples(near.pcm), far * gain(far, PERSON_DBFS + ratio_db))
    left = cleaned(heard, played, canceller(), STRAYED)
    return {
        "way": way.name,
        "echo_over_person_db": ratio_db,
        "people": len(people),
        "alone": _hits(near, near.pcm),
        "without": _hits(near, heard),
        "with": _hits(near, left),
    }


def _without_end(sounds: Sequence[bytes], seconds: float) -> list[Played]:
    whole = b"".join(sounds)
    missing = MIXED.bytes(seconds)
    return [Played((whole * (missing // len(whole) + 1))[:missing], 0.0)]


def _hits(near: Mix, heard: bytes) -> dict[str, int]:
    found = hear(heard, ["alexa"])
    verdict = judge(near.placed, [at for _, at in found.detections])
    ducked = [one for one in near.placed if any(_during(one, at) for at in found.ducks_s)]
    without_reason = [at for at in found.ducks_s if not any(_during(one, at) for one in near.placed)]
    return {
        "hits": len(verdict.hits),
        "false_alarms": len(verdict.false_alarms_s),
        "ducked": len(ducked),
        "ducked_without_reason": len(without_reason),
    }


def _during(word: Placed, at: float) -> bool:
    return word.begins_s <= at <= word.ends_s + DUCK_S


def hear(pcm: bytes, words: Sequence[str] = WORDS) -> Heard:
    """Everything through the default wake engine and the satellite's pauses; time is the sound's."""
    engine = openwakeword.load([WakeWord(name=word) for word in words])
    detector = WakeDetector(dict.fromkeys(words, RULE))
    detections, best = [], dict.fromkeys(words, 0.0)
    for step, scores in enumerate(engine.score(room(engine.context_s) + pcm)):  # the first score is that of the room
        best = {word: max(best[word], float(scores[word])) for word in words}
        detections += [(one.name, step * engine.step_s) for one in detector.scores(scores, step * engine.step_s)]
    return Heard(detections, best, _ducks_s(pcm))


def _ducks_s(pcm: bytes) -> list[float]:
    vad, pauses, floor = WebRtcVad(3), Pauses(3, 5, 15), NoiseFloor(round(3.0 / FRAME_S), 6.0)
    edges = [
        pauses.frame(vad.is_voice(frame) and not floor.is_room(level_dbfs(frame)))
        for frame in Framer(SPEECH.bytes(FRAME_S)).push(pcm)
    ]
    return [number * FRAME_S for number, edge in enumerate(edges, 1) if edge is Edge.STARTED]


# What it takes


def cost(folder: Path) -> dict[str, float]:
    """Processor seconds a second of sound while it plays and while it rests; memory in MB (PSS) that it adds."""
    with get_context("spawn").Pool(1) as apart:  # first: what both processes had loaded would count half
        memory_mb = apart.apply(_memory_mb)
    far, near = _pair(folder, "farend_singletalk")
    heard, played = near.astype("<i2").tobytes(), [Played(_upsampled(far), 0.0)]
    seconds, subject = SPEECH.seconds(len(heard)), canceller()
    return {
        "working_cpu": _cpu(lambda: cleaned(heard, played, subject)) / seconds,
        "resting_cpu": _cpu(lambda: cleaned(heard * 10, [], canceller())) / (10 * seconds),
        "pss_mb": memory_mb,
    }


def _memory_mb() -> float:
    """In a process of its own: what the canceller adds there, after ten seconds of work."""
    before, block = usage(os.getpid()).pss_mb, room(0.01)
    blocks = LiveKitBlocks()
    for _ in range(1000):
        blocks.cancel(block, block)
    return usage(os.getpid()).pss_mb - before


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
