"""A model's tool calls in one turn: each is checked, guarded, carried out once, and answered with a short result.

Rules: reads need no certain words, actions do. At most so many calls a turn; those beyond are answered with an error.
What the guard wants asked is not done: the question is kept for the person, and the turn ends with it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from hub.home.home import Action
from hub.llm import results
from hub.llm.asking import Question, question
from hub.llm.deeds import DONE, House, carry_out
from hub.llm.guard import Guard
from hub.llm.model import Tool, ToolCall
from hub.llm.plain import plain, plain_areas, plain_floors, plain_things
from hub.llm.plan import Plan
from hub.llm.responder import Control, Request
from hub.llm.targets import Context
from hub.llm.tools import ToolError, tools, wanted

REFUSED = "that is not allowed here and was not done; tell the person so"
ENOUGH = "no more tool calls in this turn; answer with what you know"


@dataclass(frozen=True, slots=True)
class Tooling:
    """What tools need of the hub: the home and the timers, their guard, and the local time."""

    house: House
    guard: Guard
    clock: Callable[[], datetime]


class Hands:
    """The tools during one turn; `left` counts the calls that it may still make."""

    def __init__(self, tooling: Tooling, request: Request, left: int) -> None:
        self._tooling = tooling
        self._request = request
        self.left = left
        self.question: Question | None = None
        self.result = ""
        """Of the latest call, as JSON."""

    def tools(self) -> tuple[Tool, ...]:
        """Those that may still be called."""
        house, controls = self._tooling.house, self._request.controls
        made = tools(house.home.things, house.timers is not None, controls, bool(house.home.floors))
        return made if self.left > 0 else ()

    async def use(self, call: ToolCall) -> AsyncGenerator[Action | Control, None]:
        """Answers one call with `result`, and yields what was done for it."""
        self.left -= 1
        if self.left < 0:
            self.result = results.error(ENOUGH)
            return
        context = self._context()
        try:
            plan = wanted(call, context)
        except ToolError as error:
            self.result = results.error(str(error))
            return
        async with aclosing(self._guarded(plan, context)) as actions:
            async for action in actions:
                yield action

    async def _guarded(self, plan: Plan, context: Context) -> AsyncGenerator[Action | Control, None]:
        guard = self._tooling.guard
        match guard.verdict(plan.actions, context.things):
            case "refuse":
                self.result = results.error(REFUSED)
            case "ask":
                self.question = question(plan.actions, context.things, guard, DONE)
                self.result = results.asked(self.question.text)
            case "allow" if plan.control is not None:
                await self._request.commit()
                self.result = results.done([plan.control.action], [])
                yield plan.control
            case "allow" if not (plan.actions or plan.timers):
                self.result = results.states(plan, self._tooling.house.home.stale)
            case "allow":
                async for action in self._carry_out(plan, context):
                    yield action

    async def _carry_out(self, plan: Plan, context: Context) -> AsyncGenerator[Action, None]:
        names = {thing.entity_id: thing.name for thing in context.things}
        wanted = (*plan.actions, *plan.timers)
        done: list[str] = []
        failures: list[str] = []
        async with aclosing(carry_out(self._tooling.house, wanted, self._request, failures)) as actions:
            async for action in actions:
                done.append(names.get(action.entity_id, action.service))
                yield action
        self.result = results.done(done, failures)

    def _context(self) -> Context:
        house, area = self._tooling.house, self._request.area
        here = None if area is None else plain(area)
        timers, floors = house.timers_from(self._request.satellite), plain_floors(house.home)
        areas, things, now = plain_areas(house.home), plain_things(house.home), self._tooling.clock()
        return Context(areas, things, now, here, timers, self._request.controls, floors=floors)
