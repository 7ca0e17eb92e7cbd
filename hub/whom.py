"""Whom a session is for, as the hub that dials and the session see it."""

from __future__ import annotations

import asyncio
from typing import Protocol

from config.parts import named
from wire.errors import WireError


class SomebodyElse(WireError):
    """At a satellite's address answers one that is not it."""

    code = "somebody-else"


class Whom(Protocol):
    """A satellite to be led."""

    name: str
    """Its mDNS name, "" where whoever answers there will do."""
    proves: bool
    """Whether it must say who it is before it is told anything of the home or asks anything of it."""

    def address(self) -> str:
        """Where to dial it now, host:port."""

    def meets(self, identity: str | None) -> None:
        """It is connected and says who it is; raises SomebodyElse where it should be another."""

    def left(self) -> None:
        """It could not be reached, or is no longer connected."""

    async def rest(self, seconds: float) -> None:
        """Waits before the next dialling, less where it has moved meanwhile."""


def check(name: str, identity: str | None) -> None:
    """Raises SomebodyElse where a satellite says that it is another than the one of that name."""
    if identity is None:
        raise SomebodyElse(f"it does not say that it is {name}, so it is not led; update that satellite")
    if identity != name:
        raise SomebodyElse(f"another device, {identity}, has the address of {name} and is not led for it")


class Anyone:
    """Whoever answers at an address, or the one of a name where that is given: name@host:port."""

    def __init__(self, address: str) -> None:
        self.name, self._address = named(address)
        self.proves = bool(self.name)

    def address(self) -> str:
        """See Whom."""
        return self._address

    def meets(self, identity: str | None) -> None:
        """Each is welcome, unless one is named."""
        if self.name:
            check(self.name, identity)

    def left(self) -> None:
        """It is dialled again all the same."""

    async def rest(self, seconds: float) -> None:
        """It stays where it is."""
        await asyncio.sleep(seconds)
