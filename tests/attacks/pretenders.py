"""Who pretends to be a satellite, so that the hub dials it; what the hub says to it: nothing."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from tests.certificates import DAY, IS_LED, LEADS, NOW, Authority, Issued

LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Pretender:
    """One of them; `shown` is None where it speaks no TLS, `why` what the hub's log says."""

    who: str
    shown: Issued | None
    why: str
    most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    port: int = 0
    dialled: int = 0
    got: bytearray = field(default_factory=bytearray)
    """What the hub has said to it."""

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keeps all that comes, and answers nothing."""
        self.dialled += 1
        try:
            while said := await reader.read(1 << 16):
                self.got += said
        except OSError:
            pass
        finally:
            writer.close()


def pretenders(authority: Authority, name: str, thief: Issued) -> Iterator[Pretender]:
    """All kinds; `name` is the satellite's that the hub means, `thief` a certificate for it that is revoked."""
    other = Authority(authority.folder / "pretender", authority.name)
    expired = authority.issue(name, IS_LED, NOW - 9 * DAY, NOW - DAY)
    yield Pretender("an expired certificate", expired, "its certificate has expired")
    yield Pretender("one that is not yet valid", authority.issue(name, IS_LED, NOW + DAY), "not valid yet")
    yield Pretender("a revoked one", thief, "is revoked")
    yield Pretender("one of a foreign authority", other.issue(name, IS_LED), "not signed by this house")
    yield Pretender("another satellite's", authority.issue("hark-2", IS_LED), "is wanted")
    yield Pretender("a hub's", authority.issue(name, LEADS), "for another role")
    yield Pretender(
        "a good one by TLS 1.2", authority.issue(name, IS_LED), "ended the TLS handshake", ssl.TLSVersion.TLSv1_2
    )
    yield Pretender("no TLS", None, "no answer by TLS")


@asynccontextmanager
async def listening(those: Sequence[Pretender]) -> AsyncIterator[None]:
    """Each at a port of its own."""
    async with AsyncExitStack() as stack:
        for one in those:
            server = await asyncio.start_server(one.listen, LOOPBACK, 0, ssl=_context(one))
            one.port = server.sockets[0].getsockname()[1]
            await stack.enter_async_context(server)
        yield


def _context(one: Pretender) -> ssl.SSLContext | None:
    if one.shown is None:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.maximum_version = one.most
    made.load_cert_chain(one.shown.certificate, one.shown.key)
    return made
