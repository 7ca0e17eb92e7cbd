"""Laws of a hub and the satellites that it finds: scripted announcements, real sockets, virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, nullcontext

import pytest
from wyoming.event import Event
from wyoming.timer import TimerStarted

from config.hub import HubSettings, TimelineSettings
from config.loading import build, one, read
from hub.discovery.known import KEEP_S, MOST_TOLD
from hub.discovery.listener import Listener
from hub.engines import Engines
from hub.fleet import MOST_SAID, lead_all
from hub.service import Service
from hub.session import SILENCE_S
from hub.store import Store
from hub.timers.actions import start
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from hub.tts.tiers import Tiers
from tests.fakes import FakeRecognizer, FakeResponder, FakeVoice, always_the_end
from tests.peers import FakeSatellite, SatellitePeer, run_clean
from tests.settings import HUB_TOML
from wire import hark

KITCHEN, HALL = "hark-0123456789ab", "hall"


class Network:
    """What announces; a Browser."""

    def __init__(self, timers: TimerKeeper) -> None:
        self.timers = timers
        self._listening: asyncio.Future[Listener] = asyncio.get_running_loop().create_future()

    async def run(self, listener: Listener) -> None:
        self._listening.set_result(listener)
        await asyncio.Event().wait()

    async def announces(self, identity: str, *addresses: str) -> None:
        """As the real one does: asks first whether anybody wants to know."""
        listener = await self._listening
        if listener.wants(identity):
            listener.found(identity, addresses)
        await asyncio.sleep(0)

    async def announces_without_tls(self, identity: str) -> None:
        (await self._listening).without_tls(identity)
        await asyncio.sleep(0)

    async def gone(self, identity: str) -> None:
        (await self._listening).gone(identity)
        await asyncio.sleep(0)


@asynccontextmanager
async def hub(adopt: Iterable[str], listed: Iterable[str] = ()) -> AsyncIterator[Network]:
    settings = build(
        HubSettings,
        [
            read(HUB_TOML),
            one("fleet.satellites", list(listed), "test"),
            one("fleet.adopt", list(adopt), "test"),
            one("fleet.networks", ["127.0.0.0/8"], "test"),
        ],
    )
    voice = Tiers({"scripted": FakeVoice(rtf=0.1)})
    engines = Engines(FakeRecognizer("hello"), None, always_the_end, FakeResponder(["Hello."]), voice)
    store, timers = Store(TimelineSettings(file="", keep_turns=1)), TimerKeeper(TimersFile(None))
    network = Network(timers)
    leading = asyncio.create_task(lead_all(Service(settings, engines, store, lambda seen: None, timers), network))
    try:
        yield network
        assert not leading.done(), "the hub has ended"
    finally:
        leading.cancel()
        await asyncio.wait([leading])


async def answers(satellite: SatellitePeer) -> None:
    """It is led: a turn of it is answered."""
    turn = await satellite.ask()
    await satellite.next_hark(hark.Turn, turn=turn, phase="end")


def test_a_satellite_that_is_found_and_adopted_is_led_like_any_other() -> None:
    async def scenario() -> None:
        kitchen = FakeSatellite("kitchen", KITCHEN)
        async with kitchen.up(), hub([KITCHEN]) as network:
            await network.announces(KITCHEN, kitchen.address)
            await answers(await kitchen.led())
            for _ in range(100):  # it announces itself again and again
                await network.announces(KITCHEN, kitchen.address)
            await asyncio.sleep(60.0)
            assert len(kitchen.dialled) == 1

    run_clean(scenario)


def test_one_that_nobody_named_is_told_of_once_and_never_dialled(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def scenario() -> None:
        kitchen = FakeSatellite("kitchen", KITCHEN)
        async with kitchen.up(), hub([HALL]) as network:
            for _ in range(10):
                await network.announces(KITCHEN, kitchen.address)
            for number in range(2000):
                await network.announces(f"hark-stranger-{number}", kitchen.address)
                await network.announces("\0\xff" * number, kitchen.address)
            await network.announces(HALL, "8.8.8.8:10700", "no address", ":", "[::1]")
            await asyncio.sleep(60.0)
            assert kitchen.dialled == []

    run_clean(scenario)
    said = [record.message for record in caplog.records if record.name == "hub.discovery.adoption"]
    assert len(said) == MOST_TOLD
    assert said[0] == f"found {KITCHEN}, which is not led until fleet.adopt names it"


def test_a_satellite_that_moved_is_led_where_it_is_now_and_once_only() -> None:
    async def scenario() -> None:
        before, after = FakeSatellite("kitchen", KITCHEN), FakeSatellite("kitchen", KITCHEN)
        async with hub([KITCHEN]) as network, after.up():
            async with before.up():
                await network.announces(KITCHEN, before.address)
                first = await before.led()
                await network.announces(KITCHEN, after.address)
                await asyncio.sleep(30.0)
                assert after.dialled == [], "it still answers where it was"
                await answers(first)
            began = asyncio.get_running_loop().time()
            await answers(await after.led())
            assert after.dialled[0] - began <= 2 * SILENCE_S
            assert len(before.dialled) == 1

    run_clean(scenario)


def test_one_that_is_dialled_in_vain_is_dialled_at_once_where_it_is_announced() -> None:
    async def scenario() -> None:
        before, after = FakeSatellite("kitchen", KITCHEN), FakeSatellite("kitchen", KITCHEN)
        async with hub([KITCHEN]) as network, after.up():
            await network.announces(KITCHEN, before.address)
            await asyncio.sleep(300.0)
            began = asyncio.get_running_loop().time()
            await network.announces(KITCHEN, after.address)
            await after.led()
            assert after.dialled[0] - began <= 1.0

    run_clean(scenario)


def test_of_two_addresses_the_one_that_answers_is_found_and_failures_are_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> None:
        away, here = FakeSatellite("kitchen", KITCHEN), FakeSatellite("kitchen", KITCHEN)
        async with hub([KITCHEN]) as network:
            await network.announces(KITCHEN, away.address, here.address)
            await asyncio.sleep(300.0)
            async with here.up():
                await answers(await here.led())

    run_clean(scenario)
    assert len([record for record in caplog.records if record.name == "hub.fleet"]) <= 3  # each once, and its end


def test_a_stranger_that_fails_in_ever_other_ways_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """It announces itself at another place each time, so that it is dialled at once."""

    async def scenario() -> None:
        there = FakeSatellite("kitchen", HALL)
        async with hub(adopt=[KITCHEN]) as network:
            for number in range(200):
                at = there.address, "127.0.0.1:9"
                async with there.up() if number % 4 < 2 else nullcontext():
                    await network.announces(KITCHEN, at[number % 2])
                    await asyncio.sleep(1.0)

    run_clean(scenario)
    assert len([record for record in caplog.records if record.name == "hub.fleet"]) <= MOST_SAID


def test_an_address_that_another_device_has_taken_is_said_once_and_that_device_is_not_led(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> None:
        other = FakeSatellite("hall", HALL)
        async with other.up(), hub([KITCHEN]) as network:
            await network.announces(KITCHEN, other.address)
            await (await other.led()).over()
            await asyncio.sleep(300.0)
            assert len(other.dialled) > 10

    run_clean(scenario)
    [said] = [record.message for record in caplog.records if record.name == "hub.fleet"]
    assert f"another device, {HALL}, has the address of {KITCHEN} and is not led for it" in said


@pytest.mark.parametrize("listed", [True, False])
def test_one_that_was_found_and_has_not_said_who_it_is_has_no_turns_and_learns_of_no_timers(listed: bool) -> None:
    class Shy(SatellitePeer):
        async def answer(self, event: Event) -> None:
            if not hark.parse(event):
                await super().answer(event)

    async def scenario() -> None:
        shy = FakeSatellite("kitchen")
        shy.makes = Shy
        async with shy.up(), hub([KITCHEN], [shy.address] if listed else []) as network:
            await network.timers.act(start("kitchen", None, "eggs", 300))
            if not listed:
                await network.announces(KITCHEN, shy.address)
            peer = await shy.led()
            await peer.ask()
            await asyncio.sleep(10.0)
            assert bool(peer.all_hark(hark.Turn)) == bool(peer.all(TimerStarted)) == listed
            assert not peer.closed

    run_clean(scenario)


def test_one_that_does_not_tell_its_identity_is_not_led(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        old = FakeSatellite("kitchen")
        async with old.up(), hub([KITCHEN]) as network:
            await network.announces(KITCHEN, old.address)
            await (await old.led()).over()

    run_clean(scenario)
    assert "update that satellite" in caplog.text


@pytest.mark.parametrize("found_after_s", [0.0, 1.0])
def test_a_satellite_of_the_settings_that_is_also_found_has_one_session(found_after_s: float) -> None:
    class Noted(SatellitePeer):
        async def read(self) -> None:
            peers.append(self)
            await super().read()

    peers: list[SatellitePeer] = []

    async def scenario() -> None:
        kitchen = FakeSatellite("kitchen", KITCHEN)
        kitchen.makes = Noted
        listed = f"127.0.0.1:0{kitchen.port}"  # written otherwise, so that only the satellite can tell that it is one
        async with kitchen.up(), hub([KITCHEN], [listed]) as network:
            await asyncio.sleep(found_after_s)
            await network.announces(KITCHEN, kitchen.address)
            await asyncio.sleep(60.0)
            assert len(peers) == (1 if found_after_s else 2), "whoever comes second is noticed at its hello"
            [left] = [peer for peer in peers if not peer.closed]
            await answers(left)

    run_clean(scenario)


def test_two_of_the_settings_with_one_identity_are_both_led() -> None:
    async def scenario() -> None:
        first, second = FakeSatellite("one", KITCHEN), FakeSatellite("two", KITCHEN)
        async with first.up(), second.up(), hub([], [first.address, second.address]):
            for peer in await asyncio.gather(first.led(), second.led()):
                await answers(peer)

    run_clean(scenario)


def test_one_that_is_gone_for_long_is_no_longer_dialled_and_led_again_when_it_is_back() -> None:
    async def scenario() -> None:
        kitchen = FakeSatellite("kitchen", KITCHEN)
        async with hub([KITCHEN]) as network:
            async with kitchen.up():
                await network.announces(KITCHEN, kitchen.address)
                await kitchen.led()
                await network.gone(KITCHEN)
                await asyncio.sleep(2 * KEEP_S)
                assert len(kitchen.dialled) == 1, "it answers, whatever its announcement did"
            await asyncio.sleep(100.0)
            async with kitchen.up():
                await asyncio.sleep(60.0)
                assert len(kitchen.dialled) == 1, "its hour was over"
                await network.announces(KITCHEN, kitchen.address)
                await kitchen.led()

    run_clean(scenario)
