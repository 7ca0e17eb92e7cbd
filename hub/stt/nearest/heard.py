"""The words of what was heard that count when sentences are compared, and which of them may not be changed.

Rules: fixed are what decides what is done (kept.py), whole names of the home's things and areas, and the parts of what
the engine wrote as one word ("25%").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.stt.grammar.automaton import Slot
from hub.stt.grammar.names import Names
from hub.stt.grammar.spoken_words import spoken
from hub.stt.nearest.kept import is_kept
from hub.stt.recognizer import Word

_NAMES = (Slot("name"), Slot("area"))


@dataclass(frozen=True, slots=True)
class Heard:
    """A word that counts; `source` is the number of the engine's word that it is, or is a part of.

    `fixed`: it may not be changed. `joined`: nothing may be put in before it, because it goes on with a name or a word.
    """

    text: str
    source: int
    probability: float = 1.0
    fixed: bool = False
    joined: bool = False


def heard(words: Sequence[Word], language: str, names: Names) -> list[Heard]:
    """What counts of these words, in order; none of it fixed but for kept words and names that are whole."""
    parts = [spoken(word.text, language) for word in words]
    counting = [(text, source, place) for source, each in enumerate(parts) for place, text in enumerate(each)]
    spans = [*_whole_names([text for text, _, _ in counting], names)]
    return [
        Heard(
            text,
            source,
            words[source].probability,
            fixed=is_kept(text) or len(parts[source]) > 1 or any(number in span for span in spans),
            joined=place > 0 or any(number in span[1:] for span in spans),
        )
        for number, (text, source, place) in enumerate(counting)
    ]


def _whole_names(texts: Sequence[str], names: Names) -> Iterator[range]:
    """Where names of the home stand."""
    for phrases in map(names.phrases, _NAMES):
        for start in range(len(texts)):
            yield from (range(start, start + count) for count, _ in phrases.at(texts, start).complete)
