"""Laws of a hub whose satellites hear one wake word: scripted engines and satellites, real sockets, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.audio import AudioChunk, AudioStop

from config.hub import HubSettings, TimelineSettings
from config.loading import build, one, read
from hub.fleet import lead
from hub.service import Service
from hub.store import Store
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from tests.hub.test_session import House, rows
from tests.peers import CLOCK_AHEAD_S, FakeSatellite, SatellitePeer, run_clean
from tests.settings import HUB_TOML
from wire import hark

WAIT_S = 0.12
SETTLE_S = 0.5
NAMES = ("kitchen", "hall", "bedroom", "bathroom")


class Rooms(House):
    """A hub that leads four satellites."""

    wait_ms = 120

    def settings(self) -> HubSettings:
        layers = [one("endpoint.mode", "fixed", "test"), one("arbitration.wait_ms", self.wait_ms, "test")]
        return build(HubSettings, [read(HUB_TOML), *layers])

    @asynccontextmanager
    async def lead_all(self) -> AsyncIterator[list[SatellitePeer]]:
        """Leads them while the context lasts."""
        store = Store(TimelineSettings(file=str(self.kept or ""), keep_turns=100))
        timers = TimerKeeper(TimersFile(None))
        service = Service(self.settings(), self.engines(), store, self.seen.append, timers)
        fakes = [FakeSatellite(name) for name in NAMES]
        async with AsyncExitStack() as stack:
            stack.callback(store.close)
            for fake in fakes:
                await stack.enter_async_context(fake.up())
            leading = [asyncio.create_task(lead(fake.address, service)) for fake in fakes]
            try:
                led = await asyncio.gather(*(fake.led() for fake in fakes))
                await asyncio.sleep(1.0)
                yield led
            finally:
                for task in leading:
                    task.cancel()
                await asyncio.wait(leading)


def rooms_test(scenario: Callable[[Rooms, list[SatellitePeer]], Awaitable[None]], rooms: Rooms | None = None) -> Rooms:
    """Runs a scenario; nothing may be left of it."""
    made = rooms or Rooms()

    async def test() -> None:
        async with made.lead_all() as satellites:
            await scenario(made, satellites)
        assert made.open == (0, 0, 0)

    run_clean(test)
    return made


def told(satellite: SatellitePeer) -> list[str]:
    """The phases of turns that a satellite was told of."""
    return [said.phase for said in satellite.all_hark(hark.Turn)]


async def hears(satellite: SatellitePeer, after_s: float, level: float, on_its_way_s: float = 0.0) -> None:
    """The wake word and a question, as a satellite sends them until it is told that another answers."""
    await asyncio.sleep(after_s + on_its_way_s)
    await satellite.wake(level, on_its_way_s)
    asking = asyncio.create_task(satellite.speak())
    await satellite.until(lambda: bool(told(satellite)))
    if told(satellite) == ["granted"]:
        await asking
        await satellite.stream(1.0)
    asking.cancel()
    await asyncio.wait([asking])


DELAYS = st.lists(st.floats(0.0, 0.4), min_size=len(NAMES), max_size=len(NAMES))
LEVELS = st.lists(st.floats(-60.0, -10.0), min_size=len(NAMES), max_size=len(NAMES))


@settings(max_examples=30)
@given(DELAYS, DELAYS, LEVELS)
def test_one_of_four_answers_and_the_others_are_told_and_nothing_else(
    heard: Sequence[float], ways: Sequence[float], levels: Sequence[float]
) -> None:
    async def scenario(rooms: Rooms, satellites: list[SatellitePeer]) -> None:
        async with asyncio.TaskGroup() as group:
            for each in zip(satellites, heard, levels, ways, strict=True):
                group.create_task(hears(*each))
        [answers] = [satellite for satellite in satellites if told(satellite)[0] == "granted"]
        await answers.next_hark(hark.Turn, phase="end")
        for satellite in satellites:
            assert told(satellite) == (["granted", "reply", "end"] if satellite is answers else ["elsewhere"])
            assert bool(satellite.all(AudioChunk)) is (satellite is answers)
        assert len(rooms.responder.asked) == 1
        assert [seen["satellite"] for seen in rooms.shown("awake")] == [answers.name]
        assert len(rooms.shown("elsewhere")) == 3

    rooms_test(scenario)


def test_the_verdict_comes_in_time_and_goes_to_the_loudest() -> None:
    async def scenario(rooms: Rooms, satellites: list[SatellitePeer]) -> None:
        first, loud, *_ = satellites
        began = asyncio.get_running_loop().time()
        await first.wake(-30.0)
        await asyncio.sleep(0.1)
        await loud.wake(-20.0)
        await loud.next_hark(hark.Turn, phase="granted")
        await first.next_hark(hark.Turn, phase="elsewhere")
        assert asyncio.get_running_loop().time() - began == pytest.approx(WAIT_S)

    rooms_test(scenario)


def test_the_sound_from_before_the_verdict_is_heard() -> None:
    async def scenario(rooms: Rooms, satellites: list[SatellitePeer]) -> None:
        await satellites[0].ask()
        await satellites[0].next(AudioStop)
        assert rooms.recognizer.latest is not None
        assert rooms.recognizer.latest.finals == [32000]

    rooms_test(scenario)


def test_of_those_that_stay_silent_no_turn_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "times.sqlite"

    async def scenario(rooms: Rooms, satellites: list[SatellitePeer]) -> None:
        for satellite in satellites:
            await satellite.wake()
        for satellite in satellites:
            await satellite.next_hark(hark.Turn)
            await satellite.send(hark.Trace(satellite.turn, {"wake": CLOCK_AHEAD_S}))
        await asyncio.sleep(SETTLE_S)
        assert [row[1] for row in rows(file)] == [satellites[0].name]

    rooms_test(scenario, Rooms(kept=file))


def test_a_button_is_answered_at_once_beside_a_wake_word() -> None:
    async def scenario(rooms: Rooms, satellites: list[SatellitePeer]) -> None:
        spoken, pressed, *_ = satellites
        await spoken.wake()
        await pressed.wake(word=None)
        await asyncio.sleep(0.01)
        assert [seen["satellite"] for seen in rooms.shown("awake")] == [pressed.name]
        await spoken.next_hark(hark.Turn, phase="granted")
        assert told(pressed) == []

    rooms_test(scenario)


def test_a_satellite_that_knows_nothing_of_it_is_let_go_with_its_turns_end() -> None:
    async def scenario(rooms: Rooms, satellites: list[SatellitePeer]) -> None:
        old, new, *_ = satellites
        await old.send(hark.Hello(old.name, tuple(one for one in hark.CAPABILITIES if one != "arbitration")))
        await new.wake()
        await old.wake(level=-60.0)
        await asyncio.sleep(SETTLE_S)
        assert told(old) == ["end"]
        assert told(new) == ["granted"]

    rooms_test(scenario)


def test_a_satellite_that_goes_before_the_verdict_leaves_it_to_the_others() -> None:
    async def scenario(rooms: Rooms, satellites: list[SatellitePeer]) -> None:
        goes, stays, *_ = satellites
        await goes.wake(level=-10.0)
        await stays.wake(level=-50.0)
        await asyncio.sleep(0.01)
        goes.connection.abort()
        await stays.next_hark(hark.Turn, phase="granted")

    rooms_test(scenario)


def test_where_the_one_that_answers_goes_a_late_one_does() -> None:
    async def scenario(rooms: Rooms, satellites: list[SatellitePeer]) -> None:
        goes, late, *_ = satellites
        await goes.wake()
        await goes.next_hark(hark.Turn, phase="granted")
        goes.connection.abort()
        await asyncio.sleep(0.3)
        await late.wake(ago_s=0.4)
        await asyncio.sleep(0.01)
        assert told(late) == ["granted"]

    rooms_test(scenario)


def test_one_that_is_stopped_before_the_verdict_does_not_answer() -> None:
    async def scenario(rooms: Rooms, satellites: list[SatellitePeer]) -> None:
        stopped, other, *_ = satellites
        turn = await stopped.wake(level=-10.0)
        await other.wake(level=-50.0)
        await stopped.send(hark.Cancel(turn, 0.0))
        await other.next_hark(hark.Turn, phase="granted")
        assert told(stopped) == []

    rooms_test(scenario)


def test_switched_off_all_answer_and_no_satellite_waits() -> None:
    async def scenario(rooms: Rooms, satellites: list[SatellitePeer]) -> None:
        for satellite in satellites:
            [hello] = satellite.all_hark(hark.Hello)
            assert "arbitration" not in hello.capabilities
            await satellite.wake()
        await asyncio.sleep(0.01)
        assert len(rooms.shown("awake")) == len(satellites)

    off = Rooms()
    off.wait_ms = 0
    rooms_test(scenario, off)
