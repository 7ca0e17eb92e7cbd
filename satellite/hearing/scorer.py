"""Wake word scoring in a thread of its own, so that a slow processor delays detections and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol


class Scorer(Protocol):
    """The work of a wake word engine, of one thread."""

    @property
    def step_s(self) -> float:
        """Seconds of sound between two scores of the same word."""

    @property
    def context_s(self) -> float:
        """Seconds of sound that a score depends on: what the engine must hear in one piece before it."""

    @property
    def advised(self) -> Mapping[str, float]:
        """Each word, and the least score of it that its model's makers take for heard."""

    def score(self, sound: bytes) -> Sequence[Mapping[str, float]]:
        """Takes 16 kHz, 16 bit, mono sound of any length; returns the scores of each step, oldest first."""


class InThread:
    """A scorer as satellite.hearing.wake.WakeWords."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wake")
        self.step_s, self.context_s, self.advised = scorer.step_s, scorer.context_s, scorer.advised

    async def hear(self, sound: bytes) -> Sequence[Mapping[str, float]]:
        """See satellite.hearing.wake.WakeWords."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._scorer.score, sound)
