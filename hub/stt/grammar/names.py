"""The phrases that a home's sentences leave open: its names, places, numbers, and what may be said around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hub.home.home import Area, Floor, Home, Thing
from hub.sentences import sentences
from hub.stt.grammar.automaton import Numbers, Slot
from hub.stt.grammar.grammar import texts
from hub.stt.grammar.phrases import Matches, Phrases
from hub.stt.grammar.reading import AnyWords, PhraseSet
from hub.stt.grammar.spoken_words import number_phrases, spoken

ROUND = 10.0  # how much likelier than others are numbers up to ten and multiples of five


class Names:
    """Sets of phrases by slot, made again when the home has other names."""

    def __init__(self, home: Home, language: str, numbers: Iterable[Numbers]) -> None:
        """`numbers` are ranges that slots take."""
        self._home = home
        self._language = language
        self._made_from: object = None
        self._floors = self._areas = Phrases(())
        self._domains: dict[str, Phrases] = {}
        self._numbers = {one: self._number_phrases(one) for one in numbers}
        self.refresh()
        self.skipped = Phrases((one, 1.0) for one in self._skipped())
        """Phrases that say nothing ("please")."""

    def refresh(self) -> None:
        """Looks at the home's names, and reads them again where they are others."""
        floors, areas, things = self._home.floors, self._home.areas, self._home.things
        names = (tuple(floors), tuple(areas), *((thing.name, thing.aliases, thing.domain) for thing in things))
        if names != self._made_from:
            self._floors, self._areas = self._phrases(floors), self._phrases(areas)
            domains = {thing.domain for thing in things}
            self._domains = {one: self._phrases([each for each in things if each.domain == one]) for one in domains}
            self._made_from = names

    def phrases(self, slot: Slot) -> PhraseSet:
        """What a slot takes in this home."""
        match slot.kind:
            case "name":
                known = self._domains
                wanted = known if slot.domains is None else slot.domains & known.keys()
                return _Union([known[one] for one in sorted(wanted)])
            case "floor":
                return self._floors
            case "area":
                return self._areas
            case "number":
                if slot.numbers not in self._numbers:  # of a sentence about floors, which the home had none of
                    self._numbers[slot.numbers] = self._number_phrases(slot.numbers)
                return self._numbers[slot.numbers]
        return AnyWords()

    def _phrases(self, named: Sequence[Floor] | Sequence[Area] | Sequence[Thing]) -> Phrases:
        texts = (text for one in named for text in (one.name, *one.aliases))
        return Phrases((spoken(text, self._language), 1.0) for text in texts)

    def _number_phrases(self, numbers: Numbers) -> Phrases:
        first, last, step = numbers
        every = (first + step * count for count in range(round((last - first) / step) + 1))
        return Phrases((words, _usual(number)) for number in every for words in number_phrases(number, self._language))

    def _skipped(self) -> Iterator[Sequence[str]]:
        known = sentences(self._language) or {}
        for template in known.get("skip_words") or ():
            yield from (spoken(text, self._language) for text in texts(template))


class _Union:
    """Several sets as one."""

    def __init__(self, sets: Sequence[Phrases]) -> None:
        self._sets = sets

    def at(self, words: Sequence[str], start: int) -> Matches:
        """What begins at this word in any of them."""
        whole = sum(one.weight for one in self._sets)
        found = [(one.weight / whole, one.at(words, start)) for one in self._sets if one.weight]
        return Matches(
            [(count, part * share) for part, matches in found for count, share in matches.complete],
            sum(part * matches.unfinished for part, matches in found),
        )


def _usual(number: float) -> float:
    return ROUND if number <= 10 or number % 5 == 0 else 1.0
