"""A short sound that says: heard, and it takes a moment. Pure."""

from __future__ import annotations

import numpy as np

from wire.pcm import FULL_SCALE, PcmFormat

TONES_HZ = (523.25, 659.26)  # C5 and E5: a rising third, which sounds like a question being taken up
TONE_S = 0.12
LEVEL = 0.12  # of full scale: some 10 dB below speech


def earcon(kind: PcmFormat) -> list[bytes]:
    """Two soft tones, to be played one after the other; 16 bit, mono.

    In two pieces, since a satellite waits for a second one before it plays what is as short as this.
    """
    at = np.arange(round(TONE_S * kind.rate)) / kind.rate
    shape = np.sin(np.pi * at / TONE_S) ** 2  # begins and ends at nothing, so it never clicks
    waves = [np.sin(2 * np.pi * tone * at) * shape for tone in TONES_HZ]
    return [bytes((wave * LEVEL * (FULL_SCALE - 1)).astype("<i2")) for wave in waves]
