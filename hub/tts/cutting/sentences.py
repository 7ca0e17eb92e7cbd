"""Where a later chunk of a reply ends: with a sentence, or with several while there is sound enough to wait for.

Strategy: a regular expression finds the ends, so that a long text costs little; what it finds is then judged. A full
stop ends a sentence before a space, since "21.5" has one too; an ellipsis does not, since nobody stops behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hub.tts.cutting.holding import CLOSERS, LONGEST, LONGEST_ABBREVIATION, abbreviated, leans

MOST = 400  # characters where no sentence ends: about 25 s of speech; then it is cut between words
CHARACTERS_PER_S = 15.0  # of speech, roughly: 150 words a minute

MARKS = frozenset(".!?。！？؟।")
_CLOSERS = f"[{re.escape(CLOSERS)}]"
_END = re.compile(rf"\n|(?:[!?]|(?<!\.)\.(?!\.)){_CLOSERS}*+(?=\s)|[。！？؟।]{_CLOSERS}*+(?=.)", re.DOTALL)
_WORD = re.compile(r"[^\W_]")
_SPACE = re.compile(r"\s")


def one_sentence() -> float:
    """A chunk may be as short as a sentence is."""
    return 0.0


class Sentences:
    """Looks for the end of one chunk after the other; `wanted_s` tells how many seconds of speech one is to have."""

    def __init__(self, wanted_s: Callable[[], float] = one_sentence) -> None:
        self._wanted_s = wanted_s
        self._forget()

    def _forget(self) -> None:
        self._seen = 0  # characters that have been looked at, without those before `start`
        self._whole = 0  # the end of the sentences that are fewer than wanted
        self._speaks = False  # whether there is a letter or a digit up to _seen: alone, marks are no sentence

    def find(self, text: str, start: int) -> int | None:
        """The end of the chunk that begins at `start`; None while the text so far does not tell."""
        cut = self._sentence(text, start) or self._forced(text, start)
        if cut:
            self._forget()
        return cut

    def release(self, text: str, start: int) -> int | None:
        """The end of the sentences that are there, though they are fewer than wanted; None where there are none."""
        cut = start + self._whole if self._whole else None
        self._forget()
        return cut

    @property
    def held(self) -> bool:
        """Whether a whole sentence waits for more."""
        return self._whole > 0

    def _sentence(self, text: str, start: int) -> int | None:
        for end in _END.finditer(text, start + self._seen, start + MOST + 1):
            ends = self._ends(text, start, end)
            self._seen = end.end() - start
            if ends:
                self._whole = self._seen
                if self._whole >= self._wanted_s() * CHARACTERS_PER_S:
                    return end.end()
        self._see(text, start)
        return None

    def _see(self, text: str, start: int) -> None:
        """All has been looked at but for a mark at the end, with its closers: more may tell that it ends a sentence."""
        rest = text[start + self._seen : start + MOST]
        kept = rest.rstrip(CLOSERS)
        new = len(kept) - 1 if kept[-1:] in MARKS else len(rest)
        self._speaks = self._speaks or _WORD.search(rest, 0, max(0, new)) is not None
        self._seen += max(0, new)

    def _ends(self, text: str, start: int, end: re.Match[str]) -> bool:
        self._speaks = self._speaks or _WORD.search(text, start + self._seen, end.start()) is not None
        if not self._speaks or text[end.start()] != ".":
            return self._speaks
        return not abbreviated(text[max(start, end.start() - LONGEST_ABBREVIATION) : end.start()])

    def _forced(self, text: str, start: int) -> int | None:
        if len(text) - start <= MOST:
            return None
        if self._whole:
            return start + self._whole
        for space in _SPACE.finditer(text, start + max(MOST, self._seen), start + LONGEST):
            if not leans(text[space.start() - LONGEST_ABBREVIATION : space.start()].rpartition(" ")[2]):
                return space.end()
        self._seen = max(self._seen, min(len(text) - start, LONGEST))
        return start + LONGEST if len(text) - start >= LONGEST else None
