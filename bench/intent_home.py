"""Homes for the test sentences: one that becomes any other, and a crowded one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle, islice, product

from bench.intent_tests import ABILITIES, Case
from hub.home.home import Action, Area, Floor, Thing
from hub.home.homefile import HomePlan

MANY = 500  # things of a large home that are exposed to voice
KINDS = (
    ("Lamp", "light", ""),
    ("Plug", "switch", ""),
    ("Fan", "fan", ""),
    ("Blind", "cover", "blind"),
    ("Curtain", "cover", "curtain"),
    ("Speaker", "media_player", ""),
    ("Thermometer", "sensor", "temperature"),
    ("Door", "binary_sensor", "door"),
)
"""Made-up things: what they are called, their domain and class."""


@dataclass(slots=True)
class House:
    """A home that becomes any other. It does nothing, and notes when it was first told to do something."""

    areas: Sequence[Area] = ()
    things: Sequence[Thing] = ()
    stale: str = ""
    floors: Sequence[Floor] = ()
    told_at: float | None = None

    def become(self, home: HomePlan) -> None:
        """Is that home from now on."""
        self.floors, self.areas, self.things = home.floors, home.areas, home.things

    async def act(self, action: Action) -> None:
        """See hub.home.home.Home."""
        if self.told_at is None:
            self.told_at = time.perf_counter()


def crowd(cases: Sequence[Case]) -> HomePlan:
    """All the homes of these sentences as one, and made-up things in all areas, MANY altogether."""
    floors = {floor.name: floor for case in cases for floor in case.home.floors}
    areas = {area.name: area for case in cases for area in case.home.areas}
    areas |= {area.name: area for case in cases for area in case.home.areas if area.floor}
    things = {thing.entity_id: thing for case in cases for thing in case.home.things}
    added = islice(_made_up(list(areas)), max(0, MANY - len(things)))
    return HomePlan(tuple(areas.values()), (*things.values(), *added), {}, tuple(floors.values()))


def _made_up(areas: Sequence[str]) -> Iterator[Thing]:
    for number, (area, (called, domain, kind)) in zip(count(1), cycle(product(areas, KINDS)), strict=False):
        name = f"{area} {called} {number}"
        state = "playing" if domain == "media_player" else "on"
        attributes = {"device_class": kind} if kind else {}
        yield Thing(f"{domain}.{name}", name, domain, state, area, attributes=attributes, supports=ABILITIES)
