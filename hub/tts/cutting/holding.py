"""What a cut must not part: abbreviations, initials, numbers, addresses, and words that lean on the next. Pure."""

from __future__ import annotations

import re

CLOSERS = "\"')]”’»」』）*_"
"""Belong to the sentence that they end; the last two are Markdown's."""

_TITLES = "mr mrs ms dr prof sr jr st mt"
_SHORT = "vs etc approx no nr fig vol inc ltd co dept est ca min max tel"
_MONTHS = "jan feb mar apr jun jul aug sep sept oct nov dec"
ABBREVIATIONS = frozenset(f"{_TITLES} {_SHORT} {_MONTHS}".split())
LONGEST = 800  # characters in any chunk: what has no spaces must not outgrow what a voice takes
LONGEST_ABBREVIATION = 12  # characters, with what tells that a number is no list's
DATED = frozenset(
    f"{_MONTHS} january february march april may june july august september october november december".split()
)
"""Words that a number may belong to."""
_SMALL = """
    a an the this that these those my your our its his her their and or but nor than as if because so
    in on at of to for from by with into about around over under between through during until
    is are was were be been being has have had will would can could shall should may might must do does did
    not no very too more most
"""
LEANING = frozenset(_SMALL.split())
"""A voice that stops behind one of them sounds as if it had forgotten what it wanted to say."""

_LAST_WORD = re.compile(r"(?:\w['’])?[\w.]+$")  # with what is before an apostrophe: "isn't" ends in no "t"
_DOTTED = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]$")  # an initial, "e.g", "U.S"
_NUMBER = re.compile(r"(?:^|\n)[^\w\n]*\d{1,3}$")  # alone in its line: that of a list
_SCHEMES = ("http", "https", "mailto", "ftp", "tel")


def abbreviated(before: str) -> bool:
    """Whether a full stop behind this text belongs to an abbreviation, an initial, or the number of a list."""
    word = _LAST_WORD.search(before[-LONGEST_ABBREVIATION:])
    if word is None or before[-2:-1] == "°":
        return False
    return word[0].lower() in ABBREVIATIONS or _DOTTED.match(word[0]) is not None or _NUMBER.search(before) is not None


def may_go_on(word: str, mark: str) -> bool:
    """Whether what begins like this, with the mark, may go on without a space: 21.5, 7:05, an address."""
    if mark in ".,:" and word[-1:].isdigit():
        return True
    if mark == ":" and word.lstrip("(<[*\"'").lower() in _SCHEMES:
        return True
    return "/" in word or "@" in word or "](" in word or "www" in word[:8].lower() or (mark == "." and "." in word)


def leans(word: str) -> bool:
    """Whether the word may belong to the next: "21" (degrees), "Nov" (3), "Dr." (Watson), "the" (light)."""
    bare = word.rstrip(CLOSERS)
    if bare.endswith("."):
        return abbreviated(bare[:-1])
    bare = bare.rstrip(",;:!?…—")
    return not bare[-1:].isalpha() or (bare == word and bare.lower() in LEANING) or bare.lower() in DATED
