"""Numbers as they are said, by Unicode's rules for each language: those that people say, and those that a voice says.

The one file that reads unicode_rbnf.
"""

from __future__ import annotations

import functools

from unicode_rbnf import FormatPurpose, RbnfEngine
from unicode_rbnf.engine import RbnfError

CARDINAL, ORDINAL, YEAR = FormatPurpose.CARDINAL, FormatPurpose.ORDINAL, FormatPurpose.YEAR


def all_words(digits: str, language: str) -> list[str]:
    """All ways to say a number, "21.5"; none where the language, or its rules for this number, are not known."""
    try:
        return sorted(_engine(language).format_number(digits).text_by_ruleset.values())
    except (ValueError, RbnfError):
        return []


def words(digits: str, language: str, purpose: FormatPurpose = CARDINAL) -> str | None:
    """The first way to say a number, in words without hyphens; None as above."""
    try:
        return _engine(language).format_number(digits, purpose).text.replace("-", " ")
    except (ValueError, RbnfError):
        return None


@functools.cache
def _engine(language: str) -> RbnfEngine:
    return RbnfEngine.for_language(language)
