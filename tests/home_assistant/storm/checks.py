"""What holds again after a round, and how long that took from when the last of those it needs was up.

Each check waits until it is so, and notes the time; what it may take is in BOUNDS_S and judged by the report.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from wyoming.asr import Transcript
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info

from satellite.panel.actions import Status
from tests.home_assistant.client import Refused
from tests.home_assistant.storm import sight
from tests.home_assistant.storm.house import LIGHTS, House
from tests.home_assistant.storm.plan import HOME, HUB, SATELLITES, Restart, Round
from tests.home_assistant.storm.unit import SILENT_S
from tests.wire_pairs import LOOPBACK
from wire.connection import dial
from wire.errors import WireError

ANSWERS_S, HOME_S = 10.0, 15.0
DESCRIBED, LED, TURN, TEXT, SPOKEN = "describe", "led by the hub", "turn begun", "text done", "spoken command done"
CONNECTED, LOADED, THERE = "stand-by connected", "entries loaded", "entities there"
LET_GO = "let go of who was silent"
NEVER_S = 120.0
LOOK_S = 0.1
LASTS_S = 1.0  # a connection of Home Assistant's that stands by; one that only asks `describe` is shorter
SPOKEN_S = 12.0  # a command and its effect; then it is said again, as a person would
TURN_S = 2.0
SETTLE_S = 20.0  # for a reply to end, and a poll of Home Assistant's

EXPECTED = {
    *(f"{hub} > {satellite}" for hub in (HUB, HOME) for satellite in SATELLITES),
    *(f"{satellite} < {hub}" for hub in (HUB, HOME) for satellite in SATELLITES),
    f"{HUB} > {HOME}",
    f"{HOME} < {HUB}",
}
"""One connection of each, and no other: the hub leads, Home Assistant stands by and is the hub's home."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How long something took from when `of`, the last of those it needs, was up."""

    what: str
    of: str
    took_s: float


