"""Reads words with a grammar and a home's names: how likely it is that they are a sentence, or the beginning of one.

Strategy: the forward algorithm over words; a slot takes as many of them as its phrases have. Likelihoods matter only
against each other. Any words at all (what to play, a message) fit everything, and are therefore much less likely than
words that are known.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.stt.grammar.automaton import Slot, State
from hub.stt.grammar.phrases import Matches

ANY_WORD = 0.5  # of any words, each is as likely the last as not
GUESS = 1e-4  # how likely any words are against known ones: they are the explanation where there is no other


class PhraseSet(Protocol):
    """The phrases of a slot."""

    def at(self, words: Sequence[str], start: int) -> Matches:
        """Which begin at this word."""


class AnyWords:
    """Every phrase there is."""

    def at(self, words: Sequence[str], start: int) -> Matches:
        """All the words that follow, any number of them."""
        left = len(words) - start
        return Matches([(count, GUESS * ANY_WORD**count) for count in range(1, left + 1)], GUESS * ANY_WORD**left)


@dataclass(frozen=True, slots=True)
class Reading:
    """Likelihoods, in no scale but their own; all are 0 where the grammar does not know such words."""

    sentence: float = 0.0
    """The words are a sentence whose last word is known."""
    open_end: float = 0.0
    """They are one that ends in any words, of which there may be more."""
    beginning: float = 0.0
    """They are the beginning of a longer one."""


def read(start: State, words: Sequence[str], phrases: Callable[[Slot], PhraseSet], skipped: PhraseSet) -> Reading:
    """Reads all words; `skipped` are phrases that say nothing ("please"), wherever they stand."""
    reader = _Reader(start, words)
    for at in range(len(words)):
        reader.pass_word(at)
        reader.pass_slots(at, functools.cache(lambda slot, at=at: phrases(slot).at(words, at)))
        reader.skip(at, skipped.at(words, at))
    return reader.reading()


class _Reader:
    """The states that were arrived at after each number of words, with their likelihoods."""

    def __init__(self, start: State, words: Sequence[str]) -> None:
        self._words = words
        self._arrived: list[defaultdict[State, float]] = [defaultdict(float) for _ in range(len(words) + 1)]
        self._arrived[0][start] = 1.0
        self._open_end = 0.0
        self._beginning = 0.0

    def pass_word(self, at: int) -> None:
        """Passes the word that is there as itself."""
        for state, likelihood in self._arrived[at].items():
            for then, share in state.words.get(self._words[at], {}).items():
                self._arrived[at + 1][then] += likelihood * share

    def pass_slots(self, at: int, found: Callable[[Slot], Matches]) -> None:
        """Passes every phrase that begins there."""
        for state, likelihood in self._arrived[at].items():
            for (slot, then), share in state.slots.items():
                matches = found(slot)
                self._beginning += likelihood * share * matches.unfinished
                for count, part in matches.complete:
                    self._arrive(at + count, slot, then, likelihood * share * part)

    def skip(self, at: int, nothing: Matches) -> None:
        """Passes phrases that say nothing."""
        for state, likelihood in self._arrived[at].items():
            self._beginning += likelihood * nothing.unfinished
            for count, _ in nothing.complete:
                self._arrived[at + count][state] += likelihood

    def reading(self) -> Reading:
        """What all of it amounts to."""
        sentence = sum(likelihood * state.end for state, likelihood in self._arrived[-1].items())
        beginning = sum(likelihood * (1 - state.end) for state, likelihood in self._arrived[-1].items())
        return Reading(sentence, self._open_end, self._beginning + beginning)

    def _arrive(self, after: int, slot: Slot, state: State, likelihood: float) -> None:
        if slot.kind == "any" and after == len(self._words):  # any words may always go on
            self._open_end += likelihood * state.end
            self._beginning += likelihood * (1 - state.end)
        else:
            self._arrived[after][state] += likelihood
