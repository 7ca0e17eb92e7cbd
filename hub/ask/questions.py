"""The questions of a command line, and those on standard input, one a line.

Rule: whatever bytes come are made text, and no question is longer than LONGEST characters.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterable
from typing import BinaryIO

STDIN = "-"
LONGEST = 1000  # characters: a minute of speech, twice the longest turn
LONGEST_LINE = 4 * (LONGEST + 1)  # bytes of UTF-8 that show that a line is too long


class QuestionError(Exception):
    """A question cannot be asked; says why, and what to do."""


async def questions(given: Iterable[str]) -> AsyncGenerator[str, None]:
    """Yields the questions, those of standard input as its lines come."""
    for text in given:
        if text != STDIN:
            yield text.encode(errors="replace").decode()  # an argument may be no text
        elif sys.stdin is None:
            raise QuestionError("standard input is closed; pipe questions into it, one a line")
        else:
            while (line := await asyncio.to_thread(read_line, sys.stdin.buffer)) is not None:
                if line:
                    yield line


def read_line(file: BinaryIO) -> str | None:
    """The next line without the space around it, None at the end; of an endless one only its beginning is kept."""
    line = rest = file.readline(LONGEST_LINE)
    while rest and not rest.endswith(b"\n"):
        rest = file.readline(LONGEST_LINE)
    return line.decode(errors="replace").strip() if line else None


def check(question: str) -> None:
    """Raises QuestionError for what is no question."""
    if not question.strip():
        raise QuestionError("it has no words; say what is asked")
    if len(question) > LONGEST:
        raise QuestionError(f"it is longer than {LONGEST} characters; ask in fewer words")
