"""A machine's credentials while it runs: its own certificate, whose it accepts, and who came in with them.

The files are looked at again and again: a renewed certificate is for the connections that come, a revoked one ends
those that are there. Rules: nothing here waits for a disk on the event loop; a file that is broken changes nothing that
runs; a connection whose certificate ends while it lasts is ended too.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from wire.connection import Connection
from wire.tls import revoked
from wire.tls.certificate import Certificate
from wire.tls.errors import CertificateError, Refused
from wire.tls.files import Loaded, Places, Role, load
from wire.tls.followed import Followed
from wire.tls.health import trouble
from wire.tls.words import clock, date

_log = logging.getLogger(__name__)

LOOK_S = 2.0  # between two looks at the files, of 0.1 ms each: what is revoked is gone after two of them
V = TypeVar("V")


class Credentials:
    """Raises CertificateError where the files cannot be used."""

    def __init__(self, places: Places, role: Role, now: Callable[[], float] = time.time) -> None:
        self.now = now
        files = places.certificate, places.key, places.authority
        self._loaded = Followed(files, partial(load, places, role))
        if places.revoked:
            self._revoked = Followed([places.revoked], partial(revoked.load, places.revoked))
        else:
            self._revoked = Followed([], frozenset[str])
        self._open: dict[Connection, tuple[Certificate, Loaded]] = {}
        self._told = ""

    @property
    def loaded(self) -> Loaded:
        """What the next connection is made with."""
        return self._loaded.value

    @property
    def revoked(self) -> frozenset[str]:
        """Fingerprints that count no more."""
        return self._revoked.value

    @property
    def trouble(self) -> str:
        """See health.trouble."""
        return trouble(self.loaded, self.revoked, self.now())

    def __str__(self) -> str:
        own, revoked = self.loaded.own, len(self.revoked)
        return f"TLS as {own} until {date(own.ends)}, {revoked} revoked" + (f"; {self.trouble}" if self.trouble else "")

    def judge(self, certificate: Certificate, by: Loaded, name: str = "") -> None:
        """Raises Refused for a peer that proved this certificate in a handshake with `by`.

        `name` is whose it should be, "" for anybody's.
        """
        if certificate.fingerprint in self.revoked:
            raise Refused(f"its certificate, {certificate}, is revoked; issue it a new one, or keep it out")
        if self.now() > certificate.ends:
            raise Refused(
                f"its certificate, {certificate}, has expired: {clock(self.loaded.own, self.now())}; renew it"
            )
        if by.authorities - self.loaded.authorities:
            raise Refused("an authority that counted then counts no more; it may come again, with one that does")
        if name and name not in certificate.names:
            raise Refused(f"it shows the certificate of {certificate}, where {name} is wanted; is it another machine?")

    def attend(self, connection: Connection, certificate: Certificate, by: Loaded) -> None:
        """The connection lasts as long as its certificate is good; see judge."""
        self._open[connection] = certificate, by

    async def watch(self) -> None:
        """Looks again and again, without end."""
        while True:
            self.tell()
            await asyncio.sleep(LOOK_S)
            await self.look()

    def tell(self) -> None:
        """Warns of trouble with the own certificate, once a day."""
        if (trouble := self.trouble) != self._told:
            self._told = trouble
            _log.warning("%s", trouble or "this machine's certificate is in order again")

    async def look(self) -> None:
        """Reads what has changed, and ends connections that are no longer good."""
        if await _read_anew(self._loaded):
            _log.info("new connections show the certificate of %s", self.loaded.own)
        if await _read_anew(self._revoked):
            _log.info("revoked certificates: %d", len(self.revoked))
        for connection, proven in list(self._open.items()):
            if connection.closed:
                del self._open[connection]
                continue
            try:
                self.judge(*proven)
            except Refused as refused:
                _log.warning("%s is disconnected: %s", connection.peer, refused)
                connection.abort()


async def _read_anew(followed: Followed[V]) -> bool:
    try:
        return await asyncio.to_thread(followed.look)
    except CertificateError as error:
        _log.error("%s; what was read before stays in force", error)
        return False
