"""Finds the part of an utterance in which somebody speaks, by level alone.

The final decode needs it for the mean of the cepstra: silence before and after has another colour than the voice, and
how much of it there is should change nothing. Voice activity detectors answer another question (when); they are
quicker and less generous. Where noise is nearly as loud as the voice, all of the sound is the part.
"""

from __future__ import annotations

import numpy as np

from wire.pcm import SPEECH

FRAME_S = 0.01
LOUD_SHARE = 0.95  # of frames are quieter than what counts as the voice's loudness
QUIET_DB = 20.0  # below that loudness, a frame is no part of the voice's middle; 25 keeps the noise of some rooms
STEADY = 3  # of five frames in a row must be loud: a click is no voice
MARGIN_S = 0.2  # kept on both sides, for soft consonants and for the decoder to settle


def spoken_part(pcm: bytes | bytearray) -> tuple[int, int]:
    """Where the voice begins and ends, in bytes of 16 bit mono sound at 16 kHz; all where no part is louder."""
    size = SPEECH.bytes(FRAME_S)
    samples = np.frombuffer(pcm, "<i2", len(pcm) // size * size // 2).astype(np.float64).reshape(-1, size // 2)
    if not len(samples):
        return 0, len(pcm)
    level = 10 * np.log10(np.mean(samples * samples, axis=1) + 1)
    loud = level > np.quantile(level, LOUD_SHARE) - QUIET_DB
    steady = np.flatnonzero(np.convolve(loud, np.ones(5), "same") > STEADY - 0.5)
    if not len(steady):
        return 0, len(pcm)
    margin = round(MARGIN_S / FRAME_S)
    return max(0, int(steady[0]) - margin) * size, min(len(pcm), (int(steady[-1]) + 1 + margin) * size)
