"""Whisper's tokens into segments, and aligned words into the segments where they belong; pure.

Whisper writes <|0.00|> words <|1.20|><|1.20|> words <|2.40|>: text between timestamps is a segment.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from hub.stt.recognizer import Word
from hub.stt.rolling.transcriber import Segment


@dataclass(frozen=True, slots=True)
class Aligned:
    """A word with the number of its tokens; its text is "" where it was joined with a neighbour."""

    word: Word
    tokens: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """One sound's result: the tokens of each segment without timestamps, and what Whisper thinks of the whole."""

    segments: list[list[int]]
    no_speech: float
    log_probability: float

    @property
    def tokens(self) -> list[int]:
        """Of all segments."""
        return [token for segment in self.segments for token in segment]


def split(tokens: Sequence[int], end: int) -> list[list[int]]:
    """The text tokens between timestamps; tokens from `end` (end of text) on are none."""
    return [list(group) for is_text, group in groupby(tokens, lambda token: token < end) if is_text]


def segments(decoded: Decoded, aligned: Sequence[Aligned]) -> tuple[Segment, ...]:
    """The segments with their words: a word belongs to the one that holds its first token."""
    words: list[list[Word]] = [[] for _ in decoded.segments]
    at = 0
    places = [number for number, segment in enumerate(decoded.segments) for _ in segment]
    for one in aligned:
        if one.word.text:
            words[places[at]].append(one.word)
        at += one.tokens
    return tuple(_segment(decoded, tuple(held)) for held in words if held)


def _segment(decoded: Decoded, words: tuple[Word, ...]) -> Segment:
    text = " ".join(word.text for word in words).encode()
    compression = len(text) / len(zlib.compress(text))
    return Segment(words, decoded.no_speech, decoded.log_probability, compression)
