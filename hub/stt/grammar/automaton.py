"""A probabilistic automaton over words, and how it is built from left to right.

`Front` is where building stands: the states to go on from. Where different words lead to the same rest they lead to
the same state, so that an automaton stays as small as the templates, however many sentences they stand for.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Spoken = Callable[[str], Sequence[str]]
"""The words of a text that count."""


Numbers = tuple[float, float, float]
"""A range: the first, the last, the step."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What is left open: names of things of some domains (None: of all), places, numbers of a range, any words."""

    kind: Literal["name", "floor", "area", "number", "any"]
    domains: frozenset[str] | None = None
    numbers: Numbers = (0, 0, 1)


@dataclass(slots=True, eq=False)
class State:
    """Where reading stands. All likelihoods that lead on from here, and that of the end, add up to one."""

    end: float = 0.0
    words: dict[str, dict[State, float]] = field(default_factory=dict)
    slots: dict[tuple[Slot, State], float] = field(default_factory=dict)


def states(start: State) -> Iterator[State]:
    """Every state that can be reached, this one first."""
    seen, ahead = {start}, [start]
    while ahead:
        state = ahead.pop()
        yield state
        then = {*itertools.chain(*state.words.values()), *(after for _, after in state.slots)} - seen
        seen |= then
        ahead += then


class Front:
    """States, each with the likelihood of going on from it, by what has been read since of a word that is not finished.

    A front never changes; what leads on from it gives the next one.
    """

    def __init__(self, states: Mapping[str, Mapping[State, float]]) -> None:
        self._states = states

    def text(self, text: str, spoken: Spoken) -> Front:
        """Reads text, in which a space or a hyphen ends a word."""
        front = self
        for is_gap, letters in itertools.groupby(text, lambda letter: letter.isspace() or letter == "-"):
            piece = "".join(letters)
            front = Front({"": front._passed(spoken)}) if is_gap else front._longer(piece)
        return front

    def slot(self, slot: Slot, spoken: Spoken) -> Front:
        """Leaves open what comes next."""
        then = State()
        for state, likelihood in self._passed(spoken).items():
            state.slots[slot, then] = state.slots.get((slot, then), 0.0) + likelihood
        return Front({"": {then: 1.0}})

    def end(self, spoken: Spoken) -> None:
        """Lets sentences end here."""
        for state, likelihood in self._passed(spoken).items():
            state.end += likelihood

    def scaled(self, share: float) -> Front:
        """So much of it."""
        return Front({read: {state: one * share for state, one in states.items()} for read, states in self._items()})

    @staticmethod
    def merged(fronts: Iterable[Front]) -> Front:
        """All of these together."""
        merged: defaultdict[str, defaultdict[State, float]] = defaultdict(lambda: defaultdict(float))
        for front in fronts:
            for read, states in front._items():
                for state, likelihood in states.items():
                    merged[read][state] += likelihood
        return Front(merged)

    def _items(self) -> Iterable[tuple[str, Mapping[State, float]]]:
        return self._states.items()

    def _longer(self, letters: str) -> Front:
        return Front({read + letters: states for read, states in self._items()})

    def _passed(self, spoken: Spoken) -> Mapping[State, float]:
        """The states after the words that were being read: one for all, besides those since which nothing was read."""
        passed: defaultdict[State, float] = defaultdict(float)
        after: State | None = None
        for read, states in self._items():
            if words := spoken(read):
                after = after or State()
                _lead(states, words, after)
            else:
                for state, likelihood in states.items():
                    passed[state] += likelihood
        return {**passed, after: 1.0} if after else passed


def _lead(states: Mapping[State, float], words: Sequence[str], after: State) -> None:
    """Lets these words lead from these states to another."""
    for number, word in enumerate(words, 1):
        then = after if number == len(words) else State()
        for state, likelihood in states.items():
            targets = state.words.setdefault(word, {})
            targets[then] = targets.get(then, 0.0) + likelihood
        states = {then: 1.0}
