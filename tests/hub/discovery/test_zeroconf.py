"""Laws of listening to mDNS: real zeroconf on loopback, in real time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from config.hub import Fleet
from hub.discovery.zeroconf import ZeroconfBrowser, local_addresses
from hub.parts.browser import browser
from tests.wire_pairs import LATE_S, LOOPBACK, SOON_S, until
from wire.discovery import PLAIN, TLS

PORT = 10700
OURS = f"hark-{os.getpid()}"  # other runs of these tests may announce on this machine's loopback, too
STRANGER, WHISPER = f"stranger {OURS}", f"Faster Whisper 2.0 {OURS}"


class Heard:
    """A listener that wants what begins with OURS."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.plain: set[str] = set()
        self.there: dict[str, list[str]] = {}

    def wants(self, identity: str) -> bool:
        self.asked.add(identity)
        return identity.startswith(OURS)

    def without_tls(self, identity: str) -> None:
        self.plain.add(identity)

    def found(self, identity: str, addresses: Iterable[str]) -> None:
        self.there[identity] = list(addresses)

    def gone(self, identity: str) -> None:
        self.there.pop(identity, None)


def told(name: str, port: int = PORT, properties: bytes = b"", service: str = PLAIN) -> ServiceInfo:
    """A service at loopback; `properties` are the TXT record as it is."""
    server = f"{name.replace(' ', '-').replace('.', '-')}.local."
    full = f"{name}.{service}"
    return ServiceInfo(service, full, port=port, properties=properties, server=server, parsed_addresses=[LOOPBACK])


@asynccontextmanager
async def listening(addresses: tuple[str, ...] = (LOOPBACK,), tls: bool = False) -> AsyncIterator[Heard]:
    heard = Heard()
    running = asyncio.ensure_future(ZeroconfBrowser(lambda: addresses, SOON_S, tls=tls).run(heard))
    try:
        yield heard
        assert not running.done(), "it has ended"
    finally:
        running.cancel()
        await asyncio.wait([running])


@asynccontextmanager
async def announced(*services: ServiceInfo) -> AsyncIterator[AsyncZeroconf]:
    async with AsyncZeroconf(interfaces=[LOOPBACK]) as zeroconf:
        await asyncio.gather(*[await zeroconf.async_register_service(service) for service in services])
        yield zeroconf


def test_a_satellite_is_found_followed_to_another_port_and_gone_when_it_says_goodbye() -> None:
    async def test() -> None:
        async with asyncio.timeout(LATE_S), listening() as heard:
            async with announced(told(f"{OURS}-test")) as zeroconf:
                await until(lambda: heard.there.get(f"{OURS}-test") == [f"{LOOPBACK}:{PORT}"])
                await (await zeroconf.async_update_service(told(f"{OURS}-test", PORT + 1)))
                await until(lambda: heard.there.get(f"{OURS}-test") == [f"{LOOPBACK}:{PORT + 1}"])
            await until(lambda: f"{OURS}-test" not in heard.there)

    asyncio.run(test())


def test_with_tls_only_ports_for_it_are_found_and_plain_ones_told_of() -> None:
    services = [told("hark-hub-plain"), told("hark-hub-both"), told("hark-hub-both", PORT + 1, service=TLS)]

    async def test() -> None:
        async with asyncio.timeout(LATE_S), listening(tls=True) as heard, announced(*services):
            await until(lambda: len(heard.there) == 1 and {"hark-hub-plain", "hark-hub-both"} <= heard.plain)
            assert heard.there == {"hark-hub-both": [f"{LOOPBACK}:{PORT + 1}"]}

    asyncio.run(test())


def test_strangers_and_broken_records_hold_nobody_up() -> None:
    broken = told(f"{OURS}-broken", properties=b"\xff no length fits \0\x7f=")
    strangers = [told(WHISPER), told(STRANGER), broken]

    async def test() -> None:
        async with asyncio.timeout(LATE_S), listening() as heard, announced(*strangers, told(f"{OURS}-other")):
            await until(lambda: {WHISPER, STRANGER} < heard.asked and len(heard.there) == 2)
            assert heard.there == {name: [f"{LOOPBACK}:{PORT}"] for name in (f"{OURS}-broken", f"{OURS}-other")}

    asyncio.run(test())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # zeroconf lets its socket go unclosed
def test_a_network_that_takes_nothing_is_said_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with asyncio.timeout(LATE_S), listening(("192.0.2.1",)):
            await until(lambda: "trying again" in caplog.text)
            await asyncio.sleep(3 * SOON_S)

    asyncio.run(test())
    assert caplog.text.count("trying again") == 1


def test_the_network_is_listened_to_and_not_the_machine_itself() -> None:
    """Used to complain of the loopback address of IPv6, which takes no multicast, with a traceback."""
    assert {LOOPBACK, "::1"}.isdisjoint(local_addresses())


def test_nothing_listens_where_nobody_is_adopted() -> None:
    nobody = Fleet(satellites=(), adopt=(), networks=(), longest_retry_s=10.0)
    assert browser(nobody) is None
    assert isinstance(browser(replace(nobody, adopt=("hark-*",))), ZeroconfBrowser)
