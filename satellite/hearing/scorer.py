"""Wake word scoring in a thread of its own, so that a slow processor delays detections and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from satellite.hearing.wake import Scored


class Scorer(Scored, Protocol):
    """The work of a wake word engine, of one thread."""

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
