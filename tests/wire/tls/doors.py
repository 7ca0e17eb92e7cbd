"""A TLS port on loopback with an echo behind it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Unpack

from wyoming.ping import Ping, Pong

from tests.attacks.strangers import knock
from tests.certificates import IS_LED, LEADS, Authority, Issued
from tests.wire_pairs import LATE_S, LOOPBACK
from wire.connection import Connection, Guards
from wire.tls.credentials import Credentials
from wire.tls.dialling import dial
from wire.tls.files import Role
from wire.tls.listener import serve

SATELLITE, HUB = "hark-0123456789ab", "hub"


@dataclass
class House:
    """An authority, a satellite's credentials and a hub's; `now` is the satellite's clock where it is another."""

    authority: Authority
    satellite: Issued
    hub: Issued
    port: int = 0
    served: list[Connection] = field(default_factory=list)
    credentials: Credentials = field(init=False, repr=False)

    @classmethod
    def made(cls, folder: Path) -> House:
        authority = Authority(folder)
        return cls(authority, authority.issue(SATELLITE, IS_LED), authority.issue(HUB, LEADS))

    @asynccontextmanager
    async def open(
        self, admits: Callable[[str], bool] = lambda _: True, **guards: Unpack[Guards]
    ) -> AsyncIterator[House]:
        """The satellite's port is open while the context lasts."""
        self.credentials = Credentials(self.authority.tls(self.satellite), Role.SATELLITE)
        async with serve(LOOPBACK, 0, self._echo, self.credentials, admits, **guards) as [self.port]:
            yield self

    def leads(self, issued: Issued | None = None) -> Credentials:
        """What a hub dials with."""
        return Credentials(self.authority.tls(issued or self.hub), Role.HUB)

    async def dial(
        self, issued: Issued | None = None, name: str = SATELLITE, credentials: Credentials | None = None
    ) -> Connection:
        """A hub's connection."""
        by = credentials or self.leads(issued)
        return await dial(LOOPBACK, self.port, by, name, timeout_s=LATE_S, idle_s=LATE_S)

    async def tells(self, by: ssl.SSLContext | None, says: bytes = b"") -> bytes:
        """What a stranger gets who says this and waits for the end."""
        return (await knock(LOOPBACK, self.port, by, says, LATE_S)).data

    async def _echo(self, connection: Connection) -> None:
        self.served.append(connection)
        async for event in connection:
            await connection.send(Pong(text=Ping.from_event(event).text))


async def answers(connection: Connection) -> bool:
    """Whether the other end is the echo."""
    await connection.send(Ping(text="hello"))
    return Pong.is_type((await connection.read()).type)
