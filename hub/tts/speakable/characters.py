"""Characters that a voice can do nothing with, by their Unicode category. Pure."""

from __future__ import annotations

import re
import unicodedata

_KEPT_SYMBOLS = "°℃℉№"  # of a category that has emoji in it
_DIGIT_SPACE = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")  # between thousands
_VARIANTS = range(0xFE00, 0xFE10)  # selectors: how an emoji is drawn
_SKIN = range(0x1F3FB, 0x1F400)


class _Visible(dict[int, str]):
    """For str.translate: what each character becomes, found out once."""

    def __missing__(self, code: int) -> str:
        self[code] = shown = _shown(chr(code))
        return shown


def _shown(letter: str) -> str:
    category, code = unicodedata.category(letter), ord(letter)
    if letter == "\n" or category in ("Zl", "Zp"):
        return "\n"
    if category in ("Zs", "Cc"):
        return " "
    if category in ("Cf", "Cs", "Co", "Cn", "Me") or code in _VARIANTS or code in _SKIN:
        return ""
    return " " if category == "So" and letter not in _KEPT_SYMBOLS else letter


_VISIBLE = _Visible()


def visible(text: str) -> str:
    """Without emoji, control and format characters, and what is no character at all; spaces are plain."""
    return _DIGIT_SPACE.sub("", text).translate(_VISIBLE)


def is_mark(letter: str) -> bool:
    """Whether it belongs to the letter before: an accent, a vowel sign."""
    return unicodedata.category(letter) in ("Mn", "Mc")


def without_strays(text: str) -> str:
    """Without marks that belong to no letter."""
    if text.isascii():
        return text
    kept: list[str] = []
    for letter in text:
        if not is_mark(letter) or (kept and (kept[-1].isalpha() or is_mark(kept[-1]))):
            kept.append(letter)
    return "".join(kept)
