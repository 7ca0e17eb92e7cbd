"""How words are spoken: the dictionary for a vocabulary, from cmudict and, for what it lacks, from the letters.

Rules: a token's parts are joined by `_` and spoken one after the other; digits are spoken as number words. A part
that cmudict lacks is cut into two words that it has ("ecobee": eco, bee), so long as both have three letters; failing
that it is spoken by a few letter rules, which get strange names roughly right. A name that they get wrong can be
given an alias that is spelled as it sounds.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Pronunciations = Mapping[str, tuple[str, ...]]
"""For each word in lower case, its pronunciations: phones of cmudict without stress, separated by spaces."""

MAX_VARIANTS = 6  # of one token; every part's variants multiply, and the later ones are rare

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_ONES += " seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

_VOWELS = "AEIOU"  # phones that begin so

_LETTERS = (
    ("tion", "SH AH N"), ("sch", "SH"), ("tch", "CH"), ("igh", "AY"), ("ch", "CH"), ("ck", "K"), ("gh", "G"),
    ("ph", "F"), ("qu", "K W"), ("sh", "SH"), ("th", "TH"), ("wh", "W"), ("ai", "EY"), ("ay", "EY"), ("au", "AO"),
    ("aw", "AO"), ("ea", "IY"), ("ee", "IY"), ("ei", "EY"), ("ey", "IY"), ("ie", "IY"), ("oa", "OW"), ("oi", "OY"),
    ("oo", "UW"), ("ou", "AW"), ("ow", "OW"), ("oy", "OY"), ("ue", "UW"), ("ar", "AA R"), ("er", "ER"), ("ir", "ER"),
    ("or", "AO R"), ("ur", "ER"), ("a", "AE"), ("b", "B"), ("c", "K"), ("d", "D"), ("e", "EH"), ("f", "F"), ("g", "G"),
    ("h", "HH"), ("i", "IH"), ("j", "JH"), ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"), ("o", "OW"), ("p", "P"),
    ("q", "K"), ("r", "R"), ("s", "S"), ("t", "T"), ("u", "AH"), ("v", "V"), ("w", "W"), ("x", "K S"), ("y", "IY"),
    ("z", "Z"),
)  # fmt: skip
"""The commonest sound of English letters, longest first (after the rules of Elovitz et al. 1976, much shortened)."""

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
    for cut in range(len(word) - 3, 2, -1):
        if word[:cut] in known and word[cut:] in known:
            return tuple(" ".join(pair) for pair in itertools.product(known[word[:cut]], known[word[cut:]]))
    return (" ".join(_from_letters(word)),)


def _from_letters(word: str) -> Iterator[str]:
    rest = re.sub("[^a-z]", "", word)
    while rest:
        letters, phones = next(rule for rule in _LETTERS if rest.startswith(rule[0]))
        yield phones
        rest = rest[len(letters) :].lstrip(letters) if len(letters) == 1 else rest[len(letters) :]
