"""Cuts a reply, as it streams out of a model, into pieces worth speaking: the first clause early, then sentences.

Pure, and each decision depends only on the text so far, so any cutting of the stream gives the same chunks.
The first chunk ends at the first clause mark, because the person hears silence until then; later ones are
whole sentences, which sound better and come in time while the first is being spoken.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator

FEWEST_LETTERS = 10
"""Letters or digits in the first chunk: less is over before the next chunk's sound can be there (about 0.6 s)."""
MOST_FIRST_WORDS = 10  # in the first chunk where no mark comes: about 3 s of speech
MOST_CHARACTERS = 400  # in a later chunk where no sentence ends: about 25 s of speech
LONGEST_CHUNK = 800  # characters in any, even inside a word: what has no spaces must not outgrow what a voice takes

CLAUSE_MARKS = frozenset(".!?,;:—\n")
SENTENCE_MARKS = frozenset(".!?\n")
CLOSERS = frozenset("\"')]”’")  # belong to the sentence that they end
ABBREVIATIONS = frozenset(
    ["mr", "mrs", "ms", "dr", "prof", "sr", "jr", "st", "vs", "etc", "e.g", "i.e", "approx", "no", "a.m", "p.m"]
)


class Chunker:
    """Holds the text that is not yet cut; linear in its length."""

    def __init__(self) -> None:
        self._text = ""
        self._seen = 0  # characters of _text that have been looked at
        self._first = True

    def push(self, text: str) -> list[str]:
        """Takes in the next piece; returns the chunks that are now complete."""
        self._text += text
        chunks = []
        while (cut := self._find()) is not None:
            chunks += self._cut(cut)
        return chunks

    def finish(self) -> list[str]:
        """The reply has ended: returns what is left."""
        return self._cut(len(self._text))

    def _cut(self, end: int) -> list[str]:
        chunk, self._text, self._seen = self._text[:end].strip(), self._text[end:], 0
        if not chunk:
            return []
        self._first = False
        return [chunk]

    def _find(self) -> int | None:
        """The end of the next chunk; None while the text so far does not tell."""
        while self._seen < len(self._text):
            at = self._seen
            if at + 1 == len(self._text) and self._needs_next(at):
                return None
            self._seen += 1
            if self._ends_at(at) or self._too_long(at):
                return at + 1
        return None

    def _needs_next(self, at: int) -> bool:
        """Whether only the next character tells if this one ends a chunk."""
        letter = self._text[at]
        if not self._first:
            return letter in SENTENCE_MARKS or letter in CLOSERS
        return letter in ".,:" and self._text[at - 1 : at].isdigit()

    def _ends_at(self, at: int) -> bool:
        letter, before, after = self._text[at], self._text[:at], self._text[at + 1 : at + 2]
        if letter in CLOSERS and not self._first:
            return before.endswith((".", "!", "?")) and after.isspace()
        if letter not in (CLAUSE_MARKS if self._first else SENTENCE_MARKS):
            return False
        if letter in ".,:" and before[-1:].isdigit() and after.isdigit():
            return False
        if letter == "." and _abbreviated(before):
            return False
        if self._first:
            return sum(map(str.isalnum, before)) >= FEWEST_LETTERS
        return letter == "\n" or after.isspace()

    def _too_long(self, at: int) -> bool:
        if at + 1 >= LONGEST_CHUNK:
            return True
        if not self._text[at].isspace():
            return False
        return len(self._text[:at].split()) >= MOST_FIRST_WORDS if self._first else at >= MOST_CHARACTERS


_LAST_WORD = re.compile(r"(?:\w['’])?[\w.]+$")  # with what is before an apostrophe: "isn't" ends in no "t"


def _abbreviated(before: str) -> bool:
    word = _LAST_WORD.search(before[-12:])
    return word is not None and (word[0].lower() in ABBREVIATIONS or (len(word[0]) == 1 and word[0].isalpha()))


async def clauses(pieces: AsyncIterator[str]) -> AsyncGenerator[str, None]:
    """The chunker as a stage: pieces of text in, chunks out."""
    chunker = Chunker()
    async for piece in pieces:
        for chunk in chunker.push(piece):
            yield chunk
    for chunk in chunker.finish():
        yield chunk


def cut(text: str) -> list[str]:
    """The chunks of a reply that is there as a whole."""
    chunker = Chunker()
    return [*chunker.push(text), *chunker.finish()]
