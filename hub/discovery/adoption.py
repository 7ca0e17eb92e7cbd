"""Leads the satellites that are found, each in a task of its own; Known says which, this starts and ends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from config.hub import Fleet
from hub.discovery.known import MOST, Known
from hub.discovery.listener import Browser
from hub.whom import Anyone, Whom, check

_log = logging.getLogger(__name__)

LOOK_S = 60.0  # between two looks for those that are gone for long; all else is seen at once
GRACE_S = 30.0  # in which one that is announced without TLS may be announced with it, too
SHORTEST_REST_S = 0.5  # however often it is announced elsewhere

Lead = Callable[[Whom], Awaitable[None]]
"""Leads one satellite, without end."""


class Adoption:
    """The satellites that were found, and those of the settings as far as they are the same."""

    def __init__(self, settings: Fleet) -> None:
        self.known = Known(settings)
        self._clock = asyncio.get_running_loop().time
        self._changed = asyncio.Event()
        self._led: dict[str, tuple[Found, asyncio.Task[None]]] = {}
        self._without_tls: set[str] = set()

    async def run(self, browser: Browser, lead: Lead) -> None:
        """Listens, and leads whom it hears of, without end."""
        async with asyncio.TaskGroup() as group:
            group.create_task(browser.run(self))
            while True:
                self._changed.clear()
                await self._settle(group, lead)
                await _within(LOOK_S, self._changed)

    async def _settle(self, group: asyncio.TaskGroup, lead: Lead) -> None:
        wanted = self.known.led(self._clock())
        ending = [self._led.pop(identity)[1] for identity in self._led.keys() - wanted]
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending)
        for identity in wanted - self._led.keys():
            whom = Found(identity, self)
            self._led[identity] = whom, group.create_task(_led(lead, whom), name=f"satellite {identity}")

    def changed(self) -> None:
        """Somebody is here, gone or elsewhere."""
        self._changed.set()

    # What the browser tells

    def wants(self, identity: str) -> bool:
        """See Listener."""
        wanted = self.known.adopts(identity)
        if not wanted and self.known.worth_telling(identity):
            _log.info("found %s, which is not led until fleet.adopt names it", identity)
        return wanted

    def without_tls(self, identity: str) -> None:
        """See Listener."""
        if identity not in self._without_tls and self.known.adopts(identity) and len(self._without_tls) < MOST:
            self._without_tls.add(identity)
            asyncio.get_running_loop().call_later(GRACE_S, self._complain, identity)

    def _complain(self, identity: str) -> None:
        if not self.known.addresses(identity):
            _log.warning(
                "found %s without TLS; it is not led, since this hub has [tls]: give that satellite a certificate, "
                "or somebody else uses its name",
                identity,
            )

    def found(self, identity: str, addresses: Iterable[str]) -> None:
        """See Listener."""
        told, before = tuple(addresses), self.known.addresses(identity)
        if not self.known.found(identity, told):
            if self.known.worth_telling(identity):
                _log.warning("found %s at %s, which is not in fleet.networks; it is not led", identity, _list(told))
            return
        if (now := self.known.addresses(identity)) != before:
            _log.debug("%s is at %s", identity, _list(now))
            if identity in self._led:
                self._led[identity][0].moved()
        self.changed()

    def gone(self, identity: str) -> None:
        """See Listener."""
        self.known.gone(identity, self._clock())
        self.changed()


class Listed(Anyone):
    """Whoever answers at an address of the settings; not led a second time where it is also found."""

    def __init__(self, address: str, adoption: Adoption) -> None:
        super().__init__(address)
        self._adoption = adoption

    def meets(self, identity: str | None) -> None:
        """See Whom."""
        super().meets(identity)
        self._adoption.known.answers(self.address(), identity)
        self._adoption.changed()

    def left(self) -> None:
        """See Whom."""
        self._adoption.known.answers(self.address(), None)
        self._adoption.changed()


class Found:
    """One that was found, wherever it is now."""

    proves = True

    def __init__(self, identity: str, adoption: Adoption) -> None:
        self.name, self._adoption = identity, adoption
        self._moved = asyncio.Event()
        self._met = False
        self._turn = 0  # which of its addresses is dialled: the next where one fails

    def address(self) -> str:
        """See Whom."""
        addresses = self._adoption.known.addresses(self.name)
        return addresses[self._turn % len(addresses)]

    def meets(self, identity: str | None) -> None:
        """See Whom."""
        check(self.name, identity)
        self._met = True
        self._adoption.known.connected(self.name, True)

    def left(self) -> None:
        """See Whom."""
        self._adoption.known.connected(self.name, False)
        self._turn += not self._met
        self._met = False

    def moved(self) -> None:
        """It is announced elsewhere: dialled there once it no longer answers where it was."""
        self._turn = 0
        self._moved.set()

    async def rest(self, seconds: float) -> None:
        """See Whom."""
        await asyncio.sleep(min(seconds, SHORTEST_REST_S))
        await _within(seconds - SHORTEST_REST_S, self._moved)
        self._moved.clear()


async def _led(lead: Lead, whom: Whom) -> None:
    await lead(whom)


async def _within(seconds: float, happens: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await happens.wait()
    except TimeoutError:
        return


def _list(addresses: Iterable[str]) -> str:
    return ", ".join(addresses) or "no address"
