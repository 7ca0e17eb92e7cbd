"""The sentences of a home that are nearest to words, by what has to be changed: best-first, with few changes.

Strategy: uniform-cost search (Dijkstra 1959) over (words read, words of the sentence so far, places in the home's
sentences): a heard word is taken as it is, exchanged for one that sounds alike, left out, or preceded by a small word
that nobody stresses. Wherever the sentences of the home do not go on so, a way ends; that and the bounds keep it short.

Rules: a word that is fixed is taken as it is. What decides what is done (kept.py) is neither put in nor taken out. Left
out are small words, and a verb before another verb, which is a false start; any other word may say what is meant. Words
with a word of a question become none but a question. The same words always give the same candidates.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hub.stt.grammar.automaton import State
from hub.stt.nearest.heard import Heard
from hub.stt.nearest.home_words import HomeWords
from hub.stt.nearest.kept import ASKING
from hub.stt.nearest.walk import Places, Walk

EDITS = 2  # at most: what differs in more is another sentence
DEAREST = 1.0  # of all edits together: one word that is not there, or two that sound half alike
SMALL_WORD = 0.5  # to leave out or to put in a word that is hardly heard
FALSE_START = 1.0  # to leave out a verb
DOUBTED = 0.5  # of its cost has the exchange of a word that the engine itself gives no chance

UNSTRESSED = ("is", "are", "in", "of", "for")
"""Small words that may be put in or left out: they do not decide what is done, as "to", "by" and "from" do."""
_VERBS = "turn switch set make put change adjust take get go give tell show find run bring create"
VERBS = frozenset(_VERBS.split())
"""Of which the second counts where two follow each other."""
WAYS = 1000
"""That are gone on with, at most: near misses take some hundred, and what takes more is near to too much."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of the home: each word with the number of the heard word that it stands for, None for one put in."""

    cost: float
    words: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class _Way:
    places: Places
    at: int = 0  # heard words that are read
    edits: int = 0
    cost: float = 0.0
    words: tuple[tuple[str, int | None], ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it begins as questions do."""
        return any(text in ASKING for text, _ in self.words[:1])


class Search:
    """Finds the sentences that begin at a state of the home's grammar."""

    def __init__(self, start: State, walk: Walk, words: HomeWords) -> None:
        self._start = start
        self._walk = walk
        self._words = words

    def nearest(self, heard: Sequence[Heard], margin: float) -> list[Candidate]:
        """The nearest sentence and all that cost up to `margin` more; none where there are too many ways to tell."""
        found: list[Candidate] = []
        order = itertools.count()  # of ways that cost the same: first come, first gone on with
        asks = any(word.text in ASKING for word in heard)
        ways = [(0.0, next(order), _Way(Places((self._start,), {})))]
        for _ in range(WAYS):
            if not ways or (found and ways[0][0] > found[0].cost + margin):
                return found
            way = heapq.heappop(ways)[-1]
            if way.at == len(heard) and way.places.is_end and (not asks or way.asks):
                found.append(Candidate(way.cost, way.words))
            for then in self._onward(way, heard):
                heapq.heappush(ways, (then.cost, next(order), then))
        return []

    def _onward(self, way: _Way, heard: Sequence[Heard]) -> Iterator[_Way]:
        """Every way that goes on from this one by a step."""
        if way.at == len(heard):
            return
        word = heard[way.at]
        if places := self._walk.step(way.places, word.text):
            yield replace(way, places=places, at=way.at + 1, words=(*way.words, (word.text, way.at)))
        if way.edits < EDITS:
            then = heard[way.at + 1] if way.at + 1 < len(heard) else None
            yield from (one for one in self._changed(way, word, then) if one.cost <= DEAREST)

    def _changed(self, way: _Way, word: Heard, then: Heard | None) -> Iterator[_Way]:
        if not word.fixed:
            yield from self._exchanged(way, word)
            if cost := _left_out(word.text, then.text if then else ""):
                yield replace(way, at=way.at + 1, edits=way.edits + 1, cost=way.cost + cost)
        if not word.joined:
            for small in UNSTRESSED:
                yield from self._other(way, small, None, SMALL_WORD)

    def _exchanged(self, way: _Way, word: Heard) -> Iterator[_Way]:
        trust = DOUBTED + (1 - DOUBTED) * word.probability
        for other, far in self._words.near(word.text):
            yield from self._other(way, other, way.at, far * trust)

    def _other(self, way: _Way, text: str, number: int | None, cost: float) -> Iterator[_Way]:
        """The way with a word that was not heard, for that of this number or for none, where a sentence goes on so."""
        if places := self._walk.step(way.places, text):
            at = way.at + (number is not None)
            yield _Way(places, at, way.edits + 1, way.cost + cost, (*way.words, (text, number)))


def _left_out(word: str, then: str) -> float:
    """What it costs to leave out a word before another, 0 where it may not be."""
    if word in UNSTRESSED:
        return SMALL_WORD
    return FALSE_START if word in VERBS and then in VERBS else 0.0
