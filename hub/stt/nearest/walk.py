"""All places in a home's sentences where reading may stand, and what a word leads to.

Strategy: as many places at once as the words so far fit (the subset construction: Rabin and Scott 1959), so that one
reading of words is one step after the other. What leads on from all of them is gathered once, for many words to try.
Slots that take any words at all are never entered: everything would be near to them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from hub.stt.grammar.automaton import Slot, State
from hub.stt.grammar.names import Names

_Phrase = tuple[Slot | None, tuple[str, ...]]
"""A phrase that was begun with these words; of a slot, or (None) one that says nothing ("please")."""


class Places:
    """States that reading stands at, and phrases that it stands in with the states after them."""

    def __init__(self, states: Iterable[State], phrases: Mapping[_Phrase, Iterable[State]]) -> None:
        self.words: defaultdict[str, set[State]] = defaultdict(set)
        self.phrases: defaultdict[_Phrase, set[State]] = defaultdict(set)
        self.is_end = False
        """Whether a sentence may end here."""
        for phrase, after in phrases.items():
            self.phrases[phrase].update(after)
        for state in states:
            self._add(state)

    def _add(self, state: State) -> None:
        self.is_end |= state.end > 0
        self.phrases[None, ()].add(state)
        for word, after in state.words.items():
            self.words[word].update(after)
        for slot, then in state.slots:
            if slot.kind != "any":
                self.phrases[slot, ()].add(then)


class Walk:
    """Steps through the sentences of a home, as its names are at the moment."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._known: dict[_Phrase, tuple[bool, bool]] = {}

    def step(self, places: Places, word: str) -> Places | None:
        """Where this word leads to; None where no sentence goes on so."""
        states = set(places.words.get(word, ()))
        begun: dict[_Phrase, Iterable[State]] = {}
        for phrase, after, (complete, unfinished) in self._phrases(places, word):
            if complete:
                states |= after
            if unfinished:
                begun[phrase] = after
        return Places(states, begun) if states or begun else None

    def _phrases(self, places: Places, word: str) -> Iterator[tuple[_Phrase, set[State], tuple[bool, bool]]]:
        for (slot, said), after in places.phrases.items():
            phrase = slot, (*said, word)
            if phrase not in self._known:
                self._known[phrase] = self._look_up(*phrase)
            yield phrase, after, self._known[phrase]

    def _look_up(self, slot: Slot | None, said: tuple[str, ...]) -> tuple[bool, bool]:
        """Whether these words are a phrase of the slot, and whether they are the beginning of a longer one."""
        phrases = self._names.skipped if slot is None else self._names.phrases(slot)
        matches = phrases.at(said, 0)
        return any(count == len(said) for count, _ in matches.complete), matches.unfinished > 0
