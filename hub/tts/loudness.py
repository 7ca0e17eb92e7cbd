"""How loud speech sounds, and the gain that brings every voice to one level; pure.

Strategy: loudness as ITU-R BS.1770-5 measures it (https://www.itu.int/rec/R-REC-BS.1770), for one channel: two filters
that hear as the ear does, then the mean power of blocks of 400 ms, without those that are silence or far below others.
The filters are given there for 48 kHz; for other rates their analogue forms are used as in B. De Man, "Evaluation of
Implementations of the EBU R128 Loudness Measurement", AES 145, 2018. They are applied to the spectrum.

Rules: a gain is the same for every sample, and the limiter knows no time, so no cutting of a stream changes its sound.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from wire.pcm import FULL_SCALE, PcmFormat

LEVEL_LUFS = -18.0  # of every voice: a small speaker is loud enough, and few peaks (some 15 dB more) reach the knee
MOST_GAIN_DB = 20.0  # a voice that is fainter than that is broken; it is not to become noise
KNEE = 0.8  # of full scale; above, peaks are bent instead of cut off

BLOCK_S, STEP_S = 0.4, 0.1
SILENCE_LUFS, BELOW_LU = -70.0, 10.0  # blocks that do not count: below this, and so far below the mean of the others
OFFSET_LU = -0.691  # so that a tone of 997 Hz reads its own level
RING_S = 0.1  # of silence behind the sound, into which the filters ring out

Samples = np.ndarray[Any, np.dtype[np.float64]]


def loudness_lufs(pcm: bytes, kind: PcmFormat) -> float:
    """The integrated loudness of 16-bit mono sound, in LUFS; -inf of silence."""
    heard = _weighted(np.frombuffer(pcm, "<i2") / FULL_SCALE, kind.rate)
    powers = _powers(heard, kind.rate)
    powers = powers[powers > _power(SILENCE_LUFS)]
    if powers.size:
        powers = powers[powers > _power(_lufs(float(powers.mean())) - BELOW_LU)]
    return _lufs(float(powers.mean())) if powers.size else -math.inf


def gain_for(lufs: float) -> float:
    """What samples of a voice that loud are multiplied with, to be as loud as all others; 1 for silence."""
    if math.isinf(lufs):
        return 1.0
    return float(10 ** (min(MOST_GAIN_DB, LEVEL_LUFS - lufs) / 20))


def amplified(pcm: bytes, gain: float) -> bytes:
    """16-bit sound with the gain applied; peaks above KNEE bend towards full scale and never reach it."""
    samples = np.frombuffer(pcm, "<i2") / FULL_SCALE * gain
    over = np.maximum(np.abs(samples) - KNEE, 0.0)
    bent = KNEE + (1 - KNEE) * np.tanh(over / (1 - KNEE))
    limited = np.where(over > 0, np.copysign(bent, samples), samples)
    return np.clip(np.rint(limited * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes()


def _powers(samples: Samples, rate: int) -> Samples:
    """The mean power of each block; of sound shorter than one, of all of it."""
    block, step = min(round(BLOCK_S * rate), len(samples)), round(STEP_S * rate)
    sums = np.concatenate([[0.0], np.cumsum(samples * samples)])
    starts = np.arange(0, len(samples) - block + 1, step)
    return np.asarray((sums[starts + block] - sums[starts]) / max(1, block))


def _weighted(samples: Samples, rate: int) -> Samples:
    """The samples behind both filters."""
    size = len(samples) + round(RING_S * rate)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    spectrum = np.fft.rfft(samples, size)
    for over, under in filters(rate):
        spectrum *= np.polyval(over[::-1], turn) / np.polyval(under[::-1], turn)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(samples)])


def filters(rate: int) -> tuple[tuple[Samples, Samples], tuple[Samples, Samples]]:
    """The head's shelf and the ear's high pass, as coefficients b and a of digital filters."""
    k, q = math.tan(math.pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    shelf = np.array([high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k])
    under = np.array([1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k])
    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    lower = np.array([1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k])
    return (shelf / under[0], under / under[0]), (np.array([1.0, -2.0, 1.0]), lower / lower[0])


def _lufs(power: float) -> float:
    return OFFSET_LU + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - OFFSET_LU) / 10))
