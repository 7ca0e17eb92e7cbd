"""Laws of a hub and its satellites: real sockets, virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event

from config.hub import HubSettings, TimelineSettings
from config.loading import build, one, read
from hub.engines import Engines
from hub.fleet import FIRST_RETRY_S, STEADY_S, lead_all
from hub.home.home import Action
from hub.llm.chain import Chain
from hub.llm.conversation import Conversations
from hub.llm.guard import Guard
from hub.llm.intents import IntentResponder
from hub.session import SILENCE_S, Service
from hub.store import Store
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from hub.tts.tiers import Tiers
from hub.watch import Seen, Watch
from tests.fakes import AtOnce, FakeRecognizer, FakeResponder, FakeVoice, always_the_end
from tests.hub.llm.noted_home import NotedHome, clock
from tests.peers import FakeSatellite, SatellitePeer, free_port, run_clean
from tests.settings import HUB_TOML
from tests.wire_pairs import LOOPBACK
from wire import hark
from wire.framing import encode

BACK_S = 4.0  # of the 10 in which a satellite answers once it is up; a spoken command takes 4 to 6
NONE_KEPT = TimelineSettings(file="", keep_turns=1)


@dataclass
class Hub:
    """A hub with scripted engines, for the satellites at these addresses."""

    addresses: list[str]
    engines: Engines = field(
        default_factory=lambda: Engines(
            FakeRecognizer("hello"),
            None,
            always_the_end,
            FakeResponder(["Hello to you, too."]),
            Tiers({"scripted": FakeVoice(rtf=0.1)}),
        )
    )

    def settings(self) -> HubSettings:
        return build(HubSettings, [read(HUB_TOML), one("fleet.satellites", self.addresses, "test")])

    watch: Watch = lambda seen: None

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Leads them while the context lasts."""
        service = Service(self.settings(), self.engines, Store(NONE_KEPT), self.watch, TimerKeeper(TimersFile(None)))
        leading = asyncio.create_task(lead_all(service))
        try:
            yield
            assert not leading.done(), "the hub has ended"
        finally:
            leading.cancel()
            await asyncio.wait([leading])


async def whole_turn(satellite: SatellitePeer) -> None:
    turn = await satellite.ask()
    await satellite.next(AudioStop)
    await satellite.next_hark(hark.Turn, turn=turn, phase="end")


def growing(waits: list[float], longest_s: float) -> bool:
    """Whether they double up to the longest."""
    return all(later == pytest.approx(min(2 * earlier, longest_s), abs=0.05) for earlier, later in pairwise(waits))


class Rude:
    """Something that listens and treats whoever dials it in its own way; notes when it was dialled."""

    def __init__(self, treats: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> None:
        self.port = free_port()
        self.dialled: list[float] = []
        self._treats = treats

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.dialled.append(asyncio.get_running_loop().time())
        await self._treats(writer)
        while await reader.read(1 << 16):
            pass
        writer.close()

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, LOOPBACK, self.port)
        async with server:
            yield
            server.close()
            await asyncio.sleep(1.0)  # for its connections to end


def says(content: bytes) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(content)

    return say


async def closes(writer: asyncio.StreamWriter) -> None:
    writer.close()


RUDE: dict[str, Callable[[asyncio.StreamWriter], Awaitable[None]]] = {
    "garbage": says(b"\0\xff and no JSON\n"),
    "a 2 GB header": says(b'{"type": "audio-chunk", "payload_length": 2147483648}\n'),
    "half an event": says(encode(Event("ping", {"text": "x" * 50}))[:-20]),
    "silence": says(b""),
    "a closed door": closes,
}


def test_every_satellite_of_the_settings_is_led_and_turns_do_not_mix() -> None:
    async def scenario() -> None:
        kitchen, hall = FakeSatellite("kitchen"), FakeSatellite("hall")
        async with kitchen.up(), hall.up(), Hub([kitchen.address, hall.address]).run():
            first, second = await asyncio.gather(kitchen.led(), hall.led())
            await asyncio.gather(whole_turn(first), whole_turn(second))
            for satellite in (first, second):
                assert {said.turn for said in satellite.all_hark(hark.Turn)} == {satellite.turn}

    run_clean(scenario)


