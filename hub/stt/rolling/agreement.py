"""Which words of a growing transcript are settled: LocalAgreement-2.

Each pass over the sound gives a hypothesis. The words in which it and the one before begin alike are committed, in the
newer spelling, and never change again; all others are the tail. Pure; times are seconds of the utterance.

Source: Macháček, Dabre and Bojar 2023, "Turning Whisper into Real-Time Transcription System", and whisper_streaming.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from hub.stt.recognizer import Word

EARLY_S = 0.1  # a word that starts so long before the committed ones end is one of them, unless the words say otherwise
UNSTABLE_S = 0.3  # before the end of the sound, a word may still become another one: "light" was to be "lightning"
OVERLAP_WORDS = 5  # of the committed ones are looked for in a hypothesis
MOVED_S = 0.5  # by so much one pass may place a word before another does
OVERLAP_S = 1.0  # behind the committed words, what sounds like them was said again
BEFORE_NUMBER, AFTER_NUMBER = "\"'“„«‘([¿¡", "\"'”“»’)].,;:!?…"  # but no sign, point or unit: "-5", ".5", "5%"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The words that one pass heard in the sound from `start_s` to `end_s`, in order, apart from each other."""

    words: tuple[Word, ...]
    start_s: float
    end_s: float


def normalised(text: str) -> str:
    """A word as two hypotheses compare it: without case and punctuation, but a number with all that is part of it."""
    plain = unicodedata.normalize("NFC", text).casefold()
    if any(character.isdigit() for character in plain):
        return plain.lstrip(BEFORE_NUMBER).rstrip(AFTER_NUMBER)
    return "".join(character for character in plain if not unicodedata.category(character).startswith("P")) or plain


class LocalAgreement:
    """Takes one hypothesis after the other."""

    def __init__(self) -> None:
        self.committed: tuple[Word, ...] = ()
        self.tail: tuple[Word, ...] = ()
        """What the latest hypothesis has after the committed words."""

    @property
    def end_s(self) -> float:
        """Where the committed words end, 0 while there are none."""
        return self.committed[-1].end_s if self.committed else 0.0

    def note(self, heard: Hypothesis) -> None:
        """Takes a hypothesis and commits nothing."""
        after = heard.words[self._known(heard) :] if self.committed else heard.words
        self.tail = tuple(_not_before(word, self.end_s) for word in after)

    def agree(self, heard: Hypothesis) -> None:
        """Takes a hypothesis and commits the words in which it begins like the one before."""
        previous = self.tail
        self.note(heard)
        alike = takewhile(_alike, zip(self.tail, previous, strict=False))
        settled = takewhile(lambda word: word.end_s <= heard.end_s - UNSTABLE_S, (newer for newer, _ in alike))
        self._commit(len(list(settled)))

    def leave(self, start_s: float) -> None:
        """Sound before `start_s` can not be decoded again: commits the words that started in it, as heard last."""
        self._commit(sum(word.start_s < start_s for word in self.tail))

    def _commit(self, count: int) -> None:
        self.committed += self.tail[:count]
        self.tail = self.tail[count:]

    def _known(self, heard: Hypothesis) -> int:
        """How many words of a hypothesis are committed already: by their times, or by the words where those fit."""
        starts = [word.start_s - self.end_s for word in heard.words]
        first, split, last = (bisect_left(starts, s) for s in (-MOVED_S, -EARLY_S, OVERLAP_S))
        said = [normalised(word.text) for word in self.committed[-OVERLAP_WORDS:] if word.start_s >= heard.start_s]
        words = [normalised(word.text) for word in heard.words]
        return _end_of(said, words, split, range(first, min(split + OVERLAP_WORDS, last) + 1))


def _alike(pair: tuple[Word, Word]) -> bool:
    return normalised(pair[0].text) == normalised(pair[1].text)


def _not_before(word: Word, start_s: float) -> Word:
    return replace(word, start_s=max(word.start_s, start_s), end_s=max(word.end_s, start_s))


def _end_of(said: Sequence[str], words: Sequence[str], split: int, stops: Iterable[int]) -> int:
    """Where the longest end of `said` ends in `words`, as near to `split` as can be; there, where it is nowhere.

    A single word that is found before the split is not enough: "the" may be any.
    """
    nearest = sorted(stops, key=lambda stop: abs(stop - split))
    for length in range(len(said), 0, -1):
        for stop in nearest:
            if words[max(0, stop - length) : stop] == said[-length:] and (length > 1 or stop >= split):
                return stop
    return split
