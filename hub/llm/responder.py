"""The interface of everything that answers: home intents now, language models beside them."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from hub.home.home import Action
from hub.llm.model import Message


async def at_once() -> None:
    """For requests that are certain."""


ControlAction = Literal["volume_up", "volume_down", "volume_set", "mute", "unmute", "stop"]
"""As wire.hark.ACTIONS."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person said, and where: `area` is the area of the satellite that heard it, if it has one.

    `conversation` is what was said before, as it was heard. `commit` is awaited before anything is done: until then the
    person may go on speaking, and the request is dropped. `controls` says whether the satellite knows Control.
    """

    text: str
    satellite: str
    area: str | None = None
    conversation: tuple[Message, ...] = ()
    commit: Callable[[], Awaitable[None]] = field(default=at_once, compare=False)
    deadline: float = field(default=math.inf, compare=False)
    """By when the reply should be heard, on the loop's clock."""
    controls: bool = True


@dataclass(frozen=True, slots=True)
class Asks:
    """The reply ends in a question: the microphone opens for its answer."""


@dataclass(frozen=True, slots=True)
class Apology:
    """Said in place of a reply, or of the rest of one, that a model did not bring to its end."""

    text: str


@dataclass(frozen=True, slots=True)
class Control:
    """What is asked of the satellite itself; `level` in percent: the volume, or the step where it is not its own."""

    action: ControlAction
    level: float | None = None

    def shown(self) -> Action:
        """As one of the home's, for those who watch."""
        return Action(f"satellite.{self.action}", "", {} if self.level is None else {"level": self.level})


Piece = str | Action | Asks | Control | Apology


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

        What is asked of the satellite is yielded once the request is certain.

        Text that promises an outcome comes after the action. Never raises for what a person said: what was not
        understood, and what the home refused, is answered in words.
        """
