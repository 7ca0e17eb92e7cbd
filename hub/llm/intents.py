"""The home's intents: what people say most to a home, understood and answered on this machine, in milliseconds.

Strategy: words → Match (recognition) → Plan (handlers) → guard → actions → reply (replies). All but the actions is
pure, so that anyone may ask beforehand what a sentence would mean.

Rules: the reply comes after the actions that it speaks of. A failed one is told in the home's own words. What the guard
wants asked is asked, and nothing is done; hub.llm.chain hears the answer. What a stale home tells is told as such.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from hub.home.home import Action, Home
from hub.llm.asking import Question, question
from hub.llm.conversation import Conversations
from hub.llm.deeds import House, Timekeeper, carry_out, outcome
from hub.llm.guard import ASKS_ALWAYS, Guard
from hub.llm.handlers import plan
from hub.llm.language import load
from hub.llm.match import Match, Refusal
from hub.llm.plan import Plan
from hub.llm.recognition import Recognition
from hub.llm.replies import Replies
from hub.llm.responder import Asks, Control, Piece, Request
from hub.llm.targets import Context
from hub.load.need import Kind, Need, soon
from hub.load.scheduler import Scheduler

NOT_ALLOWED = "Sorry, I am not allowed to do that here."


class IntentResponder:
    """A `Responder` for one home; `clock` tells the home's local time. Raises LanguageError."""

    def __init__(
        self,
        home: Home,
        scheduler: Scheduler,
        clock: Callable[[], datetime],
        language: str = "en",
        guard: Guard = ASKS_ALWAYS,
        conversations: Conversations | None = None,
        timers: Timekeeper | None = None,
    ) -> None:
        loaded = load(language)
        self._house = House(home, timers)
        self._scheduler = scheduler
        self._clock = clock
        self._guard = guard
        self._conversations = conversations or Conversations(time.monotonic)
        self._recognition = Recognition(home, loaded)
        self._replies = Replies(loaded)
        self.name = self._recognition.name

    def recognise(self, text: str, area: str | None) -> Match | None:
        """What a sentence means where it is heard, None where it means nothing here. Without any effect."""
        return self._recognition.recognise(text, area)

    async def understand(self, request: Request) -> Match | None:
        """The same for a request, on a worker."""
        need = soon(request.satellite)
        return await self._scheduler.run(lambda: self.recognise(request.text, request.area), need)

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Yields each action once the home has confirmed it, then the reply ("never mind" has none)."""
        match = await self.understand(request)
        async with aclosing(self.miss(request) if match is None else self.answer(request, match)) as pieces:
            async for piece in pieces:
                yield piece

    async def miss(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Says why a sentence means nothing here."""
        self._conversations.draft(request.satellite, request.text)
        need = soon(request.satellite)
        refusal = await self._scheduler.run(lambda: self._recognition.miss(request.text, request.area), need)
        yield self._replies.refuse(refusal)

    async def answer(self, request: Request, match: Match) -> AsyncGenerator[Piece, None]:
        """Does what a sentence means, and says so."""
        draft = self._conversations.draft(request.satellite, request.text)
        outlook = self._outlook(match, request)
        draft.question = outlook.question
        if outlook.control is not None:
            draft.aside = True
            await request.commit()
            yield outlook.control
        failures: list[str] = []
        async with aclosing(carry_out(self._house, outlook.actions, request, failures)) as done:
            async for action in done:
                yield action
        if text := outcome(outlook.reply, outlook.actions, failures):
            yield text
        if outlook.question is not None:
            yield Asks()

    async def expect(self, request: Request) -> str:
        """The reply if all goes well, "" where the words mean nothing here. Without any effect."""
        need = Need(Kind.SPECULATION if request.satellite else Kind.AHEAD, request.satellite)
        match = await self._scheduler.run(lambda: self.recognise(request.text, request.area), need)
        return "" if match is None else self._outlook(match, request).reply

    def _outlook(self, match: Match, request: Request) -> _Outlook:
        """What a sentence comes to, before anything is done."""
        context = self._context(request)
        try:
            wanted = plan(match, context)
        except Refusal as refusal:
            return _Outlook(self._replies.refuse(refusal))
        verdict = self._guard.verdict(wanted.actions, context.things)
        if verdict == "refuse":
            return _Outlook(NOT_ALLOWED)
        reply = self._replies.answer(match, wanted)
        if verdict == "ask":
            asked = question(wanted.actions, context.things, self._guard, reply)
            return _Outlook(asked.text, question=asked)
        actions = (*wanted.actions, *wanted.timers)
        return _Outlook(reply if actions else self._with_doubt(reply, wanted), actions, control=wanted.control)

    def _context(self, request: Request) -> Context:
        home, timers = self._house.home, self._house.timers_from(request.satellite)
        reply = self._conversations.reply(request.satellite)
        now = self._clock()
        return Context(home.areas, home.things, now, request.area, timers, request.controls, reply, floors=home.floors)

    def _with_doubt(self, text: str, wanted: Plan) -> str:
        """How things stand, and why they may stand otherwise by now."""
        stale = self._house.home.stale
        return f"{text.rstrip('.')}. {stale}" if stale and (wanted.matched or wanted.unmatched) else text


@dataclass(frozen=True, slots=True)
class _Outlook:
    """Actions, and what is said once they were done; or a question before they are."""

    reply: str
    actions: tuple[Action, ...] = ()
    question: Question | None = None
    control: Control | None = None
