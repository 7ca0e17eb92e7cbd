"""What becomes of the test sentences: taken for what, answered how, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from bench.intent_home import House
from bench.intent_tests import STARTED, Case
from hub.home.homefile import HomePlan
from hub.llm.handlers import HANDLERS, plan
from hub.llm.intents import IntentResponder
from hub.llm.language import load
from hub.llm.match import Match, Refusal
from hub.llm.plan import Plan
from hub.llm.recognition import Recognition
from hub.llm.replies import Replies
from hub.llm.responder import Request
from hub.llm.targets import Context
from hub.load.scheduler import Scheduler
from hub.timers.timer import Timers

SATELLITE = "bench"
WHEN = datetime(2013, 9, 17, 1, 2)  # the time that the tests' replies tell


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sentence, what it was taken for, and the reply, None where the home refuses it; `took_ms` is up to the plan."""

    case: Case
    heard: Match | None
    reply: str | None
    took_ms: float

    @property
    def right(self) -> bool:
        """Whether it was understood as its test expects."""
        return self.heard is not None and self.case.expects(self.heard)

    @property
    def same_reply(self) -> bool | None:
        """Whether it was answered as its test expects; None where it was not understood, or refused."""
        return self.reply == self.case.reply if self.right and self.reply is not None else None

    def __str__(self) -> str:
        heard = "nothing" if self.heard is None else f"{self.heard.intent} {dict(self.heard.slots)}"
        return f"{self.case.intent} {self.case.combination}: {self.case.sentence!r} was heard as {heard}"


def lacking(case: Case) -> str:
    """What a sentence asks for that Hark does not have; "" for nothing."""
    if case.intent not in HANDLERS:
        return "nothing is done for this intent"
    return "timers run no commands" if "conversation_command" in case.slots else ""


def understand(cases: Sequence[Case], language: str, home: HomePlan | None = None) -> list[Outcome]:
    """Every sentence in the home of its test, or all in one; raises LanguageError."""
    house, loaded = House(), load(language)
    house.become(home or HomePlan((), (), {}))
    recognition, replies = Recognition(house, loaded), Replies(loaded)
    outcomes = []
    for case in cases:
        house.become(home or case.home)
        began = time.perf_counter()
        heard = recognition.recognise(case.sentence, case.area)
        wanted = None if heard is None else _plan(heard, house, case)
        took_ms = (time.perf_counter() - began) * 1000
        reply = None if heard is None or wanted is None else replies.answer(heard, wanted)
        outcomes.append(Outcome(case, heard, reply, took_ms))
    return outcomes


def _plan(heard: Match, house: House, case: Case) -> Plan | None:
    timers = Timers(case.timers, STARTED, SATELLITE)
    try:
        return plan(heard, Context(house.areas, house.things, WHEN, case.area, timers, floors=house.floors))
    except Refusal:
        return None


async def calls_ms(cases: Sequence[Case], language: str, home: HomePlan) -> list[float]:
    """Milliseconds from the words to the first call of a service, of the sentences that come to one."""
    house = House()
    house.become(home)
    took_ms: list[float] = []
    async with Scheduler(1) as scheduler:
        responder = IntentResponder(house, scheduler, lambda: WHEN, language)
        for case in cases:
            house.told_at, began = None, time.perf_counter()
            async with aclosing(responder.respond(Request(case.sentence, SATELLITE, case.area))) as pieces:
                async for _ in pieces:
                    pass
            if house.told_at is not None:
                took_ms.append((house.told_at - began) * 1000)
    return took_ms


def table(outcomes: Sequence[Outcome]) -> dict[str, Mapping[str, int]]:
    """Per intent: sentences, right and wrong ones; replies as expected, other ones, and those not compared."""
    rows: dict[str, Mapping[str, int]] = {}
    for intent in sorted({one.case.intent for one in outcomes}):
        own = [one for one in outcomes if one.case.intent == intent]
        right, replies = sum(one.right for one in own), [one.same_reply for one in own]
        rows[intent] = {
            "sentences": len(own),
            "right": right,
            "wrong": len(own) - right,
            "same reply": replies.count(True),
            "other reply": replies.count(False),
            "not compared": replies.count(None),
        }
    return rows
