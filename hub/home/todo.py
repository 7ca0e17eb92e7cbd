"""A to-do list of the demo home: its items, in their order, and how many are still to be done.

An item is found again whatever its capitals, so that what was said finds what was written.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.home import attributes
from hub.home.changes import stand
from hub.home.home import HomeError, Thing

OPEN, DONE = "needs_action", "completed"
"""How an item stands, in Home Assistant's words."""

LONGEST = 1000  # items; what a list holds before it says that it is full, so that memory stays bounded


def items(thing: Thing) -> Mapping[str, str]:
    """Each item with how it stands."""
    return attributes.read(thing, attributes.Todo).items


def holding(thing: Thing, entries: Mapping[str, str]) -> Thing:
    """The list with these items; its state is the number of open ones."""
    return stand(thing, str(sum(status == OPEN for status in entries.values())), items=dict(entries))


def add(thing: Thing, item: str) -> Thing:
    """With an item that is to be done, be it new, open already or done before."""
    held, name = items(thing), _find(thing, item)
    if name is None and len(held) >= LONGEST:
        raise HomeError(f"The {thing.name} is full.")
    return holding(thing, {**held, name or item[:1].upper() + item[1:]: OPEN})


def update(thing: Thing, item: str, status: str) -> Thing:
    """With an item of the list open again, or done."""
    return holding(thing, {**items(thing), _held(thing, item): status})


def remove(thing: Thing, item: str) -> Thing:
    """Without an item."""
    gone = _held(thing, item)
    return holding(thing, {name: status for name, status in items(thing).items() if name != gone})


def _find(thing: Thing, wanted: str) -> str | None:
    return next((item for item in items(thing) if item.casefold() == wanted.casefold()), None)


def _held(thing: Thing, wanted: str) -> str:
    found = _find(thing, wanted)
    if found is None:
        raise HomeError(f"{wanted[:1].upper()}{wanted[1:]} is not on the {thing.name}.")
    return found
