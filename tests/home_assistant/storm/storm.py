"""The restart storm: Home Assistant, hub and satellites restart in random order and at random moments.

After each round (one restart, or some together) they must find each other again in time, with nothing twice in Home
Assistant's registries and nothing left half open; see checks.py. Prints a line a round, and the report.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from random import Random
from time import monotonic

from tests.home_assistant.house import temporary_folder
from tests.home_assistant.storm import sight
from tests.home_assistant.storm.checks import Checks
from tests.home_assistant.storm.house import House, house
from tests.home_assistant.storm.measures import Seen, late
from tests.home_assistant.storm.plan import HOME, SATELLITES, How, Moment, Restart, Round, planned
from tests.home_assistant.storm.registries import differences, kept
from tests.home_assistant.storm.report import Report, Told
from tests.home_assistant.storm.ties import at_rest

LOOK_EVERY = 10  # rounds
SPARE_FILES = 4  # that a program may have open more than after the first round
COMMAND_S = (1.2, 2.8)  # of the recording: within the words
SPEAKS_S = 15.0  # until a reply begins
REPLY_S = (0.1, 0.9)  # into a reply
LOG_LINES = 12
FIRST = Round((Restart(HOME, How.ASKED, 0.0, 0.0),), Moment.IDLE, SATELLITES[0], hurried=False, spoken=True)
"""With which everything is as it will be after each restart: what the later rounds are held against."""


async def storm(restarts: int, seed: int, file: Path | None) -> int:
    """So many restarts; returns 1 where something did not hold."""
    with temporary_folder() as folder:
        async with house(Path(folder)) as made:
            running = Storm(made, Random(seed))
            rounds = [FIRST, *planned(restarts, seed)]
            print(f"the house is up; {restarts} restarts in {len(rounds) - 1} rounds, seed {seed}", flush=True)
            for number, this in enumerate(rounds):
                await running.round(number, this)
            await running.look(len(rounds), "in the end")
    print("\n".join(running.report.lines()), flush=True)
    if file is not None:
        await asyncio.to_thread(file.write_text, json.dumps({"seed": seed, **running.report.told()}, indent=1))
    return 1 if running.report.failures else 0


class Storm:
    """The rounds that have been, and what they are held against."""

    def __init__(self, house: House, chance: Random) -> None:
        self.report = Report()
        self._house, self._chance = house, chance
        self._kept: dict[str, set[str]] = {}
        self._began = monotonic()

    async def round(self, number: int, this: Round) -> None:
        """Restarts, and waits until everything is as it was, unless the next round follows at once."""
        began, load = monotonic(), sight.load()
        await self._moment(this)
        checks = Checks(self._house, this.restarts, began)
        silent = [one for one in this.restarts if one.how in (How.FROZEN, How.VANISHED)]
        await asyncio.gather(
            *map(checks.restart, this.restarts),
            *map(checks.lets_go, silent),
            *([] if this.hurried else [checks.run(this)]),
        )
        seen = checks.seen
        seen.failures += late(seen.measures) + self._left()
        if not this.hurried:
            seen.failures += await self._at_rest(seen)
        self.report.rounds.append(Told(this, seen.measures, seen.failures, seen.again, load))
        self._tell(number, this, monotonic() - began)
        if number % LOOK_EVERY == 0:
            await self.look(number, f"after round {number}")

    async def look(self, number: int, when: str) -> None:
        """What the programs hold."""
        now = {name: sight.holds(unit.pid).told() for name, unit in self._house.units.items()}
        self.report.looks.append((number, now))
        first = self.report.looks[0][1]
        more = [name for name in now if name != HOME and now[name]["files"] > first[name]["files"] + SPARE_FILES]
        self.report.rounds[-1].failures += [f"{name} has {now[name]['files']:g} files open {when}" for name in more]

    async def _moment(self, this: Round) -> None:
        """Waits for the moment in which the round begins."""
        if this.moment is Moment.IDLE:
            return
        self._house.speak(this.speaks_at, "turn on the bedroom light")
        await asyncio.sleep(self._chance.uniform(*COMMAND_S))
        if this.moment is Moment.REPLY:
            began = monotonic()
            while (status := await self._house.status(this.speaks_at)) is None or status.phase != "speaking":
                if monotonic() - began > SPEAKS_S:
                    return
                await asyncio.sleep(0.05)
            await asyncio.sleep(self._chance.uniform(*REPLY_S))

    async def _at_rest(self, seen: Seen) -> list[str]:
        """What is left half open, and what is new or gone in Home Assistant."""
        failures, took = await at_rest(self._house)
        seen.measures.append(took)
        now = await kept(self._house.home)
        self._kept = self._kept or now
        return failures + differences(self._kept, now)

    def _left(self) -> list[str]:
        left = [
            f"{name}: {what}" for name, unit in self._house.units.items() for what in unit.leftovers if name != HOME
        ]
        for name, unit in self._house.units.items():
            unit.leftovers.clear()
            self.report.starts_s[name], self.report.stops_s[name] = unit.starts_s, unit.stops_s
        return left

    def _tell(self, number: int, this: Round, took_s: float) -> None:
        told = self.report.rounds[-1]
        slowest = max(told.measures, key=lambda one: one.took_s, default=None)
        last = f"{slowest.what} of {slowest.of} last, {slowest.took_s:.1f} s" if slowest else "-"
        minutes = (monotonic() - self._began) / 60
        print(f"{minutes:5.1f} min {number:3} {this} ({took_s:.0f} s, load {told.load:.1f}): {last}", flush=True)
        for again in told.again:
            print(f"          said again at {again}", flush=True)
        for failure in told.failures:
            print(f"          FAILED {failure}", flush=True)
        if told.failures:
            for name, unit in self._house.units.items():
                last_lines = [f"            {name}: {line:.300}" for line in unit.program.log[-LOG_LINES:]]
                print("\n".join(last_lines), flush=True)
