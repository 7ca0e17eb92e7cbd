"""The demo home: floors, areas and things of a TOML file, in memory, with states that change when something is done.

Rules: an action happens whole or not at all, scenes and scripts included; a home that is opened again is as its
file says. It is there for the demo, for tests and for whoever has no Home Assistant yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from hub.home.home import Action, Area, Floor, HomeError, Thing
from hub.home.homefile import HomePlan, read_home
from hub.home.services import perform


class DemoHome:
    """A `Home` that nobody lives in."""

    def __init__(self, plan: HomePlan) -> None:
        self._plan = plan
        self._things = {thing.entity_id: thing for thing in plan.things}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Opens the home that a file describes; raises SettingsError."""
        return cls(read_home(path))

    stale = ""

    @property
    def floors(self) -> Sequence[Floor]:
        """Every floor, in the file's order."""
        return self._plan.floors

    @property
    def areas(self) -> Sequence[Area]:
        """Every area, in the file's order."""
        return self._plan.areas

    @property
    def things(self) -> Sequence[Thing]:
        """Every thing as it stands now, in the file's order."""
        return tuple(self._things.values())

    async def act(self, action: Action) -> None:
        """Carries out one action, and what a scene or script is made of; raises HomeError and changes nothing then."""
        changed = dict(self._things)
        for step in (action, *self._plan.routines.get(action.entity_id, ())):
            if step.entity_id not in changed:
                raise HomeError("This home has nothing of that name.")
            changed[step.entity_id] = perform(changed[step.entity_id], step)
        self._things = changed
