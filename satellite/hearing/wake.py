"""Wake words: what an engine gives, and from its scores to detections.

Pure; time is audio. Engines are never reset between detections, since that makes them replay seconds of
silence: a refractory time keeps one utterance from being heard twice instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from config.satellite import WakeWord

STOP = "stop"
"""The name of the word that ends what sounds."""


class WakeError(Exception):
    """A wake word that cannot be listened for; says which and what there is."""


def model_path(word: WakeWord, shipped: Mapping[str, Path]) -> Path:
    """The file of a word's model: its own, or the one of its name that ships with the engine."""
    if word.model:
        return Path(word.model)
    if word.name not in shipped:
        known = ", ".join(sorted(shipped))
        raise WakeError(f"wake word {word.name!r} has no model; choose from {known}, or name a model file of its own")
    return shipped[word.name]


class Scored(Protocol):
    """What is known of an engine that scores wake words."""

    @property
    def step_s(self) -> float:
        """Seconds of sound between two scores of the same word."""

    @property
    def context_s(self) -> float:
        """Seconds of sound that a score depends on: what the engine must hear in one piece before it."""

    @property
    def advised(self) -> Mapping[str, float]:
        """Each word, and the least score of it that its model's makers take for heard."""


class WakeWords(Scored, Protocol):
    """An engine that scores wake words."""

    async def hear(self, sound: bytes) -> Sequence[Mapping[str, float]]:
        """Takes 16 kHz, 16 bit, mono sound of any length; returns the score, 0 to 1, of each word for every step.

        Oldest first; none while too little sound has come for a new score.
        """


@dataclass(frozen=True, slots=True)
class Rule:
    """When a word counts as heard: after `trigger_level` scores in a row of at least `threshold`.

    Then it is not heard again for `refractory_s` of sound.
    """

    threshold: float
    trigger_level: int
    refractory_s: float


@dataclass(frozen=True, slots=True)
class Detection:
    """A wake word that was heard, with its score from 0 to 1."""

    name: str
    score: float


@dataclass(slots=True)
class WakeDetector:
    """Decides from scores, each word by its own rule; all times are seconds of sound."""

    rules: Mapping[str, Rule]
    _above: dict[str, int] = field(default_factory=dict)
    _deaf_until: dict[str, float] = field(default_factory=dict)

    def scores(self, scores: Mapping[str, float], at: float) -> list[Detection]:
        """Takes the score of each word for the step that ends at `at`; returns the words heard, the surest first."""
        heard = [Detection(name, score) for name, score in scores.items() if self._triggers(name, score, at)]
        return sorted(heard, key=lambda detection: -detection.score)

    def _triggers(self, name: str, score: float, at: float) -> bool:
        rule = self.rules[name]
        if at <= self._deaf_until.get(name, at - 1.0):
            return False
        self._above[name] = self._above.get(name, 0) + 1 if score >= rule.threshold else 0
        if self._above[name] < rule.trigger_level:
            return False
        self._above[name], self._deaf_until[name] = 0, at + rule.refractory_s
        return True
