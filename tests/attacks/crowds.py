"""Thousands who connect at once and do not go on, and one who goes on byte by byte."""

from __future__ import annotations

import asyncio
import resource
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.attacks.strangers import context

OWN_FILES = 1000  # that this process needs besides
MOST = min(10_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - OWN_FILES)
SAYS = (
    b"",
    b'{"type": "describe"}\n',
    b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",  # a TLS hello that is broken
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # one that is never finished
)
DRIP_S = 0.1


@asynccontextmanager
async def crowd(host: str, port: int, size: int = MOST) -> AsyncIterator[None]:
    """All connect while the context begins, and stay while it lasts; each says a part of something, or nothing."""
    writers: list[asyncio.StreamWriter] = []
    try:
        for number in range(size):
            _, writer = await asyncio.open_connection(host, port)
            writer.write(SAYS[number % len(SAYS)])
            writers.append(writer)
        yield
    finally:
        for writer in writers:
            writer.transport.abort()


async def drip(host: str, port: int) -> float:
    """A slow-loris: a TLS hello that never ends, a byte at a time; the seconds until it is cut off."""
    hello, began = _hello(), time.monotonic()
    reader, writer = await asyncio.open_connection(host, port)
    try:
        for byte in hello:
            writer.write(bytes([byte]))
            try:
                async with asyncio.timeout(DRIP_S):
                    if not await reader.read(1):
                        break
            except TimeoutError:
                continue
    except OSError:
        pass
    finally:
        writer.transport.abort()
    return time.monotonic() - began


def resident_mb(pid: int) -> float:
    """Memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _hello() -> bytes:
    said = ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        context().wrap_bio(ssl.MemoryBIO(), said, server_hostname="hark").do_handshake()
    return said.read()
