"""What a sentence asks for, before anything is done: actions to carry out and what the reply may mention."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hub.home.home import Action, Thing
from hub.llm.match import Match
from hub.llm.responder import Control
from hub.llm.targets import Context


@dataclass(frozen=True, slots=True)
class Plan:
    """Actions in order; the things asked about that are so, and those that are not; slots that only the home knew.

    `timers` are actions too, of the hub's timers instead of the home (hub.timers.actions); `control` is for the
    satellite that was asked.
    """

    actions: tuple[Action, ...] = ()
    matched: tuple[Thing, ...] = ()
    unmatched: tuple[Thing, ...] = ()
    slots: Mapping[str, object] = field(default_factory=dict)
    timers: tuple[Action, ...] = ()
    control: Control | None = None


Handler = Callable[[Match, Context], Plan]
"""Pure: from what was understood and the home as it stands to a plan; raises Refusal."""


def for_each(things: Iterable[Thing], service: str, data: Mapping[str, object] | None = None) -> Plan:
    """The same service for every one of these things."""
    met = tuple(things)
    return Plan(tuple(Action(service, thing.entity_id, data or {}) for thing in met), met)


def asked(*things: Thing) -> Plan:
    """Nothing to do: these things are what was asked about."""
    return Plan(matched=things)
