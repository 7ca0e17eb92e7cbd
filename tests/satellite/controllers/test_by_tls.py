"""Laws of a satellite with TLS: who leads has a certificate; the plain port is for Home Assistant alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from wyoming.event import Event
from wyoming.info import Describe, Info

from config.satellite import Controllers
from satellite.controllers.info import describe
from satellite.controllers.link import Link
from tests.certificates import IS_LED, LEADS, Authority
from tests.peers import Peer, controller, reading, run_clean
from tests.satellite.controllers.test_link import ELSEWHERE, LOCAL, SETTINGS, House, connection, settle
from tests.wire_pairs import LATE_S, LOOPBACK
from wire import hark
from wire.server import serve
from wire.tls import dialling, listener
from wire.tls.credentials import Credentials
from wire.tls.files import Role


class Both(House):
    """With a plain port and one for TLS."""

    def __init__(self, folder: Path, controllers: Controllers) -> None:
        super().__init__(controllers)
        authority = Authority(folder)
        self.tls = 0
        self.own = Credentials(authority.tls(authority.issue("hark-kitchen", IS_LED)), Role.SATELLITE)
        self.hubs = Credentials(authority.tls(authority.issue("hub", LEADS)), Role.HUB)
        self.link = Link(describe(SETTINGS), controllers, hark.Hello("kitchen", hark.CAPABILITIES), self, True)


@asynccontextmanager
async def house(folder: Path, hub: tuple[str, ...] = LOCAL, allow: tuple[str, ...] = LOCAL) -> AsyncIterator[Both]:
    made = Both(folder, Controllers(hub=hub, allow=allow))
    async with (
        serve(LOOPBACK, 0, made.link.serve, unwanted=made.link.unwanted) as [made.port],
        listener.serve(LOOPBACK, 0, made.link.serve, made.own, lambda _: True) as [made.tls],
    ):
        yield made


@asynccontextmanager
async def leads(made: Both) -> AsyncIterator[Peer]:
    """A hub that comes by TLS."""
    dialled = await dialling.dial(LOOPBACK, made.tls, made.hubs, "hark-kitchen", timeout_s=LATE_S)
    async with reading(Peer(dialled)) as peer:
        await peer.send(Event("run-satellite"), hark.Hello("hub", hark.CAPABILITIES))
        await settle()
        yield peer


def test_a_hub_leads_by_tls_and_home_assistant_stands_by_on_the_plain_port(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as made, controller(made.port) as plain:
            assert made.leader == ""
            async with leads(made) as hub:
                await hub.next_hark(hark.Hello)
                assert made.leader == "hub"
            await settle()
            assert made.leader == ""
            assert not plain.closed

    run_clean(scenario)


def test_a_hello_on_the_plain_port_leads_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as made, connection(made.port) as peer:
            await peer.send(Event("run-satellite"), hark.Hello("hub", hark.CAPABILITIES))
            await settle()
            assert made.leader == "", "a plain controller, for which it came in"
            assert peer.all_hark(hark.Hello) == []

    run_clean(scenario)
    assert "hubs come by TLS, with a certificate" in caplog.text


def test_nothing_of_a_hubs_counts_on_the_plain_port(tmp_path: Path) -> None:
    events = [hark.Turn("1:1", "end"), hark.Cancel("1:1", 0), hark.Flush("1:1"), hark.Listen("1:1")]

    async def scenario() -> None:
        async with house(tmp_path) as made, controller(made.port) as peer:
            await peer.send(*events, Event("synthesize"))
            await settle()
            assert [event.type for event in made.all] == ["synthesize"]
            async with leads(made) as hub:
                await hub.send(*events)
                await settle()
            assert len(made.all) == 1 + len(events)

    run_clean(scenario)


def test_the_hubs_addresses_get_nothing_on_the_plain_port(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, hub=LOCAL, allow=ELSEWHERE) as made:
            async with connection(made.port) as peer:
                await peer.send(Describe())
                await peer.over()
                assert peer.received == []
            async with leads(made) as hub:
                await hub.send(Describe())
                await hub.next(Info)
                assert made.leader == "hub"

    run_clean(scenario)


def test_a_controller_that_is_left_to_connect_anew_sees_a_clean_end_by_tls_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as made, leads(made) as hub:
            assert made.link.leader is not None
            made.link.renew(made.link.leader)
            await hub.over()
            assert not hub.broken

    run_clean(scenario)
