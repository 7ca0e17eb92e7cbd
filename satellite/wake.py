"""Wake words: from an engine's scores to detections.

Pure; time is audio. Engines are never reset between detections, since that makes them replay seconds of
silence: a refractory time keeps one utterance from being heard twice instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class WakeError(Exception):
    """A wake word that cannot be listened for; says which and what there is."""


class WakeWords(Protocol):
    """An engine that scores wake words."""

    step_s: float
    """Seconds of sound between two scores of the same word."""

    async def hear(self, frame: bytes) -> Mapping[str, float]:
        """Takes 16 kHz, 16 bit, mono sound of any length; returns the new highest score, 0 to 1, of each word.

        Empty while too little sound has come for a new score.
        """


@dataclass(frozen=True, slots=True)
class Detection:
    """A wake word that was heard, with its score from 0 to 1."""

    name: str
    score: float


@dataclass(slots=True)
class WakeDetector:
    """Decides from scores: a word is heard after `trigger_level` scores in a row of at least `threshold`.

    Then it is not heard again for `refractory_steps` scores.
    """

    threshold: float
    trigger_level: int
    refractory_steps: int
    _above: dict[str, int] = field(default_factory=dict)
    _deaf: dict[str, int] = field(default_factory=dict)

    def scores(self, scores: Mapping[str, float]) -> list[Detection]:
        """Takes one score of each word; returns the words that are now heard, the surest first."""
        heard = [Detection(name, score) for name, score in scores.items() if self._triggers(name, score)]
        return sorted(heard, key=lambda detection: -detection.score)

    def _triggers(self, name: str, score: float) -> bool:
        if self._deaf.get(name, 0) > 0:
            self._deaf[name] -= 1
            return False
        self._above[name] = self._above.get(name, 0) + 1 if score >= self.threshold else 0
        if self._above[name] < self.trigger_level:
            return False
        self._above[name], self._deaf[name] = 0, self.refractory_steps
        return True
