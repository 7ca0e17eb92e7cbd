"""Home Assistant as a `Home`: what is exposed to voice, as a follower mirrors it, and services called on it.

Rules: while Home Assistant is away nothing is done, and `stale` tells why in words. Only what the mirror has, which is
what is exposed, can be acted on. An action is over when its state was seen; where no state is, it has failed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self

from config.secret import Secret
from hub.home.home import Action, Area, Floor, HomeError, Thing
from hub.home.homeassistant.follower import UNKNOWN, Follower
from hub.home.homeassistant.link import ANSWER_S, CommandError, LinkError
from hub.home.homeassistant.services import Service, allowed
from hub.home.homeassistant.words import shortened
from wire.sayings import Sayings

FIRST_S = 10.0  # that the hub's start waits for the first look at the home
LONGEST_REASON = 200  # characters of Home Assistant's own words that are worth speaking

UNANSWERED = "Home Assistant has not answered, so I do not know whether it was done."

_log = logging.getLogger(__name__)


class HomeAssistant:
    """A `Home`, at an address like http://homeassistant.local:8123, while the context lasts.

    The token is that of an administrator: only they may ask what is exposed. Raises ValueError for what is no address.
    """

    def __init__(self, url: str, token: Secret, clock: Callable[[], float] = time.monotonic) -> None:
        self._follower = Follower(url, token, clock)
        self._sayings = Sayings(_log, clock)
        self._following: asyncio.Task[None] | None = None

    @property
    def stale(self) -> str:
        """Why what is known may be wrong by now, as a sentence to be spoken; empty while it is fresh."""
        return self._follower.stale

    @property
    def areas(self) -> Sequence[Area]:
        """Every area, in Home Assistant's order."""
        return self._follower.mirror.registries.areas

    @property
    def floors(self) -> Sequence[Floor]:
        """Every floor, in Home Assistant's order."""
        return self._follower.mirror.registries.floors

    @property
    def things(self) -> Sequence[Thing]:
        """Every exposed entity as Home Assistant told of it last."""
        return tuple(self._follower.mirror.things.values())  # in one step: threads of engines ask as well

    def area_of(self, device: str) -> str | None:
        """The area of a device by its id, None where it has none or there is no such device."""
        return self._follower.mirror.registries.devices.get(device)

    def device_of(self, satellite: str) -> str | None:
        """The id of a Wyoming satellite's device by its own name, None where there is none, or several."""
        return self._follower.mirror.registries.satellites.get(satellite)

    async def __aenter__(self) -> Self:
        """Begins to follow Home Assistant; waits for the first look at it, or why there is none, at most FIRST_S."""
        self._following = asyncio.create_task(self._follower.run(), name="Home Assistant")
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_S):
                while self.stale == UNKNOWN:
                    await self._follower.changes.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Lets go of Home Assistant."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])

    async def act(self, action: Action) -> None:
        """Calls a service and waits until its state is seen; raises HomeError."""
        if self.stale:
            raise HomeError(self.stale)
        thing = self._follower.mirror.things.get(action.entity_id)
        if thing is None:
            raise HomeError("This home has nothing of that name.")
        service = allowed(thing, action)
        domain, _, name = action.service.partition(".")
        target = {"entity_id": action.entity_id}
        try:
            await self.ask("call_service", domain=domain, service=name, service_data=dict(action.data), target=target)
        except CommandError as error:
            raise HomeError(f"{thing.name} failed: {shortened(str(error), LONGEST_REASON)}") from None
        await self._confirmed(thing, service)

    async def ask(self, command: str, within_s: float = ANSWER_S, **fields: object) -> object:
        """The answer to a command; raises CommandError, or HomeError where there is none."""
        if self._follower.link is None:
            raise HomeError(self.stale)
        try:
            return await self._follower.link.ask(command, within_s, **fields)
        except LinkError as error:
            self._follower.doubt()
            self._sayings.warn(command, f"Home Assistant did not answer a {command}: {error}")
            raise HomeError(UNANSWERED) from None

    async def _confirmed(self, thing: Thing, service: Service) -> None:
        link = self._follower.link
        with suppress(TimeoutError):
            async with asyncio.timeout(service.within_s):
                while self._follower.link is link and not self._stands(thing, service):
                    await self._follower.changes.wait()
        if not self._stands(thing, service):
            raise HomeError(f"I asked, but {thing.name} has not confirmed it.")

    def _stands(self, thing: Thing, service: Service) -> bool:
        held = self._follower.mirror.things.get(thing.entity_id)
        return not service.states or (held is not None and held.state in service.states)
