"""What a tool tells the model: short JSON, in which all texts of the home are bounded data. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time

import msgspec

from hub.home.home import Thing
from hub.llm.plain import plain
from hub.llm.plan import Plan

MOST_THINGS = 60  # in one result; some 25 tokens each
MOST_ITEMS = 40  # of a to-do list
LONGEST_TEXT = 100  # characters of a state, a title, an item

TOLD = (
    "brightness",
    "color_temp_kelvin",
    "current_position",
    "current_temperature",
    "humidity",
    "is_volume_muted",
    "items",
    "media_title",
    "percentage",
    "temperature",
    "temperature_unit",
    "unit_of_measurement",
    "volume_level",
)
"""Attributes that somebody may ask about, by Home Assistant's names."""


def states(plan: Plan, stale: str = "") -> str:
    """How the things asked about stand, and whatever else was asked; `stale` says why it may be otherwise by now."""
    things = (*plan.matched, *plan.unmatched)
    slots = {name: told for name, value in plan.slots.items() for name, told in _slot(name, value).items()}
    if not things:
        return _json(slots or {"things": []})
    doubt = {"warning": plain(stale, LONGEST_TEXT)} if stale else {}
    return _json({**slots, **_list([_state(thing) for thing in things]), **doubt})


def done(names: Sequence[str], failures: Sequence[str]) -> str:
    """What was done, and what the home said where it failed."""
    told = {"done": list(names[:MOST_THINGS]), "failed": [plain(text, LONGEST_TEXT) for text in failures[:MOST_THINGS]]}
    return _json({name: texts for name, texts in told.items() if texts})


def error(text: str) -> str:
    """Nothing was done, and why."""
    return _json({"error": text})


def asked(question: str) -> str:
    """Nothing was done yet: the person was asked this."""
    return _json({"asked": question})


def _slot(name: str, value: object) -> Mapping[str, object]:
    if isinstance(value, list):
        return {name: [_timer(one) for one in value[:MOST_THINGS]]}
    if isinstance(value, date):
        return {name: value.isoformat(), "weekday": f"{value:%A}"}
    return {name: f"{value:%H:%M}" if isinstance(value, time) else plain(str(value), LONGEST_TEXT)}


def _timer(told: Mapping[str, object]) -> Mapping[str, object]:
    """A timer, of what the reply's template knows of it (hub.llm.timers)."""
    left = told["total_seconds_left"]
    return {
        "name": plain(str(told["name"]), LONGEST_TEXT),
        "area": plain(str(told["area"])),
        "seconds_left": round(left) if isinstance(left, int | float) else None,
        "runs": bool(told["is_active"]),
    }


def _list(things: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    more = len(things) - MOST_THINGS
    return {"things": things[:MOST_THINGS], **({"more": more} if more > 0 else {})}


def _state(thing: Thing) -> Mapping[str, object]:
    attributes = {name: _told(thing.attributes[name]) for name in TOLD if name in thing.attributes}
    where = {} if thing.area is None else {"area": thing.area}
    return {"name": thing.name, **where, "state": plain(thing.state, LONGEST_TEXT), **attributes}


def _told(value: object) -> object:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        entries = list(value.items())[:MOST_ITEMS]
        return {plain(str(name), LONGEST_TEXT): plain(str(held), LONGEST_TEXT) for name, held in entries}
    return plain(str(value), LONGEST_TEXT)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
