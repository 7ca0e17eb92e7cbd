"""Sets of phrases by their words: which of them begin at a place in a sentence, and which may still be going on.

A trie over words; shares are of the set's whole weight, so a set of 500 names is as likely as one of five.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Matches:
    """What of a set begins at a word: its number of words and its share, for each phrase that is complete."""

    complete: Sequence[tuple[int, float]] = ()
    unfinished: float = 0.0
    """The share of the phrases of which what is left of the sentence is only the beginning."""


@dataclass(slots=True)
class _Branch:
    weight: float = 0.0  # of all phrases that go through here
    own: float = 0.0  # of the phrase that ends here
    then: dict[str, _Branch] = field(default_factory=dict)


class Phrases:
    """A weighted set of phrases; those without words are left out."""

    def __init__(self, phrases: Iterable[tuple[Sequence[str], float]]) -> None:
        self._root = _Branch()
        for words, weight in phrases:
            if words:
                self._add(words, weight)

    @property
    def weight(self) -> float:
        """Of all phrases."""
        return self._root.weight

    def at(self, words: Sequence[str], start: int) -> Matches:
        """What begins at this word."""
        branch: _Branch | None = self._root
        complete: list[tuple[int, float]] = []
        for length, word in enumerate(words[start:], 1):
            branch = branch.then.get(word) if branch else None
            if branch is None:
                return Matches(complete)
            if branch.own:
                complete.append((length, branch.own / self.weight))
        return Matches(complete, (branch.weight - branch.own) / self.weight if branch and self.weight else 0.0)

    def _add(self, words: Sequence[str], weight: float) -> None:
        branch = self._root
        branch.weight += weight
        for word in words:
            branch = branch.then.setdefault(word, _Branch())
            branch.weight += weight
        branch.own += weight
