"""Words and voice on the clock of another piece of sound: one that begins earlier or later in what was said; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hub.stt.recognizer import Voiced, Word


def move_words(words: Iterable[Word], by_s: float) -> tuple[Word, ...]:
    """The same words `by_s` later."""
    return tuple(replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in words)


def move_voiced(voiced: Voiced, by_s: float) -> Voiced:
    """The same spans `by_s` later (earlier where it is negative), without what is then before the beginning."""
    moved = ((max(0.0, start + by_s), end + by_s) for start, end in voiced)
    return tuple(span for span in moved if span[1] > 0)
