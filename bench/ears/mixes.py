"""Sound to listen to: recordings laid over noise at known places, always the same; and the verdict on what was heard.

Pure but for reading the recordings. Levels are those of speech alone: the root mean square of the 20 ms windows that
are less than 35 dB below the loudest, so that a recording with a long silence is not made louder than one without.
The noise keeps the level it was recorded at; the recordings are moved to `SNR_DB` above it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.wake_clips import read_sound, room
from wire.pcm import SPEECH

Sound = np.ndarray[tuple[int], np.dtype[np.float64]]

SNR_DB = 10.0
ACTIVE_DB = 35.0  # below the loudest window: what is quieter is no speech
WINDOW_S = 0.02
LATE_S = 1.5  # after the word's end: openWakeWord's score is highest up to 0.5 s later, a gate may have to catch up
GAP_S = 1.5  # between two recordings, at least: with the pauses within them more than the refractory time of 2 s
LOUDEST = 32767.0


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording, in units of 16 bit samples; `wakes` where it says the wake word."""

    name: str
    sound: Sound
    wakes: bool = False

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.sound.size / SPEECH.rate


@dataclass(frozen=True, slots=True)
class Placed:
    """A recording in a mix, and the seconds at which speech begins and ends in it."""

    name: str
    wakes: bool
    begins_s: float
    ends_s: float


@dataclass(frozen=True, slots=True)
class Mix:
    """16 kHz, 16 bit, mono sound and what was placed in it."""

    name: str
    pcm: bytes
    placed: tuple[Placed, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return SPEECH.seconds(len(self.pcm))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What detections were worth. A second detection of one utterance is a false alarm too."""

    hits: tuple[str, ...]
    misses: tuple[str, ...]
    false_alarms_s: tuple[float, ...]


def recordings(folder: Path, names: str = "*") -> list[Clip]:
    """The WAV and FLAC recordings of a folder, sorted by name; raises ValueError for one that cannot be read."""
    paths = sorted(path for path in folder.glob(names) if path.suffix in (".wav", ".flac"))
    return [Clip(path.stem, samples(read_sound(path))) for path in paths]


def samples(pcm: bytes) -> Sound:
    """Sound as numbers that can be added."""
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def spread(clips: Sequence[Clip], count: int) -> list[Clip]:
    """So many of them, evenly over the whole list; all where there are no more."""
    return [clips[at * len(clips) // count] for at in range(count)] if len(clips) > count else list(clips)


def over(noise: Sound, name: str, seconds: float, clips: Sequence[Clip], seed: int, snr_db: float = SNR_DB) -> Mix:
    """The recordings over noise, in an order and at places that the seed decides, at least GAP_S apart.

    The noise begins where the seed says, and goes round. Raises ValueError where the recordings do not fit.
    """
    chance = random.Random(seed)
    ground = np.resize(np.roll(noise, -chance.randrange(noise.size)), round(seconds * SPEECH.rate))
    order = chance.sample(clips, len(clips))
    level = _rms(noise) * 10 ** (snr_db / 20)
    placed = []
    for clip, begins in zip(order, _places(order, seconds, chance), strict=True):
        at = round(begins * SPEECH.rate)
        ground[at : at + clip.sound.size] += clip.sound * (level / max(_rms(active(clip.sound)), 1e-9))
        placed.append(_placed(clip, begins))
    return Mix(name, _pcm(ground), tuple(placed))


def in_a_row(name: str, clips: Sequence[Clip], gap_s: float) -> Mix:
    """The recordings as loud as they are, one after another, in the low noise of a quiet room."""
    sounds, placed, at = [], [], gap_s
    for clip in clips:
        placed.append(_placed(clip, at))
        sounds += [np.zeros(round(gap_s * SPEECH.rate)), clip.sound]
        at += clip.seconds + gap_s
    sound = np.concatenate([*sounds, np.zeros(round(gap_s * SPEECH.rate))])
    return Mix(name, _pcm(sound + samples(room(sound.size / SPEECH.rate))), tuple(placed))


def cut(mix: Mix, seconds: float) -> Mix:
    """The first seconds of a mix, with what lies in them whole."""
    placed = tuple(one for one in mix.placed if one.ends_s + LATE_S <= seconds)
    return Mix(mix.name, mix.pcm[: SPEECH.bytes(seconds)], placed)


def judge(placed: Sequence[Placed], detections_s: Sequence[float]) -> Verdict:
    """Which wake words were heard by detections at these times: from their beginning until LATE_S after their end."""
    waiting = [one for one in placed if one.wakes]
    hits, false_alarms = [], []
    for at in sorted(detections_s):
        heard = next((one for one in waiting if one.begins_s <= at <= one.ends_s + LATE_S), None)
        if heard is None:
            false_alarms.append(at)
        else:
            waiting.remove(heard)
            hits.append(heard.name)
    return Verdict(tuple(hits), tuple(one.name for one in waiting), tuple(false_alarms))


def active(sound: Sound) -> Sound:
    """The windows that hold speech."""
    windows = _windows(sound)
    return windows[_spoken(windows)].reshape(-1)


def _placed(clip: Clip, begins_s: float) -> Placed:
    spoken = np.flatnonzero(_spoken(_windows(clip.sound)))
    first, last = (int(spoken[0]), int(spoken[-1])) if spoken.size else (0, 0)
    return Placed(clip.name, clip.wakes, begins_s + first * WINDOW_S, begins_s + (last + 1) * WINDOW_S)


def _places(clips: Sequence[Clip], seconds: float, chance: random.Random) -> Iterator[float]:
    """Where each begins: what time is left over goes to the gaps by chance."""
    left = seconds - sum(clip.seconds for clip in clips) - GAP_S * (len(clips) + 1)
    if left < 0:
        raise ValueError(f"{len(clips)} recordings do not fit into {seconds:g} s; take fewer")
    shares = [chance.random() for _ in range(len(clips) + 1)]
    at = 0.0
    for clip, share in zip(clips, shares, strict=False):
        at += GAP_S + left * share / sum(shares)
        yield at
        at += clip.seconds


def _windows(sound: Sound) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    size = round(WINDOW_S * SPEECH.rate)
    return np.pad(sound, (0, -sound.size % size)).reshape(-1, size)


def _spoken(windows: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    power = (windows**2).mean(axis=1)
    spoken: np.ndarray[tuple[int], np.dtype[np.bool_]] = power > power.max(initial=0.0) * 10 ** (-ACTIVE_DB / 10)
    return spoken


def _rms(sound: Sound) -> float:
    return math.sqrt(float((sound**2).mean())) if sound.size else 0.0


def _pcm(sound: Sound) -> bytes:
    return np.clip(sound, -LOUDEST, LOUDEST).astype("<i2").tobytes()
