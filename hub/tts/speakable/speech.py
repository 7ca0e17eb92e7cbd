"""What a language does with a text before its voice gets it, and what can be done for one that we do not know."""

from __future__ import annotations

import re
import unicodedata
from typing import Protocol

from hub.tts.speakable.characters import is_mark, without_strays


class Speech(Protocol):
    """One language; pure."""

    def words(self, text: str) -> str:
        """A text without markup, in words and plain punctuation; "" where there is nothing to say."""


class AnyLanguage:
    """Letters, numbers and signs that an engine reads in its own language; nothing else."""

    PUNCTUATION = ".,!?;:'-¿¡…。！？、，；：؟،؛।"
    SIGNS = "%°+=/&@"

    def words(self, text: str) -> str:
        """See Speech."""
        kept = without_strays(unicodedata.normalize("NFC", text.replace("’", "'")))
        shown = " ".join("".join(letter if self._said(letter) else " " for letter in kept).split())
        shown = re.sub(r" (?=[.,!?;:])", "", shown)
        return shown if any(map(str.isalnum, shown)) else ""

    def _said(self, letter: str) -> bool:
        if letter.isalnum() or is_mark(letter) or letter in self.PUNCTUATION or letter in self.SIGNS:
            return True
        return unicodedata.category(letter) == "Sc"
