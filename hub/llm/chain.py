"""Who answers: the person's yes or no to an open question, the home's intents, a language model, in this order.

Rules: a sentence that the intents understand is theirs. Every other is the model's, where there is one; without, it is
refused as the intents refuse it, and under heavy load in words of our own. A model that fails is answered for in such
words too: no request goes without a reply. An answer counts for the question that was heard last, once, and does
exactly its actions.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from hub.home.home import Home
from hub.llm.asking import Question, answer
from hub.llm.conversation import Conversations
from hub.llm.deeds import DONE, House, carry_out, outcome
from hub.llm.guard import Guard
from hub.llm.intents import IntentResponder
from hub.llm.model import ModelError
from hub.llm.responder import Apology, Piece, Request
from hub.llm.thinking import ModelResponder

_log = logging.getLogger(__name__)

GONE = "This home has nothing of that name any more."
LET_BE = "Okay, I won't."
BUSY = "Sorry, I am busy with others just now. Please ask me again in a minute."
NO_MODEL = "Sorry, I can't think about that just now. Please try again."


class Chain:
    """A `Responder` over intents and, where there is one, a model."""

    def __init__(
        self,
        home: Home,
        guard: Guard,
        conversations: Conversations,
        intents: IntentResponder,
        model: ModelResponder | None,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._home = home
        self._guard = guard
        self._conversations = conversations
        self._intents = intents
        self._model = model
        self._busy = busy
        self.name = intents.name if model is None else f"{intents.name}; {model.name}"

    async def warm(self) -> None:
        """Opens the model's connection; at the wake word."""
        if self._model is not None:
            await self._model.warm()

    async def expected(self, request: Request) -> str:
        """What the home's intents would reply if all goes well, "" where they would not. Without any effect."""
        return await self._intents.expect(request)

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See hub.llm.responder.Responder."""
        async with aclosing(await self._answering(request)) as pieces:
            async for piece in pieces:
                yield piece

    async def _answering(self, request: Request) -> AsyncGenerator[Piece, None]:
        question = self._conversations.question(request.satellite)
        said = None if question is None else answer(request.text)
        if question is not None and said is not None:
            return self._confirmed(request, question) if said else self._let_be(request)
        match = await self._intents.understand(request)
        if match is not None:
            return self._intents.answer(request, match)
        if self._model is None or not request.text.strip():  # a model would make something up for no words
            return self._intents.miss(request)
        return self._too_busy(request) if self._busy() else self._thought(request, self._model)

    async def _confirmed(self, request: Request, question: Question) -> AsyncGenerator[Piece, None]:
        self._conversations.draft(request.satellite, request.text)
        await request.commit()
        self._conversations.answered(request.satellite)
        if self._guard.verdict(question.actions, self._home.things) == "refuse":
            yield GONE
            return
        failures: list[str] = []
        async with aclosing(carry_out(House(self._home), question.actions, request, failures)) as actions:
            async for action in actions:
                yield action
        yield outcome(question.reply or DONE, question.actions, failures)

    async def _too_busy(self, request: Request) -> AsyncGenerator[Piece, None]:
        self._conversations.draft(request.satellite, request.text)
        yield Apology(BUSY)

    async def _let_be(self, request: Request) -> AsyncGenerator[Piece, None]:
        self._conversations.draft(request.satellite, request.text)
        yield LET_BE

    async def _thought(self, request: Request, model: ModelResponder) -> AsyncGenerator[Piece, None]:
        try:
            async with aclosing(model.respond(request)) as pieces:
                async for piece in pieces:
                    yield piece
        except ModelError as error:
            _log.warning("no model answers: %s", error)
            yield Apology(NO_MODEL)
