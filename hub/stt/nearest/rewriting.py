"""The words that were heard, as a sentence of the home has them.

Rules: what is not changed stays as it was written. An exchanged word keeps its time, one that is put in has none of its
own: it begins and ends where the word before it ends. Articles go with nothing: they stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from hub.stt.nearest.heard import Heard
from hub.stt.nearest.search import Candidate
from hub.stt.recognizer import Word


def rewritten(words: Sequence[Word], heard: Sequence[Heard], chosen: Candidate, sure: float) -> tuple[Word, ...]:
    """The words as the chosen sentence has them; `sure` is the probability of those that it changes."""
    said = {number: text for text, number in chosen.words if number is not None}
    gone = {one.source for number, one in enumerate(heard) if number not in said}
    exchanged = {one.source: said[number] for number, one in enumerate(heard) if said.get(number, one.text) != one.text}
    put_in = _put_in(words, heard, chosen, sure)
    rest = put_in[-1]
    for source, word in enumerate(words):
        if source in exchanged:
            rest.append(replace(word, text=exchanged[source], probability=sure))
        elif source not in gone:
            rest.append(word)
        rest += put_in[source]
    return tuple(rest)


def _put_in(
    words: Sequence[Word], heard: Sequence[Heard], chosen: Candidate, sure: float
) -> defaultdict[int, list[Word]]:
    """What comes after each heard word, -1 being before all."""
    found: defaultdict[int, list[Word]] = defaultdict(list)
    after, at_s = -1, words[0].start_s
    for text, number in chosen.words:
        if number is None:
            found[after].append(Word(text, at_s, at_s, sure))
        else:
            after = heard[number].source
            at_s = words[after].end_s
    return found
