"""The words of a home's sentences, by what they are for a correction; made again when the home has other names."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hub.home.home import Home
from hub.stt.grammar.automaton import State, states
from hub.stt.grammar.spoken_words import spoken
from hub.stt.nearest.kept import is_kept
from hub.stt.nearest.sounds import Phones, Vocabulary


class HomeWords:
    """Words of the templates, from `start` on, and of the names of a home."""

    def __init__(self, home: Home, start: State, language: str, phones: Phones) -> None:
        self._home = home
        self._language = language
        self._phones = phones
        self._common = frozenset(word for state in states(start) for word in state.words)
        names = self._names()
        self._read = names, self._vocabulary(names)

    def refresh(self) -> None:
        """Looks at the home's names, and reads them again where they are others."""
        if (names := self._names()) != self._read[0]:
            self._read = names, self._vocabulary(names)

    def near(self, word: str) -> Sequence[tuple[str, float]]:
        """Words that this one may have been and that do not decide what is done, with the distance (sounds.py)."""
        return self._read[1].near(word)

    def _names(self) -> tuple[str, ...]:
        areas = ((area.name, *area.aliases) for area in self._home.areas)
        things = ((thing.name, *thing.aliases) for thing in self._home.things)
        return tuple(itertools.chain(*areas, *things))

    def _vocabulary(self, names: tuple[str, ...]) -> Vocabulary:
        of_names = {word for name in names for word in spoken(name, self._language)}
        common, named = ([word for word in words if not is_kept(word)] for words in (self._common, of_names))
        return Vocabulary(common, named, self._phones)
