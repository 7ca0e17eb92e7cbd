"""What holds again after a round, and how long that took from when the last of those it needs was up.

Each check waits until it is so, and notes the time; measures.py has what it may take.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic

from wyoming.asr import Transcript
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info

from tests.home_assistant.client import Refused
from tests.home_assistant.storm.house import LIGHTS, House
from tests.home_assistant.storm.measures import (
    CONNECTED,
    DESCRIBED,
    LED,
    LOADED,
    SPOKEN,
    TEXT,
    THERE,
    TURN,
    Measure,
    Seen,
)
from tests.home_assistant.storm.person import LOOK_S, Person
from tests.home_assistant.storm.plan import HOME, HUB, SATELLITES, Restart, Round
from tests.home_assistant.storm.ties import let_go
from tests.wire_pairs import LOOPBACK
from wire.connection import dial
from wire.errors import WireError

NEVER_S = 120.0
LASTS_S = 1.0  # a connection of Home Assistant's that stands by; one that only asks `describe` is shorter


class Checks:
    """Of one round, which began at a time of time.monotonic()."""

    def __init__(self, house: House, restarts: tuple[Restart, ...], began: float) -> None:
        self._house = house
        self._began = began
        self._up = {restart.program: asyncio.Event() for restart in restarts}
        self.seen = Seen()

    async def run(self, this: Round) -> None:
        """All of them, each as soon as what it needs is up."""
        works = [self._when((HUB,), self._described), self._when((HUB, HOME), self._text)]
        for name in SATELLITES:
            spoken = this.spoken and name == this.speaks_at
            works += [
                self._when((HUB, name), partial(self._led, name)),
                self._when((HUB, name, HOME), partial(self._spoken, name))
                if spoken
                else self._when((HUB, name), partial(self._turn, name)),
                self._when((HOME, name), partial(self._connected, name)),
            ]
        for name in (HUB, *SATELLITES):
            works.append(self._when((HOME, name), partial(self._loaded, name)))
        await asyncio.gather(*works, self._when((HOME, HUB, *SATELLITES), self._entities))

    async def restart(self, restart: Restart) -> None:
        """Restarts a program; checks that need it begin then."""
        await self._house.restart(restart)
        self._up[restart.program].set()

    async def lets_go(self, restart: Restart) -> None:
        """The others let go of a machine that has vanished; who is restarted, too, is not asked."""
        await asyncio.sleep(restart.after_s)
        self.seen.measures += await let_go(self._house, restart.program, but=self._up)

    async def _when(self, needs: tuple[str, ...], work: Callable[[], Awaitable[None]]) -> None:
        """Does it once these programs are up; notes how long it took from then."""
        for name in needs:
            if name in self._up:
                await self._up[name].wait()
        what = getattr(work, "func", work).__name__.strip("_")
        try:
            async with asyncio.timeout(NEVER_S):
                await work()
        except TimeoutError:
            self.seen.failures.append(f"{what} never held, in {NEVER_S:.0f} s")
        except (Refused, OSError) as error:
            self.seen.failures.append(f"{what}: {error!r}")

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

    async def _led(self, name: str) -> None:
        self._note(LED, (HUB, name), await Person(self._house, name).sees_the_hub_lead())

    async def _turn(self, name: str) -> None:
        self._note(TURN, (HUB, name), await Person(self._house, name).begins_a_turn())

    async def _spoken(self, name: str) -> None:
        person = Person(self._house, name)
        try:
            self._note(SPOKEN, (HUB, name, HOME), await person.commands())
        finally:
            self.seen.again += person.again

    async def _connected(self, name: str) -> None:
        """Home Assistant stands by at a satellite."""
        since: dict[int, float] = {}
        while True:
            now = monotonic()
            since = {port: since.get(port, now) for port in self._house.connections().get(f"{name} < {HOME}", ())}
            if lasting := [at for at in since.values() if now - at >= LASTS_S]:
                return self._note(CONNECTED, (HOME, name), min(lasting))
            await asyncio.sleep(LOOK_S)

    async def _loaded(self, name: str) -> None:
        """Home Assistant has loaded its entry for one, at its start or when it has tried again by itself."""
        tried = 0.0
        while True:
            listed = await self._house.home.ask("config_entries/get", domain="wyoming")
            [state] = [one["state"] for one in listed if one["entry_id"] == self._house.entries[name]]
            if state == "loaded":
                return self._note(LOADED, (HOME, name), monotonic(), tried)
            tried = (tried or monotonic()) if state == "setup_in_progress" else 0.0
            await asyncio.sleep(2 * LOOK_S)

    async def _entities(self) -> None:
        """All that the entries have made has a state."""
        home = self._house.home
        listed = await home.ask("config/entity_registry/list")
        made = [one["entity_id"] for one in listed if one["platform"] == "wyoming" and not one["disabled_by"]]
        await home.happens(lambda: all(home.state(one) not in ("", "unavailable") for one in made), NEVER_S)
        self._note(THERE, (HOME,), monotonic())
