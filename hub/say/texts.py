"""The text of a command line, or of standard input as it comes, so that speech begins before the text is complete.

Rule: whatever bytes come are made text, and no more than LONGEST characters of it are spoken.
"""

from __future__ import annotations

import asyncio
import codecs
import sys
from collections.abc import AsyncGenerator, Sequence
from typing import BinaryIO

STDIN = "-"
LONGEST = 10_000  # characters: ten minutes of speech
MOST_BYTES = 4096  # that are read at a time


class TextError(Exception):
    """There is nothing to say, or too much; says what to do."""


async def text(given: Sequence[str]) -> AsyncGenerator[str, None]:
    """Yields the text piece by piece: the words of the command line, or what comes in. Raises TextError."""
    if list(given) != [STDIN]:
        yield _bounded(" ".join(given).encode(errors="replace").decode(), 0)  # an argument may be no text
        return
    if sys.stdin is None:
        raise TextError("standard input is closed; pipe a text into it")
    async for piece in decoded(sys.stdin.buffer):
        yield piece


async def decoded(file: BinaryIO) -> AsyncGenerator[str, None]:
    """Yields the text of a file of UTF-8 as it can be read, line by line where somebody types; raises TextError."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    length, more = 0, True
    while more:
        read = await asyncio.to_thread(file.readline, MOST_BYTES)  # not read: that waits for a whole block
        more = bool(read)
        piece = _bounded(decoder.decode(read, final=not more), length)
        length += len(piece)
        yield piece


def _bounded(piece: str, before: int) -> str:
    if before + len(piece) > LONGEST:
        raise TextError(f"the text is longer than {LONGEST} characters; say it in parts")
    return piece
