"""Noise over a recording, at a signal-to-noise ratio: of the speech's level (bench/ears/mixes.py) to the noise's.

The speech keeps its level. Which part of the noise it is laid over depends on `name` alone, so that every run is alike.
"""

from __future__ import annotations

import random

import numpy as np

from bench.ears.mixes import LOUDEST, active, samples


def noisy(pcm: bytes, noise: bytes, snr_db: float, name: str) -> bytes:
    """The sound in the noise, which goes round; both 16 bit, mono, of one rate. Silence stays as it is."""
    sound, ground = samples(pcm), samples(noise)
    ground = np.resize(np.roll(ground, -random.Random(name).randrange(max(1, ground.size))), sound.size)
    speech, level = (float(np.mean(one**2)) if one.size else 0.0 for one in (active(sound), ground))
    share = (speech / level) ** 0.5 * 10 ** (-snr_db / 20) if level else 0.0
    return np.clip(np.round(sound + share * ground), -LOUDEST, LOUDEST).astype("<i2").tobytes()
