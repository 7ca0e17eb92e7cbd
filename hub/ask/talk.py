"""Typed questions as one conversation with whatever answers the spoken ones.

Rule: typed words are certain at once, and a reply counts as heard to its end, so the next question can refer to it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from hub.ask.exchange import Exchange
from hub.ask.witness import Notes
from hub.llm.conversation import Conversations
from hub.llm.responder import Piece, Request, Responder

TYPED = "hark-hub ask"
"""Stands for the satellite, of which there is none."""

Watch = Callable[[Piece, float], None]
"""Is shown each piece as it comes, with its milliseconds since the question."""


class Talk:
    """One conversation; `area` is where the questions are asked, `clock` gives seconds, `notes` is on the models."""

    def __init__(
        self,
        responder: Responder,
        conversations: Conversations,
        area: str | None,
        clock: Callable[[], float],
        notes: Notes,
    ) -> None:
        self._responder = responder
        self._conversations = conversations
        self._area = area
        self._clock = clock
        self._notes = notes
        self._asked = 0

    async def ask(self, question: str, watch: Watch) -> Exchange:
        """The question's reply, once it is whole."""
        self._notes.clear()
        self._asked += 1
        exchange, began = Exchange(question), self._clock()
        request = Request(question, TYPED, self._area, self._conversations.messages(TYPED))
        async with aclosing(self._responder.respond(request)) as pieces:
            async for piece in pieces:
                at_ms = self._since_ms(began)
                exchange.take(piece, at_ms)
                watch(piece, at_ms)
        exchange.end(self._since_ms(began), self._notes.gave, self._notes.failures)
        self._conversations.heard(TYPED, str(self._asked), question, exchange.text)
        return exchange

    def _since_ms(self, began: float) -> float:
        return (self._clock() - began) * 1000
