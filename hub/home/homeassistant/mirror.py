"""The home as Home Assistant has told it so far: registries read once, states kept fresh by events. Pure.

Strategy: `subscribe_entities` sends every state at first ("a"), then what changed ("c": attributes added "+" and
removed "-") and what is gone ("r"). An event about one entity makes that entity's Thing anew and no other.

Rules: entities that are not exposed are passed over; so is, counted, whatever is malformed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeGuard

from hub.home.home import Thing
from hub.home.homeassistant.registries import Registries
from hub.home.homeassistant.things import kept, small, thing


class Mirror:
    """One home's things by entity id, as they stand."""

    def __init__(self, registries: Registries) -> None:
        self.registries = registries
        self.things: dict[str, Thing] = {}
        self.left_out: Counter[str] = Counter(registries.left_out)
        self._states: dict[str, object] = {}
        self._attributes: dict[str, dict[str, object]] = {}

    def take(self, event: object) -> None:
        """Takes in one event, whatever it is."""
        if not _is_object(event):
            self.left_out["events"] += 1
            return
        for entity_id, told in self._told(event.get("a")):
            self._attributes[entity_id] = {}
            self._change(entity_id, told)
        for entity_id, told in self._told(event.get("c")):
            self._forget(entity_id, told.get("-"))
            added = told.get("+")
            self._change(entity_id, added if _is_object(added) else {})
        removed = event.get("r")
        for entity_id in removed if isinstance(removed, list) else ():
            self._remove(entity_id)

    def _told(self, raw: object) -> Iterator[tuple[str, Mapping[str, object]]]:
        for entity_id, told in raw.items() if _is_object(raw) else ():
            if entity_id not in self.registries.entries:
                continue
            if _is_object(told):
                yield entity_id, told
            else:
                self.left_out["states"] += 1

    def _change(self, entity_id: str, told: Mapping[str, object]) -> None:
        if "s" in told:
            self._states[entity_id] = small(told["s"])
        attributes = self._attributes.setdefault(entity_id, {})
        added = told.get("a")
        attributes.update(kept(added) if _is_object(added) else {})
        made = thing(entity_id, self.registries.entries[entity_id], self._states.get(entity_id), attributes)
        if made is None:
            self.things.pop(entity_id, None)  # what was told is kept: its name may become one that can be said
            self.left_out["states"] += 1
        else:
            self.things[entity_id] = made

    def _forget(self, entity_id: str, raw: object) -> None:
        names = raw.get("a") if _is_object(raw) else None
        attributes = self._attributes.get(entity_id, {})
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str):
                attributes.pop(name, None)

    def _remove(self, entity_id: object) -> None:
        if isinstance(entity_id, str):
            for held in (self.things, self._states, self._attributes):
                held.pop(entity_id, None)


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether it was a JSON object: its keys are text."""
    return isinstance(value, dict)
