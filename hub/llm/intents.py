"""The home's intents: what people say most to a home, understood and answered on this machine, in milliseconds.

Strategy: words → Match (recognition) → Plan (handlers) → actions → reply (replies). All but the actions is pure, so
that anyone may ask beforehand what a sentence would mean.

Rules: the reply comes after the actions that it speaks of. A failed one is told in the home's own words.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import datetime

from hub.home.home import Action, Home, HomeError
from hub.llm.handlers import plan
from hub.llm.language import load
from hub.llm.match import Match, Refusal
from hub.llm.plan import Plan
from hub.llm.recognition import Recognition
from hub.llm.replies import Replies
from hub.llm.responder import Request
from hub.llm.targets import Context
from hub.load.scheduler import Scheduler


class IntentResponder:
    """A `Responder` for one home; `clock` tells the home's local time. Raises LanguageError."""

    def __init__(self, home: Home, scheduler: Scheduler, clock: Callable[[], datetime], language: str = "en") -> None:
        loaded = load(language)
        self._home = home
        self._scheduler = scheduler
        self._clock = clock
        self._recognition = Recognition(home, loaded)
        self._replies = Replies(loaded)
        self.name = self._recognition.name

    def recognise(self, text: str, area: str | None) -> Match | None:
        """What a sentence means where it is heard, None where it means nothing here. Without any effect."""
        return self._recognition.recognise(text, area)

    async def respond(self, request: Request) -> AsyncGenerator[str | Action, None]:
        """Yields each action once the home has confirmed it, then the reply ("never mind" has none)."""
        try:
            match, wanted = await self._scheduler.run(lambda: self._understand(request))
        except Refusal as refusal:
            yield self._replies.refuse(refusal)
            return
        if wanted.actions:
            await request.commit()
        failures: list[str] = []
        for action in wanted.actions:
            try:
                await self._home.act(action)
            except HomeError as error:
                failures.append(str(error))
            else:
                yield action
        done = len(failures) < len(wanted.actions) or not wanted.actions
        reply = self._replies.answer(match, wanted) if done else ""
        if text := _together(reply, failures):
            yield text

    def _understand(self, request: Request) -> tuple[Match, Plan]:
        match = self.recognise(request.text, request.area)
        if match is None:
            raise self._recognition.miss(request.text, request.area)
        context = Context(self._home.areas, self._home.things, self._clock(), request.area)
        return match, plan(match, context)


def _together(reply: str, failures: list[str]) -> str:
    """The reply and what failed, as sentences that can be spoken one after the other."""
    if not failures:
        return reply
    told = list(dict.fromkeys(failures))
    return " ".join([f"{reply.rstrip('.')}.", *told] if reply else told)
