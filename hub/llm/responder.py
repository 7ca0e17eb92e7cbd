"""The interface of everything that answers: home intents now, language models beside them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from hub.home.home import Action
from hub.llm.model import Message


async def at_once() -> None:
    """For requests that are certain."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person said, and where: `area` is the area of the satellite that heard it, if it has one.

    `conversation` is what was said before, as it was heard. `commit` is awaited before anything is done: until then the
    person may go on speaking, and the request is dropped.
    """

    text: str
    satellite: str
    area: str | None = None
    conversation: tuple[Message, ...] = ()
    commit: Callable[[], Awaitable[None]] = field(default=at_once, compare=False)


@dataclass(frozen=True, slots=True)
class Asks:
    """The reply ends in a question: the microphone opens for its answer."""


@dataclass(frozen=True, slots=True)
class Apology:
    """Said in place of a reply, or of the rest of one, that a model did not bring to its end."""

    text: str


Piece = str | Action | Asks | Apology


def said(piece: Piece) -> str:
    """What a piece of a reply says aloud, "" for what is no text."""
    if isinstance(piece, Apology):
        return piece.text
    return piece if isinstance(piece, str) else ""


class Responder(Protocol):
    """Turns a request into a reply."""

    name: str
    """What answered, for the timeline: engine, version, data."""

    def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Yields the reply's text in pieces, in order, and each action when the home has confirmed it.

        Text that promises an outcome comes after the action. Never raises for what a person said: what was not
        understood, and what the home refused, is answered in words.
        """
