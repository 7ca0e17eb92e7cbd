"""Laws of a TLS port: who proves who it is gets in; all others get nothing, and it is told why, once."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from wyoming.event import Event

from tests.attacks.strangers import context, strangers
from tests.certificates import DAY, IS_LED, LEADS, NOW, Issued
from tests.peers import run_clean
from tests.wire.tls.doors import HUB, SATELLITE, House, answers
from tests.wire_pairs import LOOPBACK, SOON_S, leaves_nothing, serving, until
from wire.connection import Connection
from wire.errors import PeerGone, WireError
from wire.framing import encode
from wire.tls.dialling import dial
from wire.tls.errors import Refused
from wire.tls.listener import HANDSHAKE_S

ASKS = encode(Event("describe"))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.made(tmp_path / "house")


def test_strangers_get_nothing_and_each_is_told_of_once(house: House, caplog: pytest.LogCaptureFixture) -> None:
    thief = house.authority.issue(HUB, LEADS)
    house.authority.revoke(thief)

    async def test() -> None:
        async with house.open(), await house.dial() as hub:
            for stranger in strangers(house.authority, house.hub, thief):
                for _ in range(3):
                    assert await house.tells(stranger.by, stranger.says) == b"", stranger.who
                told = [record.message for record in caplog.records if record.name == "wire.tls.listener"]
                assert len([line for line in told if stranger.why in line]) == 1, stranger.who
            assert await answers(hub)
            assert len(house.served) == 1, "nobody but the hub got as far as Wyoming"
            assert "PRIVATE" not in caplog.text

    leaves_nothing(test)


@pytest.mark.parametrize(
    "says",
    [
        ASKS,
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0" * 4096,
        b"\x16\x03\x01\xff\xff" + b"a" * 70_000,
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
        b"\x15\x03\x03\x00\x02\x02\x30",
        bytes(range(256)) * 64,
    ],
    ids=["wyoming", "http", "zeros", "a huge record", "a broken hello", "an alert", "anything"],
)
def test_bytes_that_are_no_tls_get_an_alert_at_most(house: House, says: bytes) -> None:
    async def test() -> None:
        async with house.open():
            got = await house.tells(None, says)
            assert len(got) <= 7
            assert not got or got[0] == 0x15, "the record of an alert"
            assert house.served == []

    leaves_nothing(test)


def test_a_hub_gets_in_and_knows_whom_it_leads(house: House) -> None:
    async def test() -> None:
        async with house.open(), await house.dial() as hub:
            assert await answers(hub)
            assert hub.certificate is not None
            assert hub.certificate.names == (SATELLITE,)
            [served] = house.served
            assert served.certificate is not None
            assert served.certificate.names == (HUB,)
            assert served.certificate.fingerprint == house.hub.fingerprint

    leaves_nothing(test)


def sends_at_once() -> list[bool]:
    """Of every TCP socket that this process has open, whether it sends what is there without waiting for more."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError), socket.socket(fileno=os.dup(int(link.name))) as one:
            if one.family == socket.AF_INET:
                found.append(bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
    return found


def test_nothing_that_is_sent_waits_for_more(house: House) -> None:
    """Used to wait 40 ms for the peer's acknowledgement."""

    async def test() -> None:
        async with house.open(), await house.dial() as hub:
            assert await answers(hub)
            assert sends_at_once() == [True] * 3, "the port and both ends of the connection"

    leaves_nothing(test)


SATELLITES: dict[str, tuple[Callable[[House], Issued], str]] = {
    "another's name": (lambda house: house.authority.issue("hark-other"), f"where {SATELLITE} is wanted"),
    "expired": (lambda house: house.authority.issue(SATELLITE, IS_LED, NOW - 9 * DAY, NOW - DAY), "has expired"),
    "not yet valid": (lambda house: house.authority.issue(SATELLITE, IS_LED, NOW + DAY), "not valid yet"),
}


@pytest.mark.parametrize(("shown", "why"), SATELLITES.values(), ids=SATELLITES)
def test_a_satellite_that_does_not_prove_who_it_is_is_not_led(
    house: House, shown: Callable[[House], Issued], why: str
) -> None:
    async def test() -> None:
        house.satellite = shown(house)
        async with house.open():
            with pytest.raises(Refused, match=why):
                await house.dial()

    leaves_nothing(test)


def test_one_of_another_authority_is_not_led_nor_one_that_is_a_hub(house: House, tmp_path: Path) -> None:
    async def test() -> None:
        other = House.made(tmp_path / "other")
        async with other.open():
            house.port = other.port
            with pytest.raises(Refused, match="not signed by this house's authority"):
                await house.dial()

    leaves_nothing(test)


def test_one_of_any_name_is_led_where_none_is_named_unless_it_is_revoked(house: House) -> None:
    async def test() -> None:
        async with house.open():
            async with await house.dial(name="") as hub:
                assert await answers(hub)
            house.authority.revoke(house.satellite)
            with pytest.raises(Refused, match="is revoked"):
                await house.dial(name="")

    leaves_nothing(test)


def test_a_plain_port_is_not_led_by_tls(house: House) -> None:
    async def plain(connection: Connection) -> None:
        async for _ in connection:
            pass

    async def test() -> None:
        async with serving(plain) as house.port:
            for _ in range(5):  # what of a TLS hello is no event may be seen at once or at the end of a line
                with pytest.raises(WireError, match="TLS"):
                    await dial(LOOPBACK, house.port, house.leads(), timeout_s=SOON_S)

    leaves_nothing(test)


def test_a_machine_from_elsewhere_costs_no_handshake(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with house.open(admits=lambda _: False):
            assert await house.tells(context(house.hub), ASKS) == b""
            assert house.served == []

    leaves_nothing(test)
    assert "controllers.hub" in caplog.text


def test_who_takes_too_long_over_the_handshake_is_cut_off(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with house.open():
            for says in (b"", b"\x16\x03\x01"):
                began = asyncio.get_running_loop().time()
                assert await house.tells(None, says) == b""
                assert asyncio.get_running_loop().time() - began == pytest.approx(HANDSHAKE_S, abs=0.1)

    run_clean(test)
    assert "did not finish the TLS handshake in time" in caplog.text


def test_who_leaves_in_the_middle_leaves_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with house.open():
            for _ in range(3):
                _, writer = await asyncio.open_connection(LOOPBACK, house.port)
                writer.write(b"\x16\x03\x01")
                await writer.drain()
                writer.close()
                await writer.wait_closed()
            await until(lambda: "left in the middle" in caplog.text)

    leaves_nothing(test)


def test_a_port_that_closes_leaves_no_handshake_behind(house: House) -> None:
    async def test() -> None:
        async with house.open():
            streams = [await asyncio.open_connection(LOOPBACK, house.port) for _ in range(20)]
            await asyncio.sleep(0.05)
        for _, writer in streams:
            writer.transport.abort()
        await asyncio.sleep(0.01)

    leaves_nothing(test)


def test_a_crowd_crowds_out_itself_and_never_who_is_in(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    async def test() -> None:
        async with house.open(), await house.dial() as hub:
            crowd = [await asyncio.open_connection(LOOPBACK, house.port) for _ in range(200)]
            assert await answers(hub)
            async with await house.dial() as second:
                assert await answers(second), "a handshake takes milliseconds, and the crowd's wait"
            for _, writer in crowd:
                writer.transport.abort()
            await asyncio.sleep(0.05)

    leaves_nothing(test)
    assert caplog.text.count("handshakes at once") == 1


@pytest.mark.parametrize("sends", [True, False])
def test_a_hub_that_is_refused_hears_where_to_look(house: House, sends: bool) -> None:
    """TLS 1.3 has it connected before it is judged: it learns of it when it sends or reads."""

    async def use(hub: Connection) -> None:
        while sends:
            await hub.send(Event("describe"))
            await asyncio.sleep(0)
        await hub.read()

    async def test() -> None:
        expired = house.authority.issue(HUB, LEADS, NOW - 9 * DAY, NOW - DAY)
        async with house.open(), await house.dial(expired) as hub:
            with pytest.raises(PeerGone, match="does not accept this machine's certificate, its log says why"):
                await use(hub)

    leaves_nothing(test)
