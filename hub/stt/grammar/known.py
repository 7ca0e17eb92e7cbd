"""The sentences that people say to one home: the grammar of its language (grammar.py) with its names (names.py).

The grammar is built once for each language, and once more for homes with floors; the names are compared at each call,
and read again only when they are others. Calls may come from several threads: what they share is only ever replaced as
a whole.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from hub.home.home import Home
from hub.sentences import plain_sentences, sentences, with_here
from hub.stt.grammar.automaton import State, states
from hub.stt.grammar.grammar import grammar
from hub.stt.grammar.names import Names
from hub.stt.grammar.reading import Reading, read
from hub.stt.grammar.spoken_words import spoken

LONGEST = 30  # words; sentences to a home have some ten, and reading takes time with their number
UNSPACED = ("ja", "th", "zh")  # languages that write no space between words, so that there are none to read


class KnownSentences:
    """`language` as in hub/sentences.py. The first of a language takes a second to make, others 10 ms."""

    def __init__(self, home: Home, language: str) -> None:
        self.language = language
        self._home = home
        ranges = {slot.numbers for state in states(self.start) for slot, _ in state.slots if slot.kind == "number"}
        self.names = Names(home, language, ranges)

    @property
    def start(self) -> State:
        """Where every sentence begins."""
        return _grammar(self.language, bool(self._home.floors))

    def read(self, words: Sequence[str]) -> Reading:
        """What words that count (spoken_words.py) amount to; more than LONGEST amount to nothing."""
        if len(words) > LONGEST:
            return Reading()
        self.names.refresh()
        return read(self.start, words, self.names.phrases, self.names.skipped)


@functools.cache  # which is the same for every home, and never changes
def _grammar(language: str, floors: bool) -> State:
    if language.startswith(UNSPACED):
        return State()
    documents = (sentences(language), plain_sentences(language))  # half the weight for those that are said the most
    known = [with_here(one, language) for one in documents if one and one["intents"]]
    return grammar(known, lambda text: spoken(text, language), floors)
