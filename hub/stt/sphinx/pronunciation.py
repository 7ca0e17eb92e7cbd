"""How words are spoken: the dictionary for a vocabulary, from cmudict and, for what it lacks, from espeak-ng.

Rules: a token's parts are joined by `_` and spoken one after the other; digits are spoken as number words. A part
that cmudict lacks may be two words that it has ("ecobee": eco, bee), so long as both have three letters, and may be
spoken as espeak-ng reads it. A name that both get wrong can be given an alias that is spelled as it sounds.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hub.espeak import ipa
from hub.stt.sphinx.arpabet import arpabet

Pronunciations = Mapping[str, tuple[str, ...]]
"""For each word in lower case, its pronunciations: phones of cmudict without stress, separated by spaces."""

MAX_VARIANTS = 6  # of one token; every part's variants multiply, and the later ones are rare

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_ONES += " seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

_VOWELS = "AEIOU"  # phones that begin so

VOICE = "en-us"  # of espeak-ng: cmudict and the acoustic model are American

_MERGED = re.compile(r"\bAO(?! R\b)")
"""The vowel of "off", which most Americans speak as that of "on" (the cot-caught merger); cmudict keeps them apart."""


def read_cmudict(path: Path) -> Pronunciations:
    """Reads a dictionary in cmudict's format (`word(2) PH ON ES`)."""
    found: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, phones = line.partition(" ")
        word = word.partition("(")[0] or word
        found[word] = (*found.get(word, ()), phones.strip())
    return found


def dictionary(words: Iterable[str], known: Pronunciations) -> Iterator[str]:
    """The lines of a Sphinx dictionary for these words of a language model (`member:class` or plain tokens)."""
    for word in words:
        yield from _entries(word, pronunciations(word.partition(":")[0], known))


def _entries(word: str, spoken: Iterable[str]) -> Iterator[str]:
    for number, phones in enumerate(spoken, 1):
        yield f"{word}{f'({number})' if number > 1 else ''} {phones}"


def pronunciations(token: str, known: Pronunciations) -> list[str]:
    """How a token may be spoken, the usual way first."""
    parts = [_variants(word, known) for part in token.split("_") for word in _spoken(part)]
    choices = itertools.islice(itertools.product(*parts), MAX_VARIANTS)
    return [" ".join(filter(None, choice)) for choice in choices]


def wake_dictionary(word: str, phrases: Iterable[str], known: Pronunciations) -> Iterator[str]:
    """The lines for the one word that stands for every wake phrase and every tail of one."""
    spoken = (phones for phrase in phrases for phones in pronunciations("_".join(phrase.split()), known))
    yield from _entries(word, dict.fromkeys(tail for phones in spoken for tail in tails(phones)))


def tails(phones: str) -> Iterator[str]:
    """A phrase, and what is left of it where its beginning was cut off: never less than the last vowel's syllable."""
    sounds = phones.split()
    last = max((at for at, sound in enumerate(sounds) if sound[0] in _VOWELS), default=0)
    yield from (" ".join(sounds[start:]) for start in range(max(last, 1)))


def number_words(number: int) -> list[str]:
    """A number from 0 to 9999 as people say it: 2700 is "twenty seven hundred", 100 "one hundred"."""
    if number < 20:
        return [_ONES.split()[number]]
    if number < 100:
        rest = number_words(number % 10) if number % 10 else []
        return [_TENS.split()[number // 10 - 2], *rest]
    step, name = (1000, "thousand") if number % 1000 == 0 else (100, "hundred")
    return [*number_words(number // step), name, *(number_words(number % step) if number % step else [])]


def _spoken(part: str) -> Iterator[str]:
    for piece in re.findall(r"\d+|\.(?=\d)|[^\d.]+", part):
        if piece == ".":
            yield "point"
        elif piece.isdigit():
            yield from number_words(int(piece)) if len(piece) < 5 else (_ONES.split()[int(digit)] for digit in piece)
        else:
            yield piece


def _variants(word: str, known: Pronunciations) -> tuple[str, ...]:
    if word in known:
        return tuple(dict.fromkeys((*known[word], *(_MERGED.sub("AA", phones) for phones in known[word]))))
    return tuple(dict.fromkeys(filter(None, (*_compound(word, known), arpabet(ipa(word, VOICE)))))) or ("",)


def _compound(word: str, known: Pronunciations) -> tuple[str, ...]:
    for cut in range(len(word) - 3, 2, -1):
        if word[:cut] in known and word[cut:] in known:
            return tuple(" ".join(pair) for pair in itertools.product(known[word[:cut]], known[word[cut:]]))
    return ()
