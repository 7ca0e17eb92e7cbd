"""Laws of a hub that is told to stop while turns run, over real sockets on virtual time."""

from __future__ import annotations

import asyncio

from wyoming.audio import AudioChunk, AudioStart, AudioStop

from hub.closing import APOLOGY_S, FINISH_S, RESTARTS
from tests.fakes import FakeResponder, FakeVoice
from tests.hub.test_session import House, session_test
from tests.peers import SatellitePeer
from wire import hark

SOON_S = 0.1


def clock() -> float:
    return asyncio.get_running_loop().time()


def test_without_turns_nothing_is_waited_for() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        began = clock()
        await house.closing.finish()
        assert clock() == began

    session_test(scenario)


def test_a_turn_that_runs_is_finished() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        turn = await satellite.ask()
        await house.closing.finish()
        await satellite.next(AudioStop)
        await satellite.next_hark(hark.Turn, turn=turn, phase="end")
        assert len(house.voice.spoken) >= 2

    session_test(scenario)


def test_a_turn_that_has_no_reply_in_time_ends_in_an_apology() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        turn = await satellite.ask()
        began = clock()
        await house.closing.finish()
        assert FINISH_S < clock() - began < FINISH_S + APOLOGY_S
        await satellite.next(AudioStart)
        await satellite.next(AudioChunk)
        await satellite.next_hark(hark.Turn, turn=turn, phase="end")
        assert [text for text, _ in house.voice.spoken][-1] == RESTARTS

    session_test(scenario, House(responder=FakeResponder(["Never "], token_s=60)))


def test_a_long_reply_is_cut_and_its_satellite_told() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        satellite.plays = False  # in its own time: nobody reports, so the hub paces
        turn = await satellite.ask()
        began = clock()
        await house.closing.finish()
        assert clock() - began < FINISH_S + APOLOGY_S
        await satellite.next(AudioStop)
        await satellite.next_hark(hark.Turn, turn=turn, phase="end")

    session_test(scenario, House(responder=FakeResponder(["word "] * 2000, token_s=0)))


def test_a_voice_that_hangs_holds_up_the_stop_no_longer_than_it_may() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await satellite.ask()
        began = clock()
        await house.closing.finish()
        assert clock() - began <= FINISH_S + APOLOGY_S + SOON_S

    session_test(scenario, House(voice=FakeVoice(rtf=10_000)))


def test_no_turn_begins_any_more() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await house.closing.finish()
        await satellite.wake()
        await asyncio.sleep(1)
        assert house.shown("awake") == []

    session_test(scenario)
