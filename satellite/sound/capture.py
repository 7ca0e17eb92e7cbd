"""From what a sound card delivers to the frames that a satellite hears: channel, rate, gain, length and time. Pure."""

from __future__ import annotations

import numpy as np

from satellite.sound.microphone import FRAME_S, Frame
from wire.pcm import SPEECH, Framer, PcmFormat
from wire.resample import Resampler


class Capture:
    """One stream of a microphone in the format `source`; see wire.resample for `channel`."""

    def __init__(self, source: PcmFormat, channel: int, gain_db: float) -> None:
        self._source = source
        self._resampler = Resampler(source, SPEECH.rate, channel)
        self._framer = Framer(SPEECH.bytes(FRAME_S))
        self._gain_db = gain_db
        self._behind_s = 0.0  # of what came in, what no frame holds yet

    def push(self, pcm: bytes, until: float) -> list[Frame]:
        """Takes in whole frames of the source, captured until `until` (seconds); returns the frames now complete.

        Each frame says when its last sample was captured, however long the resampler held it.
        """
        self._behind_s += self._source.seconds(len(pcm))
        frames = []
        for frame in self._framer.push(amplified(self._resampler.push(pcm), self._gain_db)):
            self._behind_s -= FRAME_S
            frames.append(Frame(frame, until - self._behind_s))
        return frames


def amplified(pcm: bytes, gain_db: float) -> bytes:
    """Returns 16 bit sound made louder by so many dB; what gets too loud saturates."""
    if not gain_db:
        return pcm
    louder = np.rint(np.frombuffer(pcm, "<i2") * 10 ** (gain_db / 20))
    return bytes(np.clip(louder, -32768, 32767).astype("<i2"))
