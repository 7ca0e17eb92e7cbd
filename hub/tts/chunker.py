"""Cuts a reply, as it streams out of a model, into pieces worth speaking: the first clause early, then sentences.

The chunker is pure, and each decision depends only on the text so far, so any cutting of the stream gives the same
chunks. The first ends at the first clause mark (cutting/first_clause.py); later ones are whole sentences, which sound
better, and the longer the more sound is there to wait by (cutting/sentences.py). Time is the business of `clauses`
alone, and the one exception to that law: a model that dawdles is not waited for where there is something to say.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable

from hub.stages import ahead, by
from hub.tts.cutting.first_clause import FirstClause
from hub.tts.cutting.sentences import Sentences, one_sentence

PATIENCE_S = 0.25
"""For more text, from the first letter of a reply: then its words are said though no mark has come. Whole sentences
wait longer for others where there is sound enough."""
SLACK_SHARE = 0.5  # of the sound that is ready: so long is waited for a chunk's text, the rest is for making its sound
SHORTEST_S, LONGEST_S = 1.0, 8.0
"""Of a later chunk where slack is told: shorter ones are over too soon, longer ones sound no better and are made in
vain when the person interrupts."""

_NO_SPACE = re.compile(r"\S")


class Chunker:
    """Holds the text that is not yet cut; linear in its length. `wanted_s`: seconds of speech in a later chunk."""

    def __init__(self, wanted_s: Callable[[], float] = one_sentence) -> None:
        self._text = ""
        self._first = FirstClause()
        self._later = Sentences(wanted_s)
        self._finder: FirstClause | Sentences = self._first

    def push(self, text: str) -> list[str]:
        """Takes in the next piece; returns the chunks that are now complete."""
        self._text += text
        start, chunks = self._begin(0), []
        while cut := self._finder.find(self._text, start):
            chunks += self._chunk(start, cut)
            start = self._begin(cut)
        self._text = self._text[start:]
        return chunks

    def release(self) -> list[str]:
        """Time is up: returns what can be said as it is, the words of the first chunk or whole sentences."""
        cut = self._finder.release(self._text, 0) or 0
        chunks = self._chunk(0, cut)
        self._text = self._text[self._begin(cut) :]
        return chunks + self.push("")

    def finish(self) -> list[str]:
        """The reply has ended: returns what is left."""
        chunks, self._text = self._chunk(0, len(self._text)), ""
        return chunks

    @property
    def first(self) -> bool:
        """Whether the first chunk is yet to come."""
        return self._finder is self._first

    @property
    def held(self) -> bool:
        """Whether `release` may have something: some text of the first chunk, or a whole sentence."""
        return bool(self._text) if self.first else self._later.held

    def _begin(self, at: int) -> int:
        found = _NO_SPACE.search(self._text, at)
        return found.start() if found else len(self._text)

    def _chunk(self, start: int, end: int) -> list[str]:
        chunk = self._text[start:end].strip()
        if not chunk:
            return []
        self._finder = self._later
        return [chunk]


async def clauses(pieces: ahead[str], slack_s: Callable[[], float] | None = None) -> AsyncGenerator[str, None]:
    """The chunker as a stage: pieces of text in, chunks out.

    `slack_s` gives the seconds of sound that are made and not yet played; without it, a later chunk is one sentence.
    """
    chunker = Chunker(one_sentence if slack_s is None else lambda: wanted_s(slack_s()))
    clock = asyncio.get_running_loop().time
    due: float | None = None  # when what is held is said as it is
    while (piece := await by(pieces, due if due is None or due > clock() else None, late="")) is not None:
        chunks = chunker.push(piece)
        if not chunks and due is not None and clock() >= due:
            chunks = chunker.release()
        for chunk in chunks:
            yield chunk
        if chunks or not chunker.held:
            due = None
        if due is None and chunker.held:
            slack = 0.0 if chunker.first or slack_s is None else slack_s()
            due = clock() + max(PATIENCE_S, SLACK_SHARE * slack)
    for chunk in chunker.finish():
        yield chunk


def cut(text: str) -> list[str]:
    """The chunks of a reply that is there as a whole."""
    chunker = Chunker()
    return [*chunker.push(text), *chunker.finish()]


def wanted_s(slack_s: float) -> float:
    """Seconds of speech that a later chunk is to have, where so much sound is ready."""
    return min(max(SLACK_SHARE * slack_s, SHORTEST_S), LONGEST_S)
