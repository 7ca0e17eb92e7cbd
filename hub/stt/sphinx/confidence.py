"""How far to trust what was decoded: whether it is speech of ours, and whether it was the word or its opposite.

Strategy: a decoder that knows the home's sentences alone hears one in whatever sounds. Three things tell the
difference: how well the words fit the sound on the whole, how well the worst of them does, and how many follow what
they never follow in a sentence of the home (there the language model backs off to single words). And where the decoder
nearly chose the opposite ("off" for "on", another number), that word is as doubtful as the choice was near.

Rules: a word that turns a sentence into its opposite is never changed here, however doubtful it is: who acts decides.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from hub.stt.grammar.opposites import OPPOSITES
from hub.stt.sphinx.segments import Segment

MEAN, WORST = 0.6, 0.4  # weights of the mean and the worst log likelihood of a frame, relative to the best sound
STRANGE = 0.7  # such nats for each word that follows what it never follows
HALF = -5.25
"""Where words are as likely right as wrong: commands measure -1.9 to -4.7, in a quiet room and through a microphone;
sentences and words that are none of ours -4.2 to -8."""
STEEPNESS = 2.0  # of the probability about there, for each nat

WEIGHT = 11.5
"""Nats of a hypothesis' score that are one of its probability: the weight of language against sound (bestpathlw), by
which the sound's likelihood is too sure of itself (Evermann and Woodland 2000 scale by it alike)."""

_OPPOSED = frozenset(frozenset(pair.split()) for pair in OPPOSITES)


def confidence(segments: Sequence[Segment]) -> float:
    """The probability that what was said is a sentence of the home, or the beginning of one."""
    frames = sum(segment.frames for segment in segments)
    if not frames:
        return 0.0
    mean = sum(segment.likelihood for segment in segments) / frames
    worst = min(segment.likelihood / segment.frames for segment in segments)
    strange = sum(segment.order == 1 for segment in segments[1:])
    return _logistic(STEEPNESS * (MEAN * mean + WORST * worst - STRANGE * strange - HALF))


def against_opposites(words: Sequence[str], others: Iterable[tuple[Sequence[str], float]]) -> list[float]:
    """For each word the probability that it is not its opposite.

    `others`: what else the decoder considered, with the log likelihood, and the words themselves among it.
    """
    own, rivals = -math.inf, [-math.inf] * len(words)
    for other, score in others:
        differing = [at for at, pair in enumerate(zip(words, other, strict=False)) if pair[0] != pair[1]]
        if len(other) != len(words) or len(differing) > 1:
            continue
        if not differing:
            own = max(own, score)
        elif opposed(words[differing[0]], other[differing[0]]):
            rivals[differing[0]] = max(rivals[differing[0]], score)
    # Words that the others lack are taken for no less likely than their opposite
    return [1.0 if rival == -math.inf else _logistic((max(own, rival) - rival) / WEIGHT) for rival in rivals]


def opposed(one: str, other: str) -> bool:
    """Whether one word for the other makes a sentence mean another deed: opposites, and different numbers."""
    return frozenset((one, other)) in _OPPOSED or (one != other and _is_number(one) and _is_number(other))


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


def _logistic(nats: float) -> float:
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, nats))))
