"""Silences inside a recording of something that hums; pure, but for reading it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from wire.pcm import FULL_SCALE, SPEECH
from wire.wav import open_wav

WINDOW_S = 0.005
SILENT_DB = -60.0  # of full scale: nobody hears it beside a voice at -18 LUFS


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples from -1 to 1."""

    samples: np.ndarray[Any, np.dtype[np.float32]]
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    @staticmethod
    def read(path: Path) -> Sound:
        """A WAV file; raises WavError."""
        with open_wav(path) as wav:
            pcm = b"".join(wav.resampled(SPEECH.rate, channel=1))
        return Sound(np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(FULL_SCALE), SPEECH.rate)


def level_db(sound: Sound) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Of each window of WINDOW_S, in dB of full scale."""
    size = round(WINDOW_S * sound.rate)
    windows = sound.samples[: len(sound.samples) // size * size].reshape(-1, size).astype(np.float64)
    levels: np.ndarray[Any, np.dtype[np.float64]] = 10 * np.log10(np.maximum((windows**2).mean(axis=1), 1e-12))
    return levels


def gaps_s(sound: Sound) -> list[tuple[float, float]]:
    """Begin and length in seconds of each silence between the first sound and the last."""
    sounding = np.flatnonzero(level_db(sound) > SILENT_DB).tolist()
    between = pairwise(sounding)
    return [((left + 1) * WINDOW_S, (right - left - 1) * WINDOW_S) for left, right in between if right - left > 1]
