"""How the rules of English are written: what to find, and what is said for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def apply(rules: Iterable[Rule], text: str) -> str:
    """One rule after the other, each to all of the text."""
    for pattern, said in rules:
        text = pattern.sub(said, text)
    return text


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of the words, the longest that fits."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
