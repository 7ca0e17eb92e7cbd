"""From the segments of a decoded utterance to words as they are written, with their times.

Rules: a token of several words (`of_the_bed_light`) shares its time among them by their length. The wake phrase,
silence and noise are no words.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hub.stt.recognizer import Word
from hub.stt.sphinx.flow import WAKE

FRAME_S = 0.01  # of pocketsphinx's features
NO_WORDS = ("<", "[NOISE", "[SPEECH", WAKE)  # beginnings of what stands for silence, noise, and the wake phrase


@dataclass(frozen=True, slots=True)
class Segment:
    """A token of the language model, and the frames that it takes, the last one included.

    `likelihood` is the logarithm of all its frames', relative to the best sound there is; `order` that of the n-gram
    by which the language model took it.
    """

    token: str
    start: int
    end: int
    likelihood: float = 0.0
    order: int = 3

    @property
    def frames(self) -> int:
        """How long it is."""
        return self.end - self.start + 1

    @property
    def is_word(self) -> bool:
        """Whether it stands for words."""
        return not self.token.startswith(NO_WORDS)


def words(segments: Iterable[Segment], offset_s: float = 0.0) -> list[Word]:
    """The words, the first frame being `offset_s` seconds after the beginning of the sound."""
    return [word for segment in segments if segment.is_word for word in _shared(segment, offset_s)]


def text(token: str) -> str:
    """The plain words: `of_the_bed_light:of_the_{light}(2)` is "of the bed light"."""
    return token.partition(":")[0].partition("(")[0].replace("_", " ")


def _shared(segment: Segment, offset_s: float) -> Iterator[Word]:
    parts = text(segment.token).split()
    letters = [0, *itertools.accumulate(map(len, parts))]
    for part, (before, after) in zip(parts, itertools.pairwise(letters), strict=True):
        start_s, end_s = (
            round(offset_s + FRAME_S * (segment.start + segment.frames * count / letters[-1]), 3)
            for count in (before, after)
        )
        yield Word(part, start_s, end_s)
