"""A home that notes what was done to it, and a model whose script has a part for each request; on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.home.home import Action, Area, Floor, HomeError, Thing
from hub.llm.model import Message, ModelError, Tool, ToolCall
from hub.llm.responder import Piece, Request, Responder, said
from hub.timers.timer import Now, Timer, Timers
from tests import virtual_time

NOW = datetime(2026, 11, 21, 15, 7)
Script = Sequence[str | ToolCall | float | ModelError]
"""What one request is answered: text, calls, a rest in seconds, or the error that ends it."""


@dataclass
class Storyteller:
    """A model that answers each request with the next script; after the last it says nothing."""

    scripts: Sequence[Script]
    sent: list[tuple[Message, ...]] = field(default_factory=list)
    offered: list[tuple[str, ...]] = field(default_factory=list)
    open: int = 0
    warmed: int = 0
    name: str = "scripted"

    async def stream(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AsyncGenerator[str | ToolCall, None]:
        """See hub.llm.model.Model."""
        at = len(self.sent)
        self.sent.append(tuple(messages))
        self.offered.append(tuple(tool.name for tool in tools))
        self.open += 1
        try:
            for piece in self.scripts[at] if at < len(self.scripts) else ():
                if isinstance(piece, ModelError):
                    raise piece
                await asyncio.sleep(piece if isinstance(piece, float) else 0)
                if not isinstance(piece, float):
                    yield piece
        finally:
            self.open -= 1

    async def warm(self) -> None:
        """Counts."""
        self.warmed += 1


def home_things() -> tuple[Thing, ...]:
    """Something guarded of each kind, and something that is not."""
    return (
        Thing("light.bed", "Bed Light", "light", "off", "Bedroom", supports=frozenset({"brightness"})),
        Thing("light.desk", "Desk Lamp", "light", "on", "Office", ("Lamp",)),
        Thing("lock.front", "Front Door", "lock", "locked", "Hall"),
        Thing("cover.garage", "Garage Door", "cover", "closed", attributes={"device_class": "garage"}),
        Thing("cover.blind", "Blind", "cover", "open", "Office", attributes={"device_class": "blind"}),
        Thing("alarm_control_panel.house", "House Alarm", "alarm_control_panel", "armed_away"),
        Thing("weather.home", "Home", "weather", "sunny", attributes={"temperature": 11.5}),
    )


@dataclass
class NotedHome:
    """Does all it is told, after `act_s`; what is named in `failing` says that it does not answer."""

    things: Sequence[Thing] = field(default_factory=home_things)
    areas: Sequence[Area] = (Area("Bedroom"), Area("Office", ("Study",)), Area("Hall"))
    done: list[Action] = field(default_factory=list)
    failing: frozenset[str] = frozenset()
    act_s: float = 0.0
    stale: str = ""
    floors: Sequence[Floor] = ()

    async def act(self, action: Action) -> None:
        """See hub.home.home.Home."""
        await asyncio.sleep(self.act_s)
        if action.entity_id in self.failing:
            raise HomeError("It does not answer.")
        self.done.append(action)

    def rename(self, entity_id: str, name: str) -> None:
        """Gives a thing another name."""
        self.things = [replace(one, name=name) if one.entity_id == entity_id else one for one in self.things]


@dataclass
class NotedTimers:
    """One timer, which never runs down."""

    done: list[Action] = field(default_factory=list)

    def seen_from(self, satellite: str) -> Timers:
        """See hub.llm.deeds.Timekeeper."""
        now = Now(0, 0)
        return Timers((Timer("t", satellite, "Office", "eggs", 60, 60, now),), now, satellite)

    async def act(self, action: Action) -> None:
        """See hub.llm.deeds.Timekeeper."""
        self.done.append(action)


def call(name: str, arguments: str = "{}", id_: str = "c1") -> ToolCall:
    return ToolCall(id_, name, arguments)


def clock() -> datetime:
    return NOW


async def read(responder: Responder, request: Request) -> list[Piece]:
    return [piece async for piece in responder.respond(request)]


def reply(responder: Responder, request: Request) -> list[Piece]:
    """All pieces, on virtual time; no task may be left."""
    return virtual_time.run(read(responder, request))


def spoken(pieces: Sequence[Piece]) -> str:
    """The words of a reply."""
    return "".join(map(said, pieces))
