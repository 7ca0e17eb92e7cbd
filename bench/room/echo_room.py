"""A satellite in a simulated room: what its speaker plays comes back to its microphone, cancelled or not.

A way is the impulse response from speaker to microphone at 16 kHz: made up (direct sound, then noise that dies away;
Polack's model of late reverberation), or estimated from a recording of both ends. The speaker saturates softly before
it, as small ones do. Time runs as in the satellite: a piece is told 20 ms before it is heard, frames come when full.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.ears.mixes import Sound, active, samples
from satellite.sound.echo import EchoCanceller
from satellite.sound.microphone import FRAME_S, Frame
from wire.pcm import FULL_SCALE, SPEECH, Framer, PcmFormat
from wire.resample import Resampler

MIXED = PcmFormat(48_000)  # what the satellite's mixer gives, config/satellite.toml
TOLD_S = 0.02  # before it is heard: what a sound card that holds 40 ms allows
WAY_S = 0.25
DIRECT_S = 0.012  # through the device's buffers and 10 cm of air
T60_S = 0.35  # a furnished room
CRITICAL_M = 0.6  # where direct and reverberant sound are equal: 0.057 √(V / T60) of 40 m³
SATURATION = 0.7  # of full scale: where the speaker begins to, 3 % of a full-scale sine are harmonics then
WINDOW = 8192  # samples of one spectrum where a way is estimated: twice the way's length
FLOOR = 1e-3  # of the loudest frequency: below it the far end has nothing to learn from


@dataclass(frozen=True, slots=True)
class Way:
    """From the speaker to the microphone."""

    name: str
    response: Sound


@dataclass(frozen=True, slots=True)
class Played:
    """A sound (16 bit, mono, 48 kHz) that the speaker begins to play at `at_s`."""

    pcm: bytes
    at_s: float


@dataclass(frozen=True, slots=True)
class Stray:
    """How wrong times are: frames come up to `late_s` late, and a sound is heard up to `heard_s` sooner or later."""

    late_s: float = 0.0
    heard_s: float = 0.0


def made_up_way(metres: float) -> Way:
    """Of a furnished room, the speaker so far from the microphone; the same each time."""
    at = np.arange(round(WAY_S * SPEECH.rate)) / SPEECH.rate
    response = np.random.default_rng(0).normal(0, 1, at.size) * 10 ** (-3 * at / T60_S)
    direct = round(DIRECT_S * SPEECH.rate)
    response[: direct + 1] = 0
    response *= metres / CRITICAL_M / np.sqrt((response**2).sum())
    response[direct] = 1
    return Way(f"speaker at {metres * 100:.0f} cm", response)


def recorded_way(played: Sound, heard: Sound) -> Way:
    """By the cross spectrum over the spectrum of what was played (Wiener), averaged over overlapping windows."""
    starts = range(0, min(played.size, heard.size) - WINDOW, WINDOW // 2)
    window = np.hanning(WINDOW)
    far = [np.fft.rfft(played[at : at + WINDOW] * window) for at in starts]
    near = [np.fft.rfft(heard[at : at + WINDOW] * window) for at in starts]
    spectrum = sum((np.abs(one) ** 2 for one in far), np.zeros(WINDOW // 2 + 1))
    cross = sum((two * one.conj() for one, two in zip(far, near, strict=True)), np.zeros(WINDOW // 2 + 1, complex))
    response = np.fft.irfft(cross / (spectrum + FLOOR * spectrum.max()))
    return Way("recorded path", response[: round(WAY_S * SPEECH.rate)])


def at_mixer(pcm: bytes, sound: PcmFormat, level_dbfs: float) -> bytes:
    """Speech as the mixer gives it, its spoken parts at a level."""
    resampler = Resampler(sound, MIXED.rate)
    loud = samples(resampler.push(pcm) + resampler.flush())
    return _pcm(loud * gain(loud, level_dbfs))


def gain(sound: Sound, level_dbfs: float) -> float:
    """What brings the spoken parts of a sound to a level."""
    spoken = active(sound)
    return float(10 ** (level_dbfs / 20) * FULL_SCALE / np.sqrt((spoken**2).mean()))


def echo(played: Sequence[Played], way: Way, seconds: float) -> Sound:
    """What the microphone hears of it, at 16 kHz."""
    sound = np.zeros(round(seconds * MIXED.rate))
    for one in played:
        piece, at = samples(one.pcm), round(one.at_s * MIXED.rate)
        sound[at : at + piece.size] += piece[: max(0, sound.size - at)]
    ceiling = SATURATION * FULL_SCALE
    resampler = Resampler(MIXED, SPEECH.rate)
    driven = samples(resampler.push(_pcm(np.tanh(sound / ceiling) * ceiling)) + resampler.flush())
    size = driven.size + way.response.size - 1
    both = np.fft.irfft(np.fft.rfft(driven, size) * np.fft.rfft(way.response, size), size)
    return np.resize(both, round(seconds * SPEECH.rate))


def microphone(near: Sound, far: Sound) -> bytes:
    """Both together."""
    size = min(near.size, far.size)
    return _pcm(near[:size] + far[:size])


def cleaned(heard: bytes, played: Sequence[Played], canceller: EchoCanceller, stray: Stray = Stray()) -> bytes:
    """What a canceller leaves of it."""
    chance = random.Random(0)
    pieces = _told(played, chance, stray.heard_s)
    waiting, out = next(pieces, None), []
    for number, pcm in enumerate(Framer(SPEECH.bytes(FRAME_S)).push(heard), 1):
        now = number * FRAME_S + chance.uniform(0, stray.late_s)
        while waiting and waiting.at_s - TOLD_S <= now:
            canceller.played(waiting.pcm, MIXED.rate, waiting.at_s)
            waiting = next(pieces, None)
        out.append(canceller.clean(Frame(pcm, now)).pcm)
    return b"".join(out)


def _told(played: Sequence[Played], chance: random.Random, heard_s: float) -> Iterator[Played]:
    size = MIXED.bytes(FRAME_S)
    for one in played:
        at = one.at_s + chance.uniform(-heard_s, heard_s)
        for number, start in enumerate(range(0, len(one.pcm), size)):
            yield Played(one.pcm[start : start + size], at + number * FRAME_S)


def _pcm(sound: Sound) -> bytes:
    return np.clip(sound, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes()
