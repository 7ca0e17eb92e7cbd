"""Words that are no sentence of the home become the nearest one that is: what an engine has misheard is put right.

Strategy: the sentences that differ in a little are found by search.py. The nearest is taken where it is near enough,
the engine was sure enough of the words that stay, and no sentence that means something else is nearly as near.

Rules: a sentence of the home, and the beginning of one, is never changed, nor are words that lean on the next: whoever
said them goes on. Opposites, negations, numbers (kept.py) and whole names that were heard stay. Committed words never
change. What is not certain stays as it was heard, and is answered "I couldn't understand". English only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hub.home.home import Home
from hub.stt.grammar.known import LONGEST, KnownSentences
from hub.stt.grammar.spoken_words import LEANING, PASSED_OVER, every_word, spoken
from hub.stt.nearest.heard import Heard, heard
from hub.stt.nearest.home_words import HomeWords
from hub.stt.nearest.kept import is_kept
from hub.stt.nearest.rewriting import rewritten
from hub.stt.nearest.search import UNSTRESSED, Candidate, Search
from hub.stt.nearest.sounds import Phones
from hub.stt.nearest.walk import Walk
from hub.stt.recognizer import Words

LANGUAGE = "en"
SURE = 0.6
"""Of confidence, from which words are changed. Sentences that noise had touched and that were put right measured 0.66
to 0.93; where the engine itself gives a word less than this, the rest is no ground to build on."""
MEANINGLESS = frozenset(UNSTRESSED) - {"for"}  # where two sentences differ in these alone, they mean the same
MARGIN = 0.15  # of cost, to a sentence that means something else: a consonant for a like one in a word of three sounds


class Nearest:
    """The sentences of a home; calls may come from several threads. `phones`: how a word is spoken."""

    def __init__(self, home: Home, phones: Phones) -> None:
        self._known = KnownSentences(home, LANGUAGE)
        self._words = HomeWords(home, self._known, phones)

    def __call__(self, words: Words) -> Words:
        """These words, or the sentence that was meant; a word that was changed has the confidence in it."""
        texts = spoken(words.text, LANGUAGE)
        if words.committed or not 0 < len(texts) <= LONGEST or _leans(words.text) or self._knows(texts):
            return words
        said = heard(words.tail, LANGUAGE, self._known.names)
        chosen = _clearly_first(self._near(said))
        sure = _confidence(said, chosen) if chosen else 0.0
        if chosen is None or sure < SURE:
            return words
        return replace(words, tail=rewritten(words.tail, said, chosen, sure))

    def _knows(self, texts: Sequence[str]) -> bool:
        """Whether they are a sentence of the home or the beginning of one."""
        reading = self._known.read(texts)
        return reading.sentence + reading.open_end + reading.beginning > 0

    def _near(self, said: Sequence[Heard]) -> Sequence[Candidate]:
        self._words.refresh()
        return Search(self._known.start, Walk(self._known.names), self._words).nearest(said, MARGIN)


def _leans(text: str) -> bool:
    """Whether the last word leans on another that is to come."""
    last = every_word(text)[-1]
    return not is_kept(last) and last in LEANING[LANGUAGE] | PASSED_OVER[LANGUAGE]


def _clearly_first(near: Sequence[Candidate]) -> Candidate | None:
    """The nearest, unless some of the others mean something else."""
    return near[0] if len({_meaning(one) for one in near}) == 1 else None


def _meaning(sentence: Candidate) -> tuple[str, ...]:
    """All but small words and the endings of plurals and of "what's"; "for 5 minutes" and "in 5 minutes" differ."""
    return tuple(word.removesuffix("'s").removesuffix("s") for word, _ in sentence.words if word not in MEANINGLESS)


def _confidence(said: Sequence[Heard], chosen: Candidate) -> float:
    """How sure the engine was of the least sure word that stays, by the part of the words that needed no change."""
    staying = (said[at].probability for word, at in chosen.words if at is not None and said[at].text == word)
    return round(min(staying, default=0.0) * (1 - chosen.cost / len(said)), 3)
