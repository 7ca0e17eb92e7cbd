"""Laws of who may connect to a satellite and who leads it, over loopback on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from wyoming.audio import AudioChunk
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.satellite import PauseSatellite, RunSatellite

from config.loading import build, read
from config.satellite import Controllers, SatelliteSettings
from satellite.controllers.controller import OUTBOX, SILENCE_S, UNPROVEN_S, Controller
from satellite.controllers.info import describe
from satellite.controllers.link import Link
from tests.peers import Peer, controller, reading, run_clean
from tests.satellite.rooms import said
from tests.settings import SATELLITE_TOML
from tests.wire_pairs import LOOPBACK
from wire import hark
from wire.connection import dial
from wire.framing import encode
from wire.server import serve

SETTINGS = build(SatelliteSettings, [read(SATELLITE_TOML)])
LOCAL, ELSEWHERE = (LOOPBACK,), ("10.9.9.9",)


class House:
    """A link that is served; notes what it tells."""

    def __init__(self, controllers: Controllers) -> None:
        self.port = 0
        self.busy = False
        self.lost: list[bool] = []
        self.pauses: list[bool] = []
        self.all: list[Event] = []
        hello = hark.Hello("kitchen", hark.CAPABILITIES, "hark-kitchen")
        self.link = Link(describe(SETTINGS), controllers, hello, self)

    def received(self, controller: Controller, event: Event) -> None:
        """See satellite.controllers.link.Led."""
        self.all.append(event)

    def paused(self, controller: Controller, on: bool) -> None:
        """See satellite.controllers.link.Led."""
        self.pauses.append(on)

    def gone(self, controller: Controller) -> None:
        """See satellite.controllers.link.Led."""

    def led(self, lost: bool) -> None:
        """See satellite.controllers.link.Led."""
        self.lost.append(lost)

    @property
    def leader(self) -> str | None:
        """The leading hub's name; "" for a plain controller."""
        if self.link.leader is None:
            return None
        return self.link.leader.hub.name if self.link.leader.hub else ""


@asynccontextmanager
async def house(hub: tuple[str, ...] = LOCAL, allow: tuple[str, ...] = LOCAL) -> AsyncIterator[House]:
    made = House(Controllers(hub=hub, allow=allow))
    async with serve(LOOPBACK, 0, made.link.serve, unwanted=made.link.unwanted) as [made.port]:
        yield made


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[Peer]:
    """Somebody who has said nothing yet."""
    async with reading(Peer(await dial(LOOPBACK, port, timeout_s=1.0))) as peer:
        yield peer


async def settle() -> None:
    await asyncio.sleep(0.01)


def test_everyone_who_may_connect_is_told_what_this_is_and_given_pongs() -> None:
    async def scenario() -> None:
        async with house() as made, controller(made.port, "hub") as leader, connection(made.port) as second:
            await second.send(Describe(), Ping("42"), Ping())
            info = Info.from_event(await second.next(Info))
            assert info.satellite is not None
            assert info.satellite.name == SETTINGS.name
            assert [word.name for word in info.wake[0].models] == list(SETTINGS.wake.words)
            assert [(await second.next(Pong)).data["text"] for _ in range(2)] == ["42", None]
            assert made.leader == "hub"
            assert not leader.closed

    run_clean(scenario)


def test_a_connection_that_only_asks_does_not_lead() -> None:
    async def scenario() -> None:
        async with house() as made, connection(made.port) as peer:
            await peer.send(Describe())
            await peer.next(Info)
            assert made.leader is None
            assert made.lost == []

    run_clean(scenario)


def test_of_a_connection_that_only_speaks_its_sound_is_taken_and_nothing_else() -> None:
    async def scenario() -> None:
        async with house() as made, connection(made.port) as peer:
            sound = [event.event() for event in said(0.2)]
            await peer.send(*sound, Event("synthesize"), hark.Clock(1.0))
            await settle()
            assert [event.type for event in made.all] == [event.type for event in sound]
            assert made.leader is None
            assert made.lost == made.pauses == []

    run_clean(scenario)


def test_a_plain_controller_leads_where_there_is_no_hub() -> None:
    async def scenario() -> None:
        async with house() as made, controller(made.port) as peer:
            assert made.leader == ""
            assert made.lost == [False]
            await peer.send(Event("synthesize"), PauseSatellite())
            await settle()
            assert [event.type for event in made.all] == ["synthesize"]
            assert made.pauses == [False, True]

    run_clean(scenario)


def test_a_hub_takes_the_lead_from_a_plain_controller_and_gives_it_back() -> None:
    async def scenario() -> None:
        async with house() as made, controller(made.port) as plain:
            async with controller(made.port, "hub") as hub:
                await hub.next_hark(hark.Hello)
                assert made.leader == "hub"
                assert made.lost == [False, False]
                await plain.send(Event("from plain"))
                await hub.send(Event("from hub"))
                await settle()
                assert {event.type for event in made.all} == {"from plain", "from hub"}, "who leads is told them apart"
            await settle()
            assert made.leader == ""
            assert made.lost == [False, False, True]
        await settle()
        assert made.leader is None

    run_clean(scenario)


