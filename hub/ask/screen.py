"""How a person sees a question answered: each action and the text as they come, and the times once it is over.

Rule: what models and homes write is shown as text; none of it reaches the terminal as a control sequence.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TextIO

from hub.ask.exchange import Exchange
from hub.home.home import Action
from hub.llm.responder import Control, Piece, said
from hub.watch import line

MARKS = {"first_token": "first token", "first_clause": "first clause", "end": "end"}


class Screen:
    """Writes to `out`, and flushes each piece."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._in_text = False  # the line goes on

    def question(self, text: str) -> None:
        """A question is asked."""
        self._write(f"“{printable(text)}”\n")

    def piece(self, piece: Piece, at_ms: float) -> None:
        """See hub.ask.talk.Watch."""
        if isinstance(piece, Control):
            piece = piece.shown()
        if isinstance(piece, Action):
            self._break()
            self._write(f"{_ms(at_ms)}{printable(line({'event': 'action', **asdict(piece)}))}\n")
        elif text := said(piece):
            self._write(printable(text) if self._in_text else f"{_ms(at_ms)}  ▶ {printable(text)}")
            self._in_text = True

    def end(self, exchange: Exchange) -> None:
        """The reply is whole."""
        self._break()
        for failure in exchange.failures:
            self._write(f"{_ms(None)}  ✗ {printable(failure)}\n")
        times = ", ".join(
            f"{text} {exchange.marks[mark]:.0f} ms" for mark, text in MARKS.items() if mark in exchange.marks
        )
        self._write(f"{_ms(None)}  {times}; answered by {', '.join(exchange.by) or 'nobody'}\n")

    def _break(self) -> None:
        if self._in_text:
            self._write("\n")
        self._in_text = False

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def printable(text: str) -> str:
    """The text with a space in place of each character that does something else than to be seen."""
    return "".join(each if each.isprintable() else " " for each in text)


def _ms(at_ms: float | None) -> str:
    return " " * 9 if at_ms is None else f"{at_ms:6.0f} ms"
