"""Words as they count when sentences are compared, and numbers as they are said."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping

from hub.number_words import all_words

_ARTICLES = frozenset({"the", "my", "our", "a", "an"})
_HESITATIONS = frozenset({"uh", "uhm", "um", "er", "erm", "hmm"})
_PREPOSITIONS = {"in", "on", "at", "of", "to", "for", "from", "by", "with", "into", "about", "around", "than", "as"}
_CONJUNCTIONS = {"and", "or", "but", "then"}

PASSED_OVER: Mapping[str, frozenset[str]] = {"en": _ARTICLES | _HESITATIONS}
"""By language. Articles, which templates and people put in and leave out as they like, and what people say while they
look for a word: neither counts, but nobody ends with one."""
LEANING: Mapping[str, frozenset[str]] = {"en": frozenset(_PREPOSITIONS | _CONJUNCTIONS)}
"""By language. Words that lean on the next, unless they end a sentence ("turn the lights on")."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|[%°]")


def spoken(text: str, language: str) -> list[str]:
    """The words of a text that count: without case, punctuation and what is passed over."""
    return [word for word in every_word(text) if word not in PASSED_OVER.get(language, ())]


def every_word(text: str) -> list[str]:
    """All words of a text."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return [word.replace(",", ".") for word in _TOKEN.findall(plain)]


@functools.cache
def number_phrases(number: float, language: str) -> tuple[tuple[str, ...], ...]:
    """The ways to say a number: in digits and, where the language's rules are known, in words."""
    digits = f"{number:g}"
    return ((digits,), *dict.fromkeys(tuple(spoken(text, language)) for text in all_words(digits, language)))
