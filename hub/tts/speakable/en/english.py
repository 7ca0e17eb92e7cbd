"""English as it is said: all numbers and signs in words.

The order is the strategy: what is larger first (an address, a date, a sum of money), so that its digits and signs are
not taken for something by themselves; at last the digits and signs that are left.
"""

from __future__ import annotations

import re
import unicodedata

from hub.tts.speakable.en.addresses import ADDRESSES
from hub.tts.speakable.en.calendar import CALENDAR
from hub.tts.speakable.en.numbers import LONG, REST
from hub.tts.speakable.en.punctuation import plain
from hub.tts.speakable.en.quantities import QUANTITIES
from hub.tts.speakable.en.rules import Rule, apply
from hub.tts.speakable.en.signs import ABBREVIATIONS, BEFORE_NUMBERS, SIGNS

_POWERS = str.maketrans({"²": "^2", "³": "^3"})
_MIXED: tuple[Rule, ...] = (
    (re.compile(r"(?<=[^\W\d_])(?=\d)"), " "),  # CO2, mp3
    (re.compile(r"(?<=\d)(?=[^\W\d_])"), " "),  # 4K
    (re.compile(r"\^2\b"), " squared "),
    (re.compile(r"\^3\b"), " cubed "),
)
_ALL = (
    *ADDRESSES,
    *BEFORE_NUMBERS,
    *ABBREVIATIONS,
    *CALENDAR,
    *QUANTITIES,
    *LONG,
    *REST[:2],
    *_MIXED,
    *REST[2:],
    *SIGNS,
)


class English:
    """See hub.tts.speakable.speech.Speech."""

    def words(self, text: str) -> str:
        """Letters, spaces and plain punctuation alone."""
        return plain(apply(_ALL, _one_form(text)))


def _one_form(text: str) -> str:
    """Each letter and digit in its plainest form; "1½" as "1 1/2"."""
    text = re.sub(r"(?<=\d)(?=[¼-¾⅐-⅞])", " ", text.translate(_POWERS))
    text = unicodedata.normalize("NFKC", text).replace("⁄", "/")
    return "".join(str(unicodedata.decimal(letter)) if _foreign_digit(letter) else letter for letter in text)


def _foreign_digit(letter: str) -> bool:
    return letter.isdecimal() and not letter.isascii()
