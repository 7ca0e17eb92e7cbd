"""One connection of Home Assistant's to a service: it opens one for each request.

The bytes are written and read by the library wyoming, with the version of the library that the release came with, since
servers may go by it. Events of other types than those it waits for are passed over. From 2026.9 on an `error` is an
answer; before, only the connection's end is.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol, TypeVar

from wyoming.error import Error
from wyoming.event import Event, Eventable, async_read_event, write_event
from wyoming.version import __version__

from tests.conformance.controller import Failed
from tests.conformance.releases import Release

E_co = TypeVar("E_co", covariant=True)


class Kind(Protocol[E_co]):
    """A class of the library's events."""

    @staticmethod
    def is_type(event_type: str) -> bool:
        """Whether an event is of this kind."""

    @staticmethod
    def from_event(event: Event) -> E_co:
        """The event as one of this kind."""


E = TypeVar("E")


class Refused(Failed):
    """The service told an error or ended the connection: an answer, where nothing can be asked for."""


class Client:
    """A connection; `patience_s` is how long each answer is waited for."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, release: Release, patience_s: float
    ) -> None:
        self._reader, self._writer = reader, writer
        self._release, self._patience_s = release, patience_s
        self._error = ""

    async def send(self, *events: Eventable | Event) -> None:
        """Sends events in a row; raises Refused where the connection has ended."""
        for event in events:
            plain = event if isinstance(event, Event) else event.event()
            await self.send_bytes(written(plain, self._release.wyoming))

    async def send_bytes(self, data: bytes) -> None:
        """Sends what the library would not write."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise Refused(f"it closed the connection while it was spoken to ({error})") from None

    async def next(self, *kinds: type[Kind[object]]) -> Event:
        """The next event of these kinds; raises Refused, and Failed where nothing comes at all."""
        try:
            async with asyncio.timeout(self._patience_s):
                while (event := await self._read()) is not None:
                    if any(kind.is_type(event.type) for kind in kinds):
                        return event
                    self._note(event)
        except TimeoutError:
            names = " or ".join(kind.__name__ for kind in kinds)
            behind = f" after the error {self._error!r}, which this release passes over" if self._error else ""
            raise Failed(f"no {names} within {self._patience_s:g} s{behind}") from None
        raise Refused(f"it closed the connection{f' after the error {self._error!r}' if self._error else ''}")

    async def get(self, kind: type[Kind[E]]) -> E:
        """The next event of a kind, read as Home Assistant reads it."""
        return parsed(kind, await self.next(kind))

    async def _read(self) -> Event | None:
        try:
            return await async_read_event(self._reader)
        except (OSError, EOFError) as error:
            raise Refused(f"the connection broke ({error})") from None

    def _note(self, event: Event) -> None:
        if Error.is_type(event.type):
            self._error = parsed(Error, event).text
            if self._release.errors:
                raise Refused(f"it told the error {self._error!r}")


def written(event: Event, version: str) -> bytes:
    """The bytes of an event as another version of the library would write them."""
    file = io.BytesIO()
    write_event(event, file)
    return file.getvalue().replace(f'"version": "{__version__}"'.encode(), f'"version": "{version}"'.encode(), 1)


def parsed(kind: type[Kind[E]], event: Event) -> E:
    """Raises Failed where the library cannot read it."""
    try:
        return kind.from_event(event)
    except Exception as error:  # whatever is wrong with it, Home Assistant fails with it
        raise Failed(f"Home Assistant cannot read this {event.type}: {error!r}") from None


@asynccontextmanager
async def connected(host: str, port: int, release: Release, patience_s: float) -> AsyncIterator[Client]:
    """A connection; raises Failed where there is none."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError as error:
        raise Failed(f"cannot connect to {host} port {port}: {error}") from None
    try:
        yield Client(reader, writer, release, patience_s)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
