"""Leaves letters, spaces and plain punctuation: what comes out of here, any English voice can say. Pure."""

from __future__ import annotations

import re

from hub.tts.speakable.characters import is_mark, without_strays
from hub.tts.speakable.en.rules import Rule, apply

PLAIN = ".,!?;:'-"
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ´`", "'"),
        **dict.fromkeys("。।", ". "),
        **dict.fromkeys("，、،", ", "),
        **dict.fromkeys("？؟", "? "),
        **dict.fromkeys("；؛", "; "),
        **{"！": "! ", "：": ": ", "‐": "-", "‑": "-"},
        **dict.fromkeys("()[]{}|—―\n", ", "),
    }
)
_STRONGEST = "?!.:;,"
_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\s)[-–]+(?=\s)"), ", "),
    (re.compile(r"\.{2,}(?=\s*\w)|…(?=\s*\w)"), ", "),
    (re.compile(r"…"), "."),
    (re.compile(r"[-–]+"), lambda found: "-" if _inside(found) else " "),
    (re.compile(r"'+"), lambda found: "'" if _inside(found) else " "),
    (re.compile(r"\s*[.,!?;:][\s.,!?;:]*"), lambda found: f"{_strongest(found[0])} "),
    (re.compile(r"\s+"), " "),
)


def plain(text: str) -> str:
    """The text in letters, spaces and PLAIN; "" without a letter."""
    said = "".join(letter if _sayable(letter) else " " for letter in text.translate(_ALIKE))
    said = apply(_RULES, without_strays(said)).strip().lstrip(PLAIN + " ")
    return said if any(map(str.isalpha, said)) else ""


def _sayable(letter: str) -> bool:
    return letter.isalpha() or letter in PLAIN or letter in "–…" or is_mark(letter)


def _inside(found: re.Match[str]) -> bool:
    """Whether it stands in a word."""
    text, start, end = found.string, found.start(), found.end()
    return (
        start > 0
        and end < len(text)
        and (text[start - 1].isalpha() or is_mark(text[start - 1]))
        and text[end].isalpha()
    )


def _strongest(marks: str) -> str:
    return next(mark for mark in _STRONGEST if mark in marks)