@dataclass(slots=True)
class Seen:
    """What a round has shown."""

    measures: list[Measure] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Checks:
    """Of one round, which began at a time of time.monotonic()."""

    def __init__(self, house: House, restarts: tuple[Restart, ...], began: float) -> None:
        self._house = house
        self._began = began
        self._restarts = restarts
        self.seen = Seen()

    async def run(self, this: Round) -> None:
        """All of them."""
        satellites = [self._satellite(name, this.spoken and name == this.speaks_at) for name in SATELLITES]
        services = [self._within(self._described()), self._within(self._text())]
        at_home = [self._within(work) for work in (self._connected(), self._entries(), self._entities())]
        await asyncio.gather(*satellites, *services, *at_home)

    async def lets_go(self, restart: Restart) -> None:
        """The others end their connections with a machine that has vanished; who is restarted, too, is not asked."""
        await asyncio.sleep(restart.after_s + LOOK_S)
        gone = {one.program for one in self._restarts}
        began = monotonic() - LOOK_S
        ends = {pair: ports for pair, ports in self._house.connections().items() if pair.split()[2] == restart.program}
        ends = {pair: ports for pair, ports in ends.items() if pair.split()[0] not in gone}
        while ends and monotonic() - began < SILENT_S - 2 * LOOK_S:
            await asyncio.sleep(LOOK_S)
            there = self._house.connections()
            for pair in [pair for pair, ports in ends.items() if not ports & there.get(pair, set())]:
                self.seen.measures.append(Measure(LET_GO, pair, monotonic() - began))
                del ends[pair]
        self.seen.measures += [Measure(LET_GO, pair, SILENT_S) for pair in ends]

    async def _within(self, work: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(NEVER_S):
                await work
        except TimeoutError:
            self.seen.failures.append(f"{getattr(work, '__name__', work)} never held, in {NEVER_S:.0f} s")
        except (Refused, OSError) as error:
            self.seen.failures.append(f"{getattr(work, '__name__', work)}: {error!r}")

    def _note(self, what: str, needs: tuple[str, ...], at: float, own_retry: float = 0.0) -> None:
        """Something that needs these programs holds since a time; noted where one of them was restarted."""
        ups = {name: self._house.started_at if name == HOME else self._house.units[name].up_at for name in needs}
        last = max(ups, key=lambda name: ups[name])
        if ups[last] >= self._began:
            self.seen.measures.append(Measure(what, last, at - max(ups[last], own_retry)))

    async def _described(self) -> None:
        while True:
            try:
                async with await dial(LOOPBACK, self._house.ports[HUB], timeout_s=5.0) as connection:
                    await connection.send(Describe())
                    if Info.is_type((await connection.read()).type):
                        return self._note(DESCRIBED, (HUB,), monotonic())
            except WireError:
                await asyncio.sleep(LOOK_S)

    async def _text(self) -> None:
        """The hub is asked in text, and does it in Home Assistant."""
        light = LIGHTS[SATELLITES[1]]
        while True:
            wanted = "off" if self._house.home.state(light) == "on" else "on"
            try:
                async with await dial(LOOPBACK, self._house.ports[HUB], timeout_s=5.0) as connection:
                    await connection.send(Transcript(text=f"turn {wanted} the bedroom light"))
                    event = await connection.read()
                    while not (Handled.is_type(event.type) or NotHandled.is_type(event.type)):
                        event = await connection.read()
                await self._house.home.until(light, wanted, late_s=1.0)
                return self._note(TEXT, (HUB, HOME), monotonic())
            except (WireError, TimeoutError):
                await asyncio.sleep(LOOK_S)

    async def _satellite(self, name: str, spoken: bool) -> None:
        await self._within(self._led(name))
        await self._within(self._spoken(name) if spoken else self._turn(name))

    async def _led(self, name: str) -> None:
        await self._shows(name, lambda status: status.controller.endswith("(hub)"))
        self._note(LED, (HUB, name), monotonic())

    async def _turn(self, name: str) -> None:
        """The button begins a turn, of which the hub tells; and ends it."""
        while True:
            mark = len(self._house.seen)
            await self._house.press(name, "listen")
            began = monotonic()
            while monotonic() - began < TURN_S:
                if at := self._awake(name, mark):
                    self._note(TURN, (HUB, name), at)
                    await self._house.press(name, "stop")
                    return await self._idle(name)
                await asyncio.sleep(LOOK_S / 5)

    def _awake(self, name: str, mark: int) -> float:
        awake = {"event": "awake", "satellite": name.title()}
        return next((at for at, seen in self._house.seen[mark:] if awake.items() <= seen.items()), 0.0)

    async def _idle(self, name: str) -> None:
        await self._shows(name, lambda status: status.phase == "idle")

    async def _shows(self, name: str, so: Callable[[Status], bool]) -> None:
        """A satellite's lights show it."""
        while (status := await self._house.status(name)) is None or not so(status):  # noqa: ASYNC110 (it may restart)
            await asyncio.sleep(LOOK_S)

    async def _spoken(self, name: str) -> None:
        """Somebody speaks a command, and again where it is not done: the light of the kitchen."""
        home, light = self._house.home, LIGHTS[SATELLITES[0]]
        while True:
            wanted = "off" if home.state(light) == "on" else "on"
            self._house.speak(name, f"turn {wanted} the kitchen light")
            try:
                await home.until(light, wanted, late_s=SPOKEN_S)
            except TimeoutError:
                continue
            self._note(SPOKEN, (HUB, name, HOME), monotonic())
            return await self._idle(name)

    async def _connected(self) -> None:
        """Home Assistant stands by at each satellite."""
        since: dict[tuple[str, int], float] = {}
        missing = list(SATELLITES)
        while missing:
            now, there = monotonic(), self._house.connections()
            standing = {(name, port) for name in missing for port in there.get(f"{name} < {HOME}", ())}
            since = {end: since.get(end, now) for end in standing}
            for (name, _), at in since.items():
                if now - at >= LASTS_S and name in missing:
                    self._note(CONNECTED, (HOME, name), at)
                    missing.remove(name)
            await asyncio.sleep(LOOK_S)

    async def _entries(self) -> None:
        """Home Assistant has loaded its entries, at its start or when it has tried again by itself."""
        tried: dict[str, float] = {}
        missing = {entry: name for name, entry in self._house.entries.items()}
        while missing:
            for entry in await self._house.home.ask("config_entries/get", domain="wyoming"):
                key, state = entry["entry_id"], entry["state"]
                if state == "setup_in_progress":
                    tried.setdefault(key, monotonic())
                elif state == "loaded" and (name := missing.pop(key, "")):
                    self._note(LOADED, (HOME, name), monotonic(), tried.get(key, 0.0))
                elif state != "loaded":
                    tried.pop(key, None)
            await asyncio.sleep(2 * LOOK_S)

    async def _entities(self) -> None:
        """All that the entries have made has a state."""
        home = self._house.home
        listed = await home.ask("config/entity_registry/list")
        made = [one["entity_id"] for one in listed if one["platform"] == "wyoming" and not one["disabled_by"]]
        await home.happens(lambda: all(home.state(one) not in ("", "unavailable") for one in made), NEVER_S)
        self._note(THERE, (HOME,), monotonic())


async def until(so: Callable[[], bool], late_s: float) -> bool:
    """Whether something has become so in time."""
    began = monotonic()
    while not so():
        if monotonic() - began > late_s:
            return False
        await asyncio.sleep(LOOK_S)
    return True


def odd(house: House) -> list[str]:
    """What is connected that should not be, and what is not."""
    there = {told: len(ports) for told, ports in house.connections().items()}
    missing = [f"no {told}" for told in sorted(EXPECTED - there.keys())]
    return missing + [f"{count} {told}" for told, count in sorted(there.items()) if count != (told in EXPECTED)]


async def leftovers(house: House) -> list[str]:
    """What is connected too much or too little, once all is at rest."""
    at_rest = await until(lambda: not odd(house), SETTLE_S)
    return [] if at_rest else odd(house)


async def held(house: House) -> dict[str, dict[str, float]]:
    """What each program holds."""
    return {name: sight.holds(unit.pid).told() for name, unit in house.units.items()}
