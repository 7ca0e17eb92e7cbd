"""A level meter: what the sound of a microphone was like so far, and a bar for people to look at. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from satellite.sound.microphone import FRAME_S
from wire.pcm import FULL_SCALE, SILENCE_DBFS, level_dbfs

FLOOR_DBFS = -70.0  # where the bar begins
WIDTH = 35  # characters of the bar: one is 2 dB


@dataclass(slots=True)
class Levels:
    """Levels of frames (dBFS), and how many of them hold samples at full scale."""

    zero_dbfs: ClassVar[float] = SILENCE_DBFS
    frames: int = 0
    latest_dbfs: float = SILENCE_DBFS
    quietest_dbfs: float = field(default=0.0)
    loudest_dbfs: float = SILENCE_DBFS
    full_scale: int = 0

    def push(self, pcm: bytes) -> None:
        """Takes one frame of 16-bit sound."""
        level = self.latest_dbfs = level_dbfs(pcm)
        samples = np.frombuffer(pcm, "<i2").astype(np.int32)
        self.frames += 1
        self.quietest_dbfs = min(self.quietest_dbfs, level)
        self.loudest_dbfs = max(self.loudest_dbfs, level)
        self.full_scale += bool(samples.size and np.abs(samples).max() >= FULL_SCALE - 1)

    @property
    def seconds(self) -> float:
        """The sound so far."""
        return self.frames * FRAME_S


def bar(levels: Levels, best: Mapping[str, float]) -> str:
    """One line: the latest level, and the highest score of each wake word."""
    share = (levels.latest_dbfs - FLOOR_DBFS) / -FLOOR_DBFS
    filled = round(WIDTH * min(1.0, max(0.0, share)))
    scores = "  ".join(f"{word} {score:.2f}" for word, score in sorted(best.items()))
    return f"{'█' * filled}{'░' * (WIDTH - filled)} {levels.latest_dbfs:5.0f} dBFS  {scores}"
