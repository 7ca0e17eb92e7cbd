"""Spoken commands over noise, through the satellite's detector and the hub's; and the verdict on what was heard.

Speech ends where the command is last 6 dB louder than the recording's own ground, in windows of 10 ms: the labels are
right to some 20 ms. Each recording begins with a thump, which is cut off.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from bench.ears.mixes import LOUDEST, Clip, Sound, active
from config.satellite import Vad
from hub.stt.activity import HYSTERESIS, Activity, Voice
from hub.stt.silero import Silero
from satellite.engines.webrtc import WebRtcVad
from satellite.hearing.vad import Edge, Speech
from satellite.sound.microphone import FRAME_S
from wire.pcm import SPEECH, Framer

THRESHOLD = 0.5  # the hub's own, config/hub.toml
LEAD_S, TAIL_S = 1.5, 1.5  # of noise about a command
LATE_S = 1.2  # a pause that is not noticed by then is not
STEP = SPEECH.rate // 100  # samples between two looks
WINDOW_S = 0.01
ABOVE_DB = 6.0  # the recording's ground: speech
GROUND_S = 0.5  # at a recording's end is its ground
THUMP_S = 0.3  # with its decay; the first word begins 0.39 s in or later


@dataclass(frozen=True, slots=True)
class Command:
    """Sound, and the sample in it where the last word ends."""

    sound: Sound
    end: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What both engines made of one piece of sound."""

    pcm: bytes
    edges: dict[int, Voice]
    probabilities: list[float]


@dataclass(slots=True)
class Outcome:
    """Of one detector in one noise; times in ms after the true end."""

    noticed: list[float] = field(default_factory=list)
    """When the pause began that lasted."""
    said: list[float] = field(default_factory=list)
    """Where the voice was said to have ended."""
    inside: int = 0
    """Pauses before the end, after which speech resumed."""
    unnoticed: int = 0
    """Commands that seemed to go on still, LATE_S after the end."""
    missed: int = 0
    """Commands that nobody seemed to speak."""


class Replayed:
    """Silero's probabilities once more; `own` decides as Silero's makers do, whatever its certainty."""

    frame_bytes = Silero.frame_bytes
    threshold = THRESHOLD

    def __init__(self, probabilities: Sequence[float], own: bool) -> None:
        self._left = iter(probabilities)
        self._own, self._voice = own, False

    def probability(self, frame: bytes) -> float:
        """See hub.stt.activity.VoiceActivity."""
        probability = next(self._left)
        if not self._own:
            return probability
        self._voice = probability >= THRESHOLD - (HYSTERESIS if self._voice else 0)
        return float(self._voice)


def detectors(heard: Heard) -> dict[str, Activity]:
    """Fresh ones, by name."""
    return {
        "webrtcvad": Activity(None, tells=True),
        "silero": Activity(Replayed(heard.probabilities, own=True), tells=False),
        "both": Activity(Replayed(heard.probabilities, own=False), tells=True),
    }


def command(clip: Clip) -> Command:
    """A recording without the thump that it begins with, labelled by level."""
    level = _levels(clip.sound)
    ground = np.median(level[-round(GROUND_S / WINDOW_S) :])
    skipped = round(THUMP_S / WINDOW_S)
    loud = np.flatnonzero(level[skipped:] > ground + ABOVE_DB) + skipped
    if not loud.size:
        raise ValueError(f"{clip.name} is nowhere louder than its own ground")
    start, end = (round(at * WINDOW_S * SPEECH.rate) for at in (skipped, int(loud[-1]) + 1))
    return Command(clip.sound[start:], end - start)


def hear(pcm: bytes, vad: Vad) -> Heard:
    """Through the satellite's detector with its settings, and through Silero."""
    satellite, silero, edges = Speech(vad, WebRtcVad(vad.aggressiveness)), Silero(THRESHOLD), dict[int, Voice]()
    for number, frame in enumerate(Framer(SPEECH.bytes(FRAME_S)).push(pcm), 1):
        if edge := satellite.hear(frame).edge:
            edges[round(number * FRAME_S * SPEECH.rate)] = Voice.STARTED if edge is Edge.STARTED else Voice.STOPPED
    return Heard(pcm, edges, [silero.probability(frame) for frame in Framer(silero.frame_bytes).push(pcm)])


def mixed(one: Command, ground: Sound, above_db: float, seed: int) -> bytes:
    """A command LEAD_S into the noise, which keeps its level and begins where the seed says."""
    around = round((LEAD_S + TAIL_S) * SPEECH.rate)
    begins = np.random.default_rng(seed).integers(ground.size)
    sound = np.resize(np.roll(ground, -begins), around + one.sound.size).copy()
    at = round(LEAD_S * SPEECH.rate)
    gain = rms(ground) * 10 ** (above_db / 20) / rms(active(one.sound))
    sound[at : at + one.sound.size] += one.sound * gain
    return pcm(sound)


def pcm(sound: Sound) -> bytes:
    """16 bit."""
    return np.clip(sound, -LOUDEST, LOUDEST).astype("<i2").tobytes()


def rms(sound: Sound) -> float:
    """Root of the mean square."""
    return math.sqrt(float((sound**2).mean()))


def judge(outcome: Outcome, heard: Heard, activity: Activity, begin: int, end: int) -> None:
    """Adds what a detector made of sound in which a command lies from one sample to another."""
    seen = [(at, activity.speaking, activity.voice_end) for at in looks(heard, activity)]
    seen = [look for look in seen if look[0] <= end + LATE_S * SPEECH.rate]
    pauses = [after[0] for before, after in pairwise(seen) if before[1] and not after[1]]
    _, still, voice_end = seen[-1]
    outcome.inside += sum(begin < at < end for at in pauses[:-1])
    outcome.missed += not voice_end
    outcome.unnoticed += still
    if pauses and not still:
        outcome.noticed.append(_ms(pauses[-1] - end))
        outcome.said.append(_ms(voice_end - end))


def looks(heard: Heard, activity: Activity) -> Iterator[int]:
    """Gives the sound and its edges to a detector; yields the sample, every 10 ms, to look at it."""
    whole = len(heard.pcm) // SPEECH.frame_bytes
    for start in range(0, whole - STEP + 1, STEP):
        activity.sound(heard.pcm[start * SPEECH.frame_bytes : (start + STEP) * SPEECH.frame_bytes])
        if edge := heard.edges.get(start + STEP):
            activity.told(edge)
        yield start + STEP


def _levels(sound: Sound) -> Sound:
    """In dB, for each window; over three of them, so that one that is loud alone is no speech."""
    size = round(WINDOW_S * SPEECH.rate)
    windows = sound[: sound.size // size * size].reshape(-1, size)
    level: Sound = 10 * np.log10((windows**2).mean(axis=1) + 1e-3)
    return np.convolve(level, np.ones(3) / 3, "same")


def _ms(samples: int) -> float:
    return samples / SPEECH.rate * 1000
