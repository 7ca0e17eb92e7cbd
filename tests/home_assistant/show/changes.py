"""What changed in the home, as Home Assistant's own events tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

DOMAINS = ("light", "cover", "lock", "sensor")
FULL = 255  # brightness


@dataclass(frozen=True, slots=True)
class Change:
    """How a thing stood and stands; `at` is when Home Assistant told of it."""

    entity: str
    old: str
    new: str
    at: float

    def __str__(self) -> str:
        return f"{self.entity}: {self.old} > {self.new}"


def changes(events: Iterable[tuple[float, Mapping[str, Any]]]) -> list[Change]:
    """Of events of type state_changed with their times: one for each thing of the home that stands otherwise."""
    found: dict[str, Change] = {}
    for at, event in events:
        entity, old, new = event["entity_id"], standing(event["old_state"]), standing(event["new_state"])
        if entity.partition(".")[0] in DOMAINS and old != new:
            found[entity] = Change(entity, found[entity].old if entity in found else old, new, at)
    return [one for one in found.values() if one.old != one.new]


def standing(state: Mapping[str, Any] | None) -> str:
    """How a thing stands, in words: its state, and of a light how bright it is if it is dimmed."""
    if state is None:
        return "absent"
    brightness = state["attributes"].get("brightness")
    dimmed = brightness is not None and brightness < FULL
    return f"{state['state']}, {round(100 * brightness / FULL)} %" if dimmed else str(state["state"])
