"""Follows one Home Assistant as long as the hub runs: connected again and again, with a mirror that is kept fresh.

Strategy: one link at a time. On it the registries are read, the states of the exposed entities subscribed, and both
read anew when Home Assistant says that a registry has changed, or when other entities are exposed (which it does not
always say: it is asked every CHECK_S, and so a connection that died without a word is noticed as well).

Rules: what was known stays known while Home Assistant is away, and `stale` says so in words. Each reason to be away is
logged once an hour; no failure reaches the hub.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from config.secret import Secret, SecretError
from hub.home.homeassistant import look
from hub.home.homeassistant.link import ANSWER_S, CommandError, Link, LinkError, TokenError, connected, websocket_url
from hub.home.homeassistant.mirror import Mirror
from hub.home.homeassistant.registries import Registries
from hub.home.homeassistant.retry import Retry
from wire.sayings import Sayings

CHECK_S = 30.0  # between two looks at what is exposed
SETTLE_S = 1.0  # after a registry's change: whoever edits one thing changes several registries at once

UNKNOWN = "I have not reached Home Assistant yet."
AWAY = "I cannot reach Home Assistant at the moment."
REFUSED = "Home Assistant does not accept my token. Please give me a new one."
FORBIDDEN = "My token does not belong to an administrator of Home Assistant. Please give me one that does."

REGISTRIES = ("area_registry", "floor_registry", "device_registry", "entity_registry")
NO_ENTITY = "none.exposed"  # to subscribe to where nothing is exposed: told of no entity, Home Assistant sends all

_log = logging.getLogger(__name__)


class Follower:
    """The mirror of the Home Assistant at a URL, and the link to it while there is one. Raises ValueError for none."""

    def __init__(self, url: str, token: Secret, clock: Callable[[], float]) -> None:
        self.stale = UNKNOWN
        """Why what is known may be wrong by now, as a sentence to be spoken; empty while it is fresh."""
        self.mirror = Mirror(Registries())
        self.link: Link | None = None
        self.changes = asyncio.Event()
        """Wakes its waiters at each change of the mirror or the link; it is never set for whoever comes later."""
        self._url, self._token = websocket_url(url), token
        self._retry = Retry(clock)
        self._sayings = Sayings(_log, clock)
        self._due = asyncio.Event()

    def doubt(self) -> None:
        """Asks for a look at Home Assistant at once: it has left a question unanswered."""
        self._due.set()

    async def run(self) -> None:
        """Connects, again and again, without end."""
        while True:
            try:
                await self._follow()
            except SecretError as error:
                self._lost(REFUSED, f"no token: {error}")
            except TokenError:
                self._lost(REFUSED, f"the token in {self._token} is refused; put a new one there, it is read by itself")
            except LinkError as error:
                self._lost(AWAY, f"{self._url}: {error}; trying again until it answers")
            except CommandError as error:
                spoken = FORBIDDEN if "nauthorized" in str(error) else AWAY
                self._lost(spoken, f"a question is refused ({error}); is the token an administrator's?")
            except Exception:  # costs this connection, never the hub
                _log.exception("following Home Assistant failed, which is a bug")
                self._lost(AWAY, "following it failed")
            await asyncio.sleep(self._retry.wait_s())

    async def _follow(self) -> None:
        """Follows Home Assistant on one link to its end; raises why it ended. Does nothing with a refused token."""
        token = self._token.read()
        if not self._retry.begin(token):
            return
        self._due.clear()
        try:
            async with connected(self._url, token, self._due.set) as link:
                await self._follow_on(link)
        except TokenError:
            self._retry.refuse(token)
            raise

    async def _follow_on(self, link: Link) -> None:
        await look.until_running(link)
        for registry in REGISTRIES:
            await link.subscribe(lambda _: self._due.set(), "subscribe_events", event_type=f"{registry}_updated")
        unsubscribe = await self._mirror_anew(link)
        self.link, self.stale = link, ""
        self._tell()
        _log.info("Home Assistant exposes %d things to voice", len(self.mirror.things))
        while True:
            await self._until_other(link)
            unsubscribe()
            unsubscribe = await self._mirror_anew(link)

    async def _mirror_anew(self, link: Link) -> Callable[[], None]:
        """Replaces the mirror by one of the home as it is now; returns what ends its subscription."""
        ids = await look.exposed(link)
        mirror, seen = Mirror(await look.read(link, ids)), asyncio.Event()

        def take(event: object) -> None:
            mirror.take(event)
            seen.set()
            self._tell()

        unsubscribe = await link.subscribe(take, "subscribe_entities", entity_ids=list(ids) or [NO_ENTITY])
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                await seen.wait()
        self.mirror = mirror
        self._tell()
        if mirror.left_out:
            told = ", ".join(f"{count} {what}" for what, count in sorted(mirror.left_out.items()))
            self._sayings.warn("left out", f"what Home Assistant told cannot all be used; left out: {told}")
        return unsubscribe

    async def _until_other(self, link: Link) -> None:
        """Returns when the registries or what is exposed may be others; raises LinkError at the link's end."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_S):
                    await self._due.wait()
            link.check()
            if self._due.is_set():
                await asyncio.sleep(SETTLE_S)
                self._due.clear()
                return
            if set(await look.exposed(link)) != self.mirror.registries.entries.keys():
                return

    def _lost(self, spoken: str, reason: str) -> None:
        self.link, self.stale = None, spoken
        self._tell()
        self._sayings.warn(reason, f"Home Assistant: {reason}")

    def _tell(self) -> None:
        self.changes.set()
        self.changes.clear()