def test_satellites_that_speak_at_once_have_each_its_own_room_and_one_that_is_carried_elsewhere_another() -> None:
    async def scenario() -> None:
        responder, rooms = FakeResponder(["Hello to you, too."]), {"kitchen": "Kitchen"}
        engines = replace(
            Hub([]).engines, responder=responder, area_of=lambda satellite, own: rooms.get(satellite, own)
        )
        kitchen, hall = FakeSatellite("kitchen"), FakeSatellite("hall")
        async with kitchen.up(), hall.up(), Hub([kitchen.address, hall.address], engines).run():
            first, second = await asyncio.gather(kitchen.led(), hall.led())
            await asyncio.gather(whole_turn(first), whole_turn(second))
            rooms["kitchen"] = "Bedroom"  # it is carried there, and asked again
            await whole_turn(first)
        asked = {(one.satellite, one.area) for one in responder.asked}
        assert asked == {("kitchen", "Kitchen"), ("hall", "hall area"), ("kitchen", "Bedroom")}

    run_clean(scenario)


def test_a_question_is_answered_where_it_was_asked_and_nowhere_else() -> None:
    async def scenario() -> None:
        async with AtOnce(1) as scheduler:
            home, conversations = NotedHome(), Conversations(asyncio.get_running_loop().time)
            intents = IntentResponder(home, scheduler, clock, conversations=conversations)
            chain, words = Chain(home, Guard(), conversations, intents, None), FakeRecognizer("unlock the front door")
            engines = replace(Hub([]).engines, recognizer=words, responder=chain, conversations=conversations)
            kitchen, hall = FakeSatellite("kitchen"), FakeSatellite("hall")
            async with kitchen.up(), hall.up(), Hub([kitchen.address, hall.address], engines).run():
                first, second = await asyncio.gather(kitchen.led(), hall.led())
                await whole_turn(first)
                words.text = "yes"
                await whole_turn(second)
                assert home.done == []
                await whole_turn(first)
                assert home.done == [Action("lock.unlock", "lock.front")]

    run_clean(scenario)


def test_a_bug_in_one_session_costs_that_session_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def watch(seen: Seen) -> None:
        if seen["satellite"] == "kitchen":
            raise RuntimeError("a bug")

    async def scenario() -> None:
        kitchen, hall = FakeSatellite("kitchen"), FakeSatellite("hall")
        async with kitchen.up(), hall.up(), Hub([kitchen.address, hall.address], watch=watch).run():
            first, second = await asyncio.gather(kitchen.led(), hall.led())
            asking = asyncio.create_task(first.ask())
            await whole_turn(second)
            await asyncio.sleep(5.0)
            asking.cancel()
            await asyncio.wait([asking])
            assert len(kitchen.dialled) == 2
            await whole_turn(second)

    run_clean(scenario)
    assert "a bug" in caplog.text


