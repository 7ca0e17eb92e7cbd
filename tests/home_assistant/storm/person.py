"""Somebody at one satellite of the storm: sees its lights, presses its button, speaks a command until it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from satellite.panel.actions import Status
from tests.home_assistant.house import LIGHT
from tests.home_assistant.storm.house import House

LOOK_S = 0.1
PRESSED_S = 2.0  # for a turn to begin; then the button is pressed again
SPOKEN_S = 12.0  # for a command and its effect; then it is said again, and after another reply at once


class Person:
    """At the satellite of a name."""

    def __init__(self, house: House, satellite: str) -> None:
        self.again: list[str] = []
        """What had become of commands that were said again."""
        self._house, self._satellite = house, satellite

    async def sees_the_hub_lead(self) -> float:
        """Waits until the hub leads the satellite; returns when it was seen, of time.monotonic()."""
        await self._sees(lambda status: status.controller.endswith("(hub)"))
        return monotonic()

    async def begins_a_turn(self) -> float:
        """Presses the button until the hub tells of the turn, and ends it; returns when it told."""
        await self.sees_the_hub_lead()
        while True:
            mark, began = self._mark(), monotonic()
            await self._house.press(self._satellite, "listen")
            while monotonic() - began < PRESSED_S:
                if awake := self._told("awake", mark):
                    await self._house.press(self._satellite, "stop")
                    await self._is_left_alone()
                    return next(iter(awake.values()))
                await asyncio.sleep(LOOK_S / 5)

    async def commands(self) -> float:
        """Has the kitchen's light turned on, or off; returns when it was."""
        await self.sees_the_hub_lead()
        home = self._house.home
        while True:
            wanted = "off" if home.state(LIGHT) == "on" else "on"
            mark, began = self._mark(), monotonic()
            self._house.speak(self._satellite, f"turn {wanted} the kitchen light")
            while home.state(LIGHT) != wanted and not self._is_answered(mark) and monotonic() - began < SPOKEN_S:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_S)
            if home.state(LIGHT) == wanted:
                done = monotonic()
                await self._is_left_alone()
                return done
            self.again.append(f"{self._satellite}: {self._made_of(mark, began)}")

    async def _sees(self, so: Callable[[Status], bool]) -> None:
        while (status := await self._house.status(self._satellite)) is None or not so(status):  # noqa: ASYNC110 (it may restart)
            await asyncio.sleep(LOOK_S)

    async def _is_left_alone(self) -> None:
        await self._sees(lambda status: status.phase == "idle")

    def _mark(self) -> int:
        return len(self._house.seen)

    def _told(self, event: str, mark: int) -> dict[object, float]:
        """The turns of which the hub has told this since, and when."""
        wanted = {"event": event, "satellite": self._satellite.title()}
        return {seen["turn"]: at for at, seen in self._house.seen[mark:] if wanted.items() <= seen.items()}

    def _is_answered(self, mark: int) -> bool:
        """Whether a turn that has begun since is over."""
        return bool(self._told("awake", mark).keys() & self._told("times", mark).keys())

    def _made_of(self, mark: int, began: float) -> str:
        told = [f"{at - began:.1f} s {seen['event']} {seen.get('text', '')}" for at, seen in self._house.seen[mark:]]
        return ", ".join(told) or "nothing was heard"