def test_the_first_hub_leads_and_the_second_stands_by() -> None:
    async def scenario() -> None:
        async with house() as made, controller(made.port, "first") as first:
            async with controller(made.port, "second") as second:
                await second.next_hark(hark.Standby, identity="hark-kitchen")
                assert made.leader == "first"
                assert second.all_hark(hark.Hello) == []
                assert first.all_hark(hark.Standby) == []
                await second.send(Event("from second"))
                await settle()
            assert made.leader == "first"

    run_clean(scenario)


def test_a_hub_that_stood_by_leads_as_a_hub_when_the_first_has_left() -> None:
    """Used to lead as a plain controller, whose flush did not open the fence: the reply after a barge-in was lost."""

    async def scenario() -> None:
        async with (
            house() as made,
            controller(made.port),
            controller(made.port, "first") as first,
            controller(made.port, "second") as second,
        ):
            await second.next_hark(hark.Standby)
            first.connection.abort()
            await settle()
            assert made.leader == "second"
            assert made.link.led_by_hub
            await second.next_hark(hark.Hello)

    run_clean(scenario)


def test_the_hub_that_leads_keeps_the_lead_from_one_that_was_connected_before() -> None:
    async def scenario() -> None:
        async with house() as made, controller(made.port) as early, controller(made.port, "first"):
            await early.send(hark.Hello("early", hark.CAPABILITIES))
            await early.next_hark(hark.Standby)
            assert made.leader == "first"
            async with controller(made.port):  # others that come and go change nothing
                pass
            await settle()
            assert made.leader == "first"

    run_clean(scenario)


def test_of_hubs_that_say_hello_at_once_each_is_told_where_it_stands() -> None:
    async def scenario() -> None:
        async with house() as made, connection(made.port) as first, connection(made.port) as second:
            for peer, name in ((first, "first"), (second, "second")):
                await peer.send(hark.Hello(name, hark.CAPABILITIES))
            await settle()
            assert made.leader is None, "none has said run-satellite"
            for peer in (first, second):
                await peer.send(RunSatellite())
                await settle()
            await first.next_hark(hark.Hello)
            await second.next_hark(hark.Standby)
            assert made.leader == "first"

    run_clean(scenario)


def test_who_has_paused_the_satellite_does_not_become_somebody_else() -> None:
    async def scenario() -> None:
        async with house() as made, controller(made.port) as plain:
            await plain.send(PauseSatellite(), hark.Hello("hub", hark.CAPABILITIES))
            await settle()
            assert made.leader == ""

    run_clean(scenario)


def test_a_hello_that_is_repeated_is_answered_again() -> None:
    async def scenario() -> None:
        async with house() as made, controller(made.port, "hub") as hub:
            await hub.next_hark(hark.Hello)
            await hub.send(hark.Hello("hub", hark.CAPABILITIES))
            await hub.next_hark(hark.Hello)
            assert made.leader == "hub"

    run_clean(scenario)


