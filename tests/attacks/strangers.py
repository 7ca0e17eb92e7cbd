"""Who knocks at a satellite's TLS port without the right to, and what that gets them: nothing, not even `info`."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass

from wyoming.event import Event

from tests.certificates import DAY, IS_LED, LEADS, NOW, Authority, Issued
from wire.framing import encode

ASKS = encode(Event("describe"))
LATE_S = 10.0  # to wait for the end; a port that keeps a stranger is one that fails


@dataclass(frozen=True, slots=True)
class Stranger:
    """One of them; `by` is None without TLS, `why` what the satellite's log says."""

    who: str
    by: ssl.SSLContext | None
    why: str
    says: bytes = ASKS


@dataclass(frozen=True, slots=True)
class Got:
    """What came back, without what is TLS's own, and for how long the connection was open."""

    data: bytes
    open_s: float


def context(shown: Issued | None = None, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """Of a stranger, who trusts anybody and shows what there is."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.maximum_version = version
    if shown is not None:
        made.load_cert_chain(shown.certificate, shown.key)
    return made


def strangers(authority: Authority, hub: Issued, thief: Issued) -> Iterator[Stranger]:
    """All kinds; `hub` is a good certificate, `thief` a hub's that is revoked."""
    other = Authority(authority.folder / "other", authority.name)  # of the same name
    plain = "speaks no TLS"
    yield Stranger("plain Wyoming", None, plain)
    yield Stranger("plain HTTP", None, plain, b"GET / HTTP/1.1\r\n\r\n")
    yield Stranger("a TLS hello that is broken", None, "TLS failed", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")
    yield Stranger("a byte of TLS and no more", None, "did not finish the TLS handshake in time", b"\x16")
    yield Stranger("no certificate", context(), "shows no certificate")
    expired = authority.issue("hub", LEADS, NOW - 9 * DAY, NOW - DAY)
    yield Stranger("an expired certificate", context(expired), "its certificate has expired")
    yield Stranger("one that is not yet valid", context(authority.issue("hub", LEADS, NOW + DAY)), "not valid yet")
    yield Stranger("a revoked one", context(thief), "is revoked")
    yield Stranger("one of a foreign authority", context(other.issue("hub", LEADS)), "not signed by this house")
    yield Stranger("another satellite's", context(authority.issue("hark-2", IS_LED)), "for another role")
    yield Stranger("the hub's own by TLS 1.2", context(hub, ssl.TLSVersion.TLSv1_2), "older TLS than 1.3")


async def knock(host: str, port: int, by: ssl.SSLContext | None, says: bytes = b"", late_s: float = LATE_S) -> Got:
    """What a stranger gets who connects, says something, and waits for the end, or for so long."""
    began, got = time.monotonic(), b""
    try:
        reader, writer = await asyncio.open_connection(host, port, ssl=by)
    except OSError:
        return Got(b"", time.monotonic() - began)
    try:
        writer.write(says)
        async with asyncio.timeout(late_s):
            while more := await reader.read(1 << 16):
                got += more
    except OSError:  # TimeoutError, too
        pass
    finally:
        writer.transport.abort()
    return Got(got, time.monotonic() - began)
