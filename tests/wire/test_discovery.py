"""Laws of being found: the name that stays, the addresses that are told, and mDNS itself on loopback."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeroconf import ServiceInfo, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

from tests.wire_pairs import LATE_S, LOOPBACK, SOON_S, until
from wire.discovery import HUB, PLAIN, TLS, DiscoveryError, is_local, reachable, read_identity, service_name
from wire.zeroconf import ZeroconfAdvertiser, local_addresses

PORT = 10700
OURS = f"hark-test-{os.getpid()}"  # other runs of these tests may announce on this machine's loopback, too
LAN = ["127.0.0.1", "::1", "192.168.1.7", "169.254.3.4", "fe80::1", "2001:db8::7", "10.0.0.7"]


@given(st.text(min_size=1))
def test_a_name_is_always_the_same_fits_mdns_and_does_not_tell_the_identity(identity: str) -> None:
    name = service_name(identity)
    assert name == service_name(identity)
    assert re.fullmatch("hark-[0-9a-f]{12}", name)


@given(st.text(min_size=20), st.text(min_size=20))
def test_two_machines_have_two_names(one: str, other: str) -> None:
    assert (service_name(one) == service_name(other)) == (one == other)


def test_names_from_the_first_release_on() -> None:
    assert service_name("10000000abcdef01") == "hark-108a9568663a"
    assert service_name("10000000abcdef01", HUB) == "harkhub-e4f979e79c26"


def test_the_boards_serial_number_comes_before_the_systems(tmp_path: Path) -> None:
    serial, machine = tmp_path / "serial-number", tmp_path / "machine-id"
    machine.write_text("0123456789abcdef0123456789abcdef\n")
    assert read_identity([serial, machine]) == "0123456789abcdef0123456789abcdef"
    serial.write_bytes(b"10000000abcdef01\0")
    assert read_identity([serial, machine]) == "10000000abcdef01"


@pytest.mark.parametrize("content", ["", "\n", "uninitialized\n", "0000000000000000\0"])
def test_a_place_without_an_identity_is_passed_over(tmp_path: Path, content: str) -> None:
    (tmp_path / "machine-id").write_text(content)
    with pytest.raises(DiscoveryError, match=r"set discovery\.id"):
        read_identity([tmp_path / "machine-id", tmp_path])


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("0.0.0.0", ("10.0.0.7", "192.168.1.7")),
        ("::", ("2001:db8::7",)),
        ("192.168.1.7", ("192.168.1.7",)),
        ("192.168.1.8", ()),
        ("127.0.0.1", ()),
        ("::1", ()),
        ("localhost", ()),
        ("kitchen.lan", ()),
    ],
)
def test_only_addresses_that_others_can_reach_are_told(host: str, told: tuple[str, ...]) -> None:
    assert reachable(host, LAN) == told


def test_what_is_local() -> None:
    assert all(is_local(host) for host in ("127.0.0.1", "127.0.0.2", "::1", "localhost"))
    assert not any(is_local(host) for host in ("0.0.0.0", "::", "192.168.1.7", "kitchen.lan"))


def test_this_machine_has_its_loopback_address() -> None:
    assert LOOPBACK in local_addresses()


# Two zeroconf instances on loopback, in real time: announcing takes the second that RFC 6762 gives it


class Browser:
    """What Home Assistant does: looks for services, and resolves them."""

    def __init__(self, zeroconf: Zeroconf) -> None:
        self._zeroconf = zeroconf
        self.names: set[str] = set()

    def changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        (self.names.discard if state_change is ServiceStateChange.Removed else self.names.add)(name)

    async def finds(self, name: str) -> ServiceInfo:
        await until(lambda: name in self.names)
        found = ServiceInfo(PLAIN, name)
        assert await found.async_request(self._zeroconf, LATE_S * 1000)
        return found


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    async with AsyncZeroconf(interfaces=[LOOPBACK]) as zeroconf:
        browser = Browser(zeroconf.zeroconf)
        searching = AsyncServiceBrowser(zeroconf.zeroconf, PLAIN, handlers=[browser.changed])
        yield browser
        await searching.async_cancel()


@asynccontextmanager
async def advertising(advertiser: ZeroconfAdvertiser) -> AsyncIterator[None]:
    running = asyncio.ensure_future(advertiser.run(PORT))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()


def on_loopback(name: str) -> ZeroconfAdvertiser:
    return ZeroconfAdvertiser(name, lambda: (LOOPBACK,), look_s=SOON_S)


def test_a_satellite_is_found_with_its_port_and_gone_when_it_stops() -> None:
    name = f"{OURS}-found.{PLAIN}"

    async def test() -> None:
        async with asyncio.timeout(LATE_S), browsing() as browser:
            async with advertising(on_loopback(f"{OURS}-found")):
                found = await browser.finds(name)
                assert (found.port, found.parsed_addresses()) == (PORT, [LOOPBACK])
            await until(lambda: name not in browser.names)

    asyncio.run(test())


@pytest.mark.parametrize(("plain", "tls"), [(PORT, None), (PORT, PORT + 1), (None, PORT + 1)])
def test_nothing_leads_home_assistant_to_the_port_for_tls(plain: int | None, tls: int | None) -> None:
    async def test() -> None:
        running = asyncio.ensure_future(on_loopback("hark-test-both").run(plain, tls))
        async with asyncio.timeout(LATE_S), AsyncZeroconf(interfaces=[LOOPBACK]) as zeroconf:
            for service, port in ((TLS, tls), (PLAIN, plain)):
                found = ServiceInfo(service, f"hark-test-both.{service}")
                longest_ms = 500 if port is None else LATE_S * 1000
                assert await found.async_request(zeroconf.zeroconf, longest_ms) == bool(port)
                assert found.port == port
            running.cancel()
            await asyncio.wait([running])

    asyncio.run(test())


def test_a_network_that_comes_late_goes_and_comes_back_is_followed(caplog: pytest.LogCaptureFixture) -> None:
    name = f"{OURS}-late.{PLAIN}"
    addresses: tuple[str, ...] = ()

    async def test() -> None:
        nonlocal addresses
        advertiser = ZeroconfAdvertiser(f"{OURS}-late", lambda: addresses, look_s=SOON_S)
        async with asyncio.timeout(LATE_S), browsing() as browser, advertising(advertiser):
            await until(lambda: "no address of this machine fits" in caplog.text)
            for _ in range(2):
                addresses = (LOOPBACK,)
                await until(lambda: name in browser.names)
                addresses = ()
                await until(lambda: name not in browser.names)

    asyncio.run(test())
    assert caplog.text.count("no address of this machine fits") == 1


def test_a_name_that_is_taken_is_said_and_kept(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with asyncio.timeout(LATE_S), browsing() as browser, advertising(on_loopback(f"{OURS}-twin")):
            await browser.finds(f"{OURS}-twin.{PLAIN}")
            async with advertising(on_loopback(f"{OURS}-twin")):
                await until(lambda: "give one of the two its own discovery.id" in caplog.text)
            assert {name for name in browser.names if OURS in name and "twin" in name} == {f"{OURS}-twin.{PLAIN}"}

    asyncio.run(test())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # zeroconf lets its socket go unclosed
def test_a_network_that_takes_nothing_is_said_and_costs_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "wire.zeroconf")

    async def test() -> None:
        nowhere = ZeroconfAdvertiser(f"{OURS}-nowhere", lambda: ("192.0.2.1",), look_s=SOON_S)
        async with asyncio.timeout(LATE_S), advertising(nowhere):
            await until(lambda: "trying again" in caplog.text)

    asyncio.run(test())
