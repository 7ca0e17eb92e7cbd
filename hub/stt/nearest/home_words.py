"""The words of a home's sentences, by what they are for a correction; made again when the home has other names."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hub.home.home import Area, Floor, Home, Thing
from hub.stt.grammar.automaton import states
from hub.stt.grammar.known import KnownSentences
from hub.stt.grammar.spoken_words import spoken
from hub.stt.nearest.kept import is_kept
from hub.stt.nearest.sounds import Phones, Vocabulary


class HomeWords:
    """Words of its sentences' templates, and of its names."""

    def __init__(self, home: Home, known: KnownSentences, phones: Phones) -> None:
        self._home = home
        self._known = known
        self._phones = phones
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
        named: tuple[Floor | Area | Thing, ...] = (*self._home.floors, *self._home.areas, *self._home.things)
        return tuple(itertools.chain.from_iterable((one.name, *one.aliases) for one in named))

    def _vocabulary(self, names: tuple[str, ...]) -> Vocabulary:
        of_names = {word for name in names for word in spoken(name, self._known.language)}
        of_templates = {word for state in states(self._known.start) for word in state.words}
        common, named = ([word for word in words if not is_kept(word)] for words in (of_templates, of_names))
        return Vocabulary(common, named, self._phones)