def test_a_hello_from_another_address_is_ignored(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with house(hub=ELSEWHERE) as made, controller(made.port, "impostor") as peer:
            await peer.send(Describe())
            await peer.next(Info)
            assert made.leader == ""
            assert peer.all_hark(hark.Hello) == []
            assert peer.all_hark(hark.Standby) == []

    run_clean(scenario)
    assert "controllers.hub" in caplog.text


def test_strangers_are_turned_away_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with house(hub=ELSEWHERE, allow=ELSEWHERE) as made, connection(made.port) as stranger:
            await stranger.until(lambda: stranger.closed)
            assert stranger.received == []
            assert made.leader is None

    run_clean(scenario)
    assert "127.0.0.1 is turned away" in caplog.text


def test_a_hub_needs_no_place_among_the_plain_ones() -> None:
    async def scenario() -> None:
        async with house(allow=ELSEWHERE) as made, controller(made.port, "hub"):
            assert made.leader == "hub"

    run_clean(scenario)


@pytest.mark.parametrize("lost", [True, False])
def test_who_is_merely_outranked_keeps_the_lead_until_the_turn_is_over(lost: bool) -> None:
    async def scenario() -> None:
        async with house() as made, controller(made.port) as plain:
            made.busy = True
            async with controller(made.port, "hub") as hub:
                await settle()
                assert made.leader == ""
                assert {"hark/hello", "hark/standby"}.isdisjoint(hub.types())
                if lost:
                    plain.connection.abort()
                    await settle()
                else:
                    made.busy = False
                    made.link.settle()
                assert made.leader == "hub"
                assert made.lost == [False, lost]
                await hub.next_hark(hark.Hello)

    run_clean(scenario)


def test_a_controller_that_is_left_to_connect_anew_leads_no_more_and_hears_the_end() -> None:
    async def scenario() -> None:
        async with house() as made, controller(made.port) as old, controller(made.port) as stand_by:
            leader = made.link.leader
            assert leader is not None
            made.link.post(Ping("last words"))
            made.link.renew(leader)
            made.link.post(Ping("to another"))
            await old.over()
            assert [event.data for event in old.all(Ping)][-1] == {"text": "last words"}
            assert made.lost == [False]
            await stand_by.until(lambda: {"text": "to another"} in [event.data for event in stand_by.all(Ping)])

    run_clean(scenario)


def test_a_controller_that_is_left_to_connect_anew_is_heard_no_more() -> None:
    """The reply to a question that was cancelled may still be under way."""

    async def scenario() -> None:
        async with house() as made, controller(made.port) as old:
            assert made.link.leader is not None
            made.link.renew(made.link.leader)
            await old.send(*said(0.2), Event("synthesize"))
            await settle()
            assert made.all == []

    run_clean(scenario)


def test_a_hub_that_leads_since_another_was_left_to_connect_anew_is_greeted() -> None:
    """Used to lead without a hello where it had come in the middle of the other's turn."""

    async def scenario() -> None:
        async with house() as made, controller(made.port):
            made.busy = True
            async with controller(made.port, "hub") as hub:
                await settle()
                assert made.link.leader is not None
                made.link.renew(made.link.leader)
                await hub.next_hark(hark.Hello)
                assert made.leader == "hub"

    run_clean(scenario)


@pytest.mark.parametrize("knocks", [1, 50])
def test_a_stranger_that_comes_again_and_again_is_said_once(knocks: int, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with house(hub=ELSEWHERE, allow=ELSEWHERE) as made:
            for _ in range(knocks):
                async with connection(made.port) as stranger:
                    await stranger.over()

    run_clean(scenario)
    assert caplog.text.count("turned away") == 1


@pytest.mark.parametrize("hub", ["hub", ""])
def test_controllers_that_are_alive_are_asked_for_a_sign_and_kept_for_days(hub: str) -> None:
    async def scenario() -> None:
        async with house() as made, connection(made.port) as peer:
            await peer.send(Event("run-satellite"))
            if hub:
                await peer.send(hark.Hello(hub, hark.CAPABILITIES))
            for _ in range(1000):
                await peer.send(Pong((await peer.next(Ping)).data.get("text")))
            assert made.leader == hub

    run_clean(scenario)


def test_a_controller_that_answered_pings_and_stops_to_is_gone_after_three() -> None:
    async def scenario() -> None:
        async with house() as made, connection(made.port) as peer:
            await peer.send(Event("run-satellite"), Pong())
            await asyncio.sleep(SILENCE_S + 0.1)
            assert made.leader is None

    run_clean(scenario)


@pytest.mark.parametrize(("hub", "silence_s"), [("hub", SILENCE_S), ("", UNPROVEN_S)])
def test_a_controller_that_is_silent_for_too_long_is_gone(hub: str, silence_s: float) -> None:
    async def scenario() -> None:
        async with house() as made, connection(made.port) as peer:
            await peer.send(Event("run-satellite"))
            if hub:
                await peer.send(hark.Hello(hub, hark.CAPABILITIES))
            await asyncio.sleep(silence_s - 0.1)
            assert made.leader == hub
            await asyncio.sleep(0.2)
            assert made.leader is None
            assert peer.closed

    run_clean(scenario)


BAD: dict[str, bytes] = {
    "garbage": b"\0\xff and no JSON\n",
    "a 2 GB payload": b'{"type": "audio-chunk", "payload_length": 2147483648}\n',
    "half an event": encode(Event("ping", {"text": "x" * 50}))[:-20],
    "a hello of another shape": encode(Event("user-event", {"name": "hark/hello", "data": {"name": 5}})),
    "a ping that cannot be answered": b'{"type": "ping", "data": {"text": "' + b"x" * 60_000 + b'"}}\n' * 20,
}


@pytest.mark.parametrize("sent", BAD.values(), ids=BAD)
def test_a_peer_that_misbehaves_costs_its_own_connection_only(sent: bytes) -> None:
    async def scenario() -> None:
        async with house() as made, controller(made.port, "hub") as hub:
            reader, writer = await asyncio.open_connection(LOOPBACK, made.port)
            writer.write(sent)
            writer.write_eof()
            await settle()
            await reader.read()
            writer.close()
            await hub.send(Ping("still there"))
            await hub.until(lambda: {"text": "still there"} in [event.data for event in hub.all(Pong)])
            assert made.leader == "hub"

    run_clean(scenario)


def test_a_controller_that_does_not_read_is_cut_off() -> None:
    async def scenario() -> None:
        async with house() as made:
            _, writer = await asyncio.open_connection(LOOPBACK, made.port, limit=1)  # whose reader takes two bytes
            writer.write(encode(Event("run-satellite")))
            await settle()
            assert made.leader == ""
            chunk = AudioChunk(16_000, 2, 1, bytes(100_000))
            for _ in range(2 * OUTBOX):
                made.link.post(chunk)
            await asyncio.sleep(10)
            assert made.leader is None
            writer.close()

    run_clean(scenario)
