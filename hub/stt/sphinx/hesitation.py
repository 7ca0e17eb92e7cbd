"""People stop in the middle of a sentence: some go on after a pause, some for good. Both must be heard as they are.

Strategy: of the counted n-grams a share is counted once more in two ways. After any token the utterance may be over.
And a joined token (`in_the_{area}`) comes apart behind each of its leaning words, since the decoder allows a pause
between tokens only; what leans (`in_the`) may then be the last that is said, and so may the beginning of a name.
Without it the decoder invents an end: "turn on the" was heard as "turn on the tv".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from hub.stt.sphinx.flow import END, Ngram

UNFINISHED = 0.1  # of all that is said goes no further, at any token
PAUSED = 0.1  # of all joined tokens are said with a pause in them, at any place


def hesitating(ngrams: Mapping[Ngram, float]) -> Mapping[Ngram, float]:
    """The n-grams and, besides, those of the same sentences with pauses and without their ends."""
    counts = defaultdict(float, ngrams)
    for ngram, count in ngrams.items():
        for said in _paused(ngram):
            counts[said] += PAUSED * count
    for ngram, count in tuple(counts.items()):
        if ngram[-1] != END:
            counts[(*ngram, END)[-3:]] += UNFINISHED * count
    return counts


def _paused(ngram: Ngram) -> Iterator[Ngram]:
    """What is new in an n-gram where one of its tokens is in two: the n-grams that end where it ends."""
    for at, token in enumerate(ngram):
        for parts in _parts(token):
            said = (*ngram[:at], *parts, *ngram[at + 1 :])
            yield said[-3:]
            if at == len(ngram) - 1:
                yield said[:-1][-3:]


def _parts(token: str) -> Iterator[tuple[str, str]]:
    """A joined token in two, behind each of its leaning words."""
    leaning = token.partition("{")[0]
    for at, letter in enumerate(leaning):
        if letter == "_":
            yield token[:at], token[at + 1 :]
