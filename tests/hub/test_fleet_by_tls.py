"""Laws of a hub with TLS and its satellites: real sockets, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from config.hub import HubSettings, TimelineSettings
from config.loading import SettingsError, build, one, read
from hub.engines import Engines
from hub.fleet import lead_all
from hub.service import Service
from hub.store import Store
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from hub.tts.tiers import Tiers
from tests.certificates import IS_LED, LEADS, Authority
from tests.fakes import FakeRecognizer, FakeResponder, FakeVoice, always_the_end
from tests.hub.discovery.test_adoption import Network, answers
from tests.peers import FakeSatellite, run_clean
from tests.settings import HUB_TOML
from tests.wire_pairs import LOOPBACK
from wire.tls import listener
from wire.tls.credentials import Credentials
from wire.tls.files import Role

KITCHEN, HALL = "hark-0123456789ab", "hark-0123456789ac"


@asynccontextmanager
async def by_tls(authority: Authority, satellite: FakeSatellite, name: str) -> AsyncIterator[FakeSatellite]:
    """A satellite that shows a certificate for that name, while the context lasts."""
    own = Credentials(authority.tls(authority.issue(name, IS_LED)), Role.SATELLITE)
    async with listener.serve(LOOPBACK, satellite.port, satellite.serve, own, lambda _: True):
        yield satellite


@asynccontextmanager
async def hub(authority: Authority, listed: Sequence[str] = (), adopt: Sequence[str] = ()) -> AsyncIterator[Network]:
    chosen = {"fleet.satellites": list(listed), "fleet.adopt": list(adopt), "fleet.networks": ["127.0.0.0/8"]}
    settings = build(HubSettings, [read(HUB_TOML), *(one(key, value, "test") for key, value in chosen.items())])
    voice = Tiers({"scripted": FakeVoice(rtf=0.1)})
    engines = Engines(FakeRecognizer("hello"), None, always_the_end, FakeResponder(["Hello."]), voice)
    store, timers = Store(TimelineSettings(file="", keep_turns=1)), TimerKeeper(TimersFile(None))
    credentials = Credentials(authority.tls(authority.issue("hub", LEADS)), Role.HUB)
    network = Network(timers)
    service = Service(settings, engines, store, lambda seen: None, timers, credentials=credentials)
    leading = asyncio.create_task(lead_all(service, network))
    try:
        yield network
        assert not leading.done(), "the hub has ended"
    finally:
        leading.cancel()
        await asyncio.wait([leading])


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.mark.parametrize("named", ["", f"{KITCHEN}@"])
def test_a_satellite_of_the_settings_is_led_by_tls(authority: Authority, named: str) -> None:
    async def scenario() -> None:
        kitchen = FakeSatellite("kitchen", KITCHEN)
        async with by_tls(authority, kitchen, KITCHEN), hub(authority, [f"{named}{kitchen.address}"]):
            satellite = await kitchen.led()
            assert satellite.connection.certificate is not None
            await answers(satellite)

    run_clean(scenario)


def test_one_that_is_found_is_led_by_tls(authority: Authority) -> None:
    async def scenario() -> None:
        kitchen = FakeSatellite("kitchen", KITCHEN)
        async with by_tls(authority, kitchen, KITCHEN), hub(authority, adopt=[KITCHEN]) as network:
            await network.announces(KITCHEN, kitchen.address)
            await answers(await kitchen.led())

    run_clean(scenario)


@pytest.mark.parametrize("listed", [True, False])
def test_another_satellites_certificate_is_of_no_use_there(
    authority: Authority, listed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever it says of itself."""

    async def scenario() -> None:
        thief = FakeSatellite("kitchen", KITCHEN)
        lists = [f"{KITCHEN}@{thief.address}"] if listed else []
        async with by_tls(authority, thief, HALL), hub(authority, lists, [KITCHEN]) as network:
            if not listed:
                await network.announces(KITCHEN, thief.address)
            await asyncio.sleep(60.0)
            assert all(peer.received == [] for peer in thief.peers), "it has not heard so much as a hello"

    run_clean(scenario)
    assert f"where {KITCHEN} is wanted" in caplog.text


def test_who_says_a_name_that_its_certificate_has_not_takes_no_satellite_away(authority: Authority) -> None:
    """Where any may answer at an address, each is led there, but is nobody whom it does not prove to be."""

    async def scenario() -> None:
        kitchen, thief = FakeSatellite("kitchen", KITCHEN), FakeSatellite("hall", KITCHEN)
        satellites = by_tls(authority, kitchen, KITCHEN), by_tls(authority, thief, HALL)
        async with satellites[0], satellites[1], hub(authority, [thief.address], [KITCHEN]) as network:
            await thief.led()
            await network.announces(KITCHEN, kitchen.address)
            await answers(await kitchen.led())

    run_clean(scenario)


def test_a_satellite_without_tls_is_never_led_instead(authority: Authority, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        kitchen = FakeSatellite("kitchen", KITCHEN)
        async with kitchen.up(), hub(authority, [kitchen.address]):
            await asyncio.sleep(120.0)
            assert kitchen.dialled != []
            assert all(peer.received == [] for peer in kitchen.peers)

    run_clean(scenario)
    assert "TLS" in caplog.text


def test_one_that_is_announced_without_tls_is_told_of_once_and_not_dialled(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        kitchen, hall = FakeSatellite("kitchen", KITCHEN), FakeSatellite("hall", HALL)
        async with kitchen.up(), by_tls(authority, hall, HALL), hub(authority, adopt=["hark-*"]) as network:
            for number in range(2000):
                await network.announces_without_tls(KITCHEN)
                await network.announces_without_tls(HALL)
                await network.announces_without_tls(f"stranger-{number}")
            await network.announces(HALL, hall.address)
            await answers(await hall.led())
            await asyncio.sleep(300.0)
            assert kitchen.dialled == []

    run_clean(scenario)
    [said] = [record.message for record in caplog.records if "without TLS" in record.message]
    assert KITCHEN in said


@pytest.mark.parametrize("address", ["@127.0.0.1:1", "Kitchen@127.0.0.1:1", "a@b@127.0.0.1:1", "hark-1@nowhere"])
def test_a_name_that_no_satellite_can_have_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match=r"fleet\.satellites: expected"):
        build(HubSettings, [read(HUB_TOML), one("fleet.satellites", [address], "test")])


def test_without_tls_too_the_name_before_an_address_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    from tests.hub.test_fleet import Hub

    async def scenario() -> None:
        kitchen, hall = FakeSatellite("kitchen", KITCHEN), FakeSatellite("hall", HALL)
        listed = [f"{KITCHEN}@{kitchen.address}", f"{KITCHEN}@{hall.address}"]
        async with kitchen.up(), hall.up(), Hub(listed).run():
            await answers(await kitchen.led())
            await (await hall.led()).over()

    run_clean(scenario)
    assert f"another device, {HALL}" in caplog.text