@pytest.mark.parametrize("treats", RUDE.values(), ids=RUDE)
def test_a_peer_that_misbehaves_costs_no_other_satellite_and_is_dialled_again(
    treats: Callable[[asyncio.StreamWriter], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        rude, kitchen = Rude(treats), FakeSatellite("kitchen")
        hub = Hub([rude.address, kitchen.address])
        async with rude.up(), kitchen.up(), hub.run():
            satellite = await kitchen.led()
            for _ in range(10):
                await whole_turn(satellite)
            await asyncio.sleep(60.0)
            assert not satellite.closed
            assert len(kitchen.dialled) == 1
            lasted = SILENCE_S if treats in (RUDE["silence"], RUDE["half an event"]) else 0.0
            waits = [later - earlier - lasted for earlier, later in pairwise(rude.dialled)]
            assert len(waits) >= 6
            assert waits[0] == pytest.approx(FIRST_RETRY_S, abs=0.1)
            assert growing(waits, hub.settings().fleet.longest_retry_s)

    run_clean(scenario)
    said = [record for record in caplog.records if record.name == "hub.fleet"]
    assert len(said) == 1, "a failure in a row is said once"
    assert said[0].levelno == logging.WARNING


def test_a_satellite_that_is_not_there_is_dialled_ever_later_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        kitchen, hall = FakeSatellite("kitchen"), FakeSatellite("hall")
        hub = Hub([kitchen.address, hall.address])
        async with hall.up(), hub.run():
            other = await hall.led()
            began = asyncio.get_running_loop().time()
            await asyncio.sleep(20.0)  # dialled at 0, 0.5, 1.5, 3.5, then every 3 s: 18.5
            async with kitchen.up():
                await whole_turn(await kitchen.led())
            assert kitchen.dialled == [pytest.approx(began + 21.5, abs=0.1)]
            assert not other.closed

    run_clean(scenario)
    [said] = [record.message for record in caplog.records if "cannot connect" in record.message]
    assert "dialling again until it answers" in said


def test_a_satellite_that_restarts_is_soon_led_again() -> None:
    async def scenario() -> None:
        kitchen = FakeSatellite()
        async with Hub([kitchen.address]).run():
            for _ in range(3):
                async with kitchen.up():
                    satellite = await kitchen.led()
                    await asyncio.sleep(STEADY_S)
                    await satellite.ask()
                    await satellite.next(AudioChunk)
                stopped = asyncio.get_running_loop().time()
                async with kitchen.up():
                    await kitchen.led()
                    assert asyncio.get_running_loop().time() - stopped <= 2 * FIRST_RETRY_S
                    await asyncio.sleep(STEADY_S)

    run_clean(scenario)


@pytest.mark.parametrize("away_s", [3.0, 9.0, 16.0, 600.0])
def test_a_satellite_that_is_back_is_soon_led_however_long_it_was_away(away_s: float) -> None:
    async def scenario() -> None:
        kitchen = FakeSatellite()
        async with Hub([kitchen.address]).run():
            await asyncio.sleep(away_s)
            began = asyncio.get_running_loop().time()
            async with kitchen.up():
                await kitchen.led()
                assert asyncio.get_running_loop().time() - began <= BACK_S

    run_clean(scenario)


def test_a_satellite_that_fails_in_another_way_is_said_again(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        rude = Rude(RUDE["garbage"])
        async with Hub([rude.address]).run():
            await asyncio.sleep(5.0)
            async with rude.up():
                await asyncio.sleep(20.0)
            await asyncio.sleep(20.0)

    run_clean(scenario)
    said = [record.message for record in caplog.records if record.name == "hub.fleet"]
    assert ["cannot connect" in message for message in said] == [True, False, True]


def test_a_hub_that_stops_leaves_its_satellites_at_once() -> None:
    async def scenario() -> None:
        kitchen = FakeSatellite()
        async with kitchen.up():
            async with Hub([kitchen.address]).run():
                satellite = await kitchen.led()
                await satellite.ask()
                await satellite.next(AudioChunk)
                stopped = asyncio.get_running_loop().time()
            await satellite.over()
            assert asyncio.get_running_loop().time() - stopped < 0.1

    run_clean(scenario)


@pytest.mark.parametrize("step", range(8))
def test_a_hub_stops_even_in_the_very_moment_in_which_a_session_fails(step: int) -> None:
    """Used to go on for ever: a task group that failed at that moment swallowed the cancellation."""

    async def scenario() -> None:
        rude = Rude(RUDE["silence"])
        async with rude.up(), Hub([rude.address]).run():
            await asyncio.sleep(SILENCE_S)  # dialled at 0 of this clock, the satellite is given up now
            for _ in range(step):
                await asyncio.sleep(0)

    run_clean(scenario)
