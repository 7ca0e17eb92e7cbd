"""What checks of services stand on: a server's address, the release that it meets, and what is asked of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import TypeVar

from wyoming.info import Artifact, Describe, Info

from tests.conformance.releases import Release
from tests.conformance.services.client import Client, Refused, connected
from tests.conformance.stage import NotApplicable

P = TypeVar("P", bound=Artifact)
ASKED = 3  # times that it is asked to describe itself while it is busy
BEGUN_S = 0.05  # for the request to be begun


@dataclass(frozen=True, slots=True)
class Home:
    """Home Assistant of one release, and the server that it asks."""

    host: str
    port: int
    release: Release
    patience_s: float = 30.0
    """For an answer: Home Assistant itself waits without end for all but `info`."""
    allowance_s: float = 0.0
    """Added to its patience for `info`, where the machine is busy with more than the server."""

    def request(self) -> AbstractAsyncContextManager[Client]:
        """A connection for one request."""
        return connected(self.host, self.port, self.release, self.patience_s)

    async def info(self) -> Info:
        """What the server says of itself, on a connection of its own."""
        async with connected(self.host, self.port, self.release, self.release.info_s + self.allowance_s) as client:
            await client.send(Describe())
            return await client.get(Info)


def first(programs: Sequence[P], what: str) -> P:
    """The program that Home Assistant takes; raises NotApplicable where none is installed."""
    for program in programs:
        if program.installed:
            return program
    raise NotApplicable(f"no {what} is offered")


async def answered(asked: Awaitable[object]) -> None:
    """What need not succeed, but must come to an end that Home Assistant sees."""
    with suppress(Refused):
        await asked


async def described_while(home: Home, busy: Awaitable[object]) -> None:
    """Asks a server for `info` while it is busy with a request, which must succeed nonetheless."""
    work = asyncio.ensure_future(busy)
    try:
        for _ in range(ASKED):
            await asyncio.sleep(BEGUN_S)
            if work.done():
                await work
                raise NotApplicable("it is done before it can be asked")
            await home.info()
        await work
    finally:
        work.cancel()


async def twice(ask: Callable[[], Awaitable[object]]) -> None:
    """Two rooms at once."""
    await asyncio.gather(ask(), ask())
