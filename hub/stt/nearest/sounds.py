"""How alike two words sound: the edit distance of their phones, and the words of a home that sound nearly alike.

Source: Levenshtein 1966, with phones of one kind half as far apart, since these are what a room and a noise confuse
(obstruents, sonorants and vowels: the kinds of Miller and Nicely 1955 that survive at the lowest levels of speech).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Phones = Callable[[str], Sequence[str]]
"""How a word is spoken, in cmudict's phones without stress; empty where nobody knows."""

ALIKE = 0.5  # of a phone, between two of one kind
FARTHEST = 0.4
"""Of the longer word's phones; but one phone is always near enough. What is farther is simply another word."""
FARTHEST_NAME = 0.15
"""The same for a word that only names have, since those differ in little themselves (bathroom, bedroom: 0.17)."""
SHORTEST = 2  # phones of a word that may be meant for another: one alone is near to too much
REMEMBERED = 1000  # words whose neighbours are kept; a home's speech has some hundreds

_KINDS = (
    "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW",
    "B CH D DH F G HH JH K P S SH T TH V Z ZH",
    "L M N NG R W Y",
)
_KIND: Mapping[str, int] = {phone: kind for kind, phones in enumerate(_KINDS) for phone in phones.split()}


def distance(one: Sequence[str], other: Sequence[str]) -> float:
    """0 for the same phones to 1 for nothing in common; symmetrical."""
    row = [float(at) for at in range(len(other) + 1)]
    for count, phone in enumerate(one, 1):
        before, row[0] = row[0], float(count)
        for at, heard in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + _apart(phone, heard))
    return row[-1] / max(len(one), len(other), 1)


class Vocabulary:
    """Words with their sounds; finds those that a heard word may have been."""

    def __init__(self, common: Iterable[str], names: Iterable[str], phones: Phones) -> None:
        """`names`: the words of names, of which those count that are no `common` ones."""
        self._phones = phones
        self._common = frozenset(common)
        self._words = [(word, sound) for word in sorted({*common, *names}) if len(sound := phones(word)) >= SHORTEST]
        self._found: dict[str, Sequence[tuple[str, float]]] = {}

    def near(self, word: str) -> Sequence[tuple[str, float]]:
        """Other words that are near enough, with the distance, in the order of the alphabet."""
        if word not in self._found:
            if len(self._found) == REMEMBERED:
                self._found.clear()
            self._found[word] = [*self._near(word, self._phones(word))]
        return self._found[word]

    def _near(self, word: str, sound: Sequence[str]) -> Iterator[tuple[str, float]]:
        for other, as_spoken in self._words if len(sound) >= SHORTEST else ():
            longer = max(len(sound), len(as_spoken))
            farthest = max(FARTHEST, 1 / longer) if other in self._common else FARTHEST_NAME
            if other == word or abs(len(sound) - len(as_spoken)) > farthest * longer:  # which saves most the long way
                continue
            if (far := distance(sound, as_spoken)) <= farthest:
                yield other, far


def _apart(one: str, other: str) -> float:
    return 0.0 if one == other else ALIKE if _KIND.get(one) == _KIND.get(other) else 1.0
