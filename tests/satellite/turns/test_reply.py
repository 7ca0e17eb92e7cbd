"""Laws of a reply: a whole satellite with scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio

import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioStop
from wyoming.error import Error
from wyoming.pipeline import RunPipeline
from wyoming.snd import Played
from wyoming.tts import Synthesize

from satellite.turns.incoming import WAITING_BYTES
from satellite.turns.phases import Phase
from tests.peers import controller, reply_events, speech_events
from tests.satellite.rooms import REFRACTORY_S, START, Room, said, satellite_test, whole_turn
from wire import hark
from wire.pcm import SPEECH


def test_a_reply_is_played_whole_and_its_times_follow() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            loop = asyncio.get_running_loop()
            await hub.send(Transcript("what time is it"), *reply_events(turn, 2.0))
            sent = loop.time()
            await hub.next(Played)
            trace = await hub.next_hark(hark.Trace)
            assert b"".join(room.speaker.played) == b"".join(chunk.audio for chunk in speech_events(2.0))
            assert trace.turn == turn
            marks = trace.marks
            order = ["wake", "end_of_speech", "first_audio_arrived", "first_audio_played", "last_audio"]
            assert [marks[mark] for mark in order] == sorted(marks[mark] for mark in order)
            assert marks["first_audio_played"] - sent < 0.1
            assert marks["last_audio"] - marks["first_audio_played"] == pytest.approx(2.0)
            assert loop.time() - marks["last_audio"] < 0.1

    satellite_test(scenario)


def test_the_hub_is_told_how_far_the_speaker_is() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await whole_turn(room, hub, 3.0)
            reports = hub.all_hark(hark.Playback)
            assert len(reports) >= 3.0 / 0.2 - 2
            assert [report.played_ms for report in reports] == sorted(report.played_ms for report in reports)
            assert all(abs(report.played_ms + report.buffered_ms - 3000) <= 20 for report in reports)
            assert {report.underruns for report in reports} == {0}

    satellite_test(scenario)


def test_silence_on_an_underrun_is_not_told_as_played() -> None:
    """Used to count it, so that the hub sent on what it could no longer cancel, and no stall was ever noticed."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            await hub.send(Transcript("go on"), START, *speech_events(1.0))
            await asyncio.sleep(4.0)
            report = hub.all_hark(hark.Playback)[-1]
            assert (report.played_ms, report.buffered_ms, report.underruns) == (1000, 0, 1)
            await hub.send(*speech_events(1.0), AudioStop(), hark.Turn(turn, "end"))
            await hub.next_hark(hark.Trace)
            silence = b"\0" * len(room.speaker.played[-1])
            assert b"".join(piece for piece in room.speaker.played if piece != silence) == b"".join(
                chunk.audio for chunk in speech_events(2.0)
            )

    satellite_test(scenario)


def test_turns_follow_each_other() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turns = [await whole_turn(room, hub) for _ in range(3)]
            assert len(set(turns)) == 3
            assert len({turn.partition(":")[0] for turn in turns}) == 1
            assert [turn.partition(":")[2] for turn in turns] == ["1", "2", "3"]

    satellite_test(scenario)


def test_a_turn_without_a_reply_ends_with_the_hubs_word() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            await hub.send(hark.Turn("another:1", "end"))
            await asyncio.sleep(0.1)
            assert room.phase is Phase.LISTENING
            await hub.send(hark.Turn(turn, "end"))
            assert (await hub.next_hark(hark.Trace)).turn == turn
            await asyncio.sleep(REFRACTORY_S)
            await whole_turn(room, hub)
            assert hub.all(Played) != []

    satellite_test(scenario)


def test_an_error_of_the_controller_ends_the_turn() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await room.ask(plain)
            await plain.send(Error("the engine is gone", "stt-stream-failed"))
            await room.until(Phase.IDLE, 0.1)
            await asyncio.sleep(1.0)
            assert room.heard_s > 0.1, "a person is told"

    satellite_test(scenario)


@pytest.mark.parametrize("code", ["duplicate_wake_up_detected", "stt-no-text-recognized"])
def test_what_is_no_error_to_a_person_ends_the_turn_without_a_sound(code: str) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await room.ask(plain)
            await plain.send(Error("never mind", code))
            await room.until(Phase.IDLE, 0.1)
            await asyncio.sleep(1.0)
            assert room.heard_s == 0

    satellite_test(scenario)


def test_a_reply_that_breaks_off_is_over_when_the_hub_says_so() -> None:
    """Used to wait for the audio-stop that a hub whose voice failed had not sent."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            broken = Error("the reply could not be spoken", "tts-failed")
            await hub.send(Transcript("go on"), START, *speech_events(1.0), broken, hark.Turn(turn, "end"))
            await room.until(Phase.IDLE, 1.5)
            assert SPEECH.seconds(len(b"".join(room.speaker.played))) == pytest.approx(1.0)

    satellite_test(scenario)


def test_a_reply_may_come_before_its_words_and_pause_for_long() -> None:
    """Home Assistant speaks while its model still thinks, and says what it speaks in the middle of it."""

    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await room.ask(plain)
            await plain.send(Transcript("tell me a story"), START, *speech_events(1.0), Synthesize("Once upon a time"))
            await asyncio.sleep(12.0)
            assert room.phase is Phase.SPEAKING
            await plain.send(*speech_events(1.0), AudioStop())
            await room.until(Phase.IDLE, 2.0)
            assert len(plain.all(Played)) == 1
            silence = SPEECH.silence(0.02)
            assert sum(piece != silence for piece in room.speaker.played) * 0.02 == pytest.approx(2.0)

    satellite_test(scenario)


def test_an_announcement_is_played_without_a_turn() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain.send(*said(1.0))
            await plain.next(Played)
            assert room.heard_s == pytest.approx(1.0)
            assert plain.all_hark(hark.Trace) == []
            await room.until(Phase.IDLE, 0.1)

    satellite_test(scenario)


def test_the_stand_bys_announcement_is_played_while_idle_and_told_to_it_alone() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub, controller(room.port) as plain:
            await plain.send(*said(1.0))
            await plain.next(Played)
            assert room.heard_s == pytest.approx(1.0)
            assert hub.all(Played) == []
            await whole_turn(room, hub)

    satellite_test(scenario)


def test_the_stand_bys_announcement_waits_for_the_end_of_a_turn() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub, controller(room.port) as plain:
            turn = await room.ask(hub)
            await plain.send(*said(1.0))
            await asyncio.sleep(0.5)
            assert room.phase is Phase.LISTENING
            await hub.send(Transcript("what time is it"), *reply_events(turn, 2.0))
            await hub.next_hark(hark.Trace)
            assert room.heard_s == pytest.approx(2.0, abs=0.06)
            await plain.next(Played)
            assert room.heard_s == pytest.approx(3.0)
            assert len(hub.all(Played)) == 1

    satellite_test(scenario)


def test_announcements_that_wait_are_all_heard() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub, controller(room.port) as plain:
            turn = await room.ask(hub)
            for seconds in (1.0, 0.5, 0.3):
                await plain.send(*said(seconds))
            await asyncio.sleep(0.5)
            assert room.phase is Phase.LISTENING
            await hub.send(Transcript("what time is it"), *reply_events(turn, 2.0))
            await plain.next(Played)
            assert room.heard_s == pytest.approx(3.8)

    satellite_test(scenario)


def test_what_a_stand_by_announced_delays_no_reply_of_its_own_when_it_has_to_lead() -> None:
    """It used to wait for the watchdog, and the reply behind it."""

    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            async with controller(room.port, "hub") as hub:
                await room.ask(hub)
                await plain.send(*said(1.0))
            await plain.next(RunPipeline)
            await asyncio.sleep(0.5)
            assert room.phase is Phase.LISTENING, "it speaks over nobody"
            await plain.send(Transcript("what time is it"), *said(2.0))
            await room.until(Phase.SPEAKING, 0.5)
            await room.until(Phase.IDLE, 4.0)
            assert room.heard_s == pytest.approx(3.0)

    satellite_test(scenario)


def test_a_stand_by_that_sends_without_end_fills_no_memory() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub, controller(room.port) as plain:
            turn = await room.ask(hub)
            await plain.send(START, *speech_events(300.0))
            await hub.send(Transcript("what time is it"), *reply_events(turn, 1.0))
            await hub.next_hark(hark.Trace)
            await asyncio.sleep(WAITING_BYTES / SPEECH.bytes(1.0) + room.settings.watchdogs.speaking_s + 5.0)
            assert room.phase is Phase.IDLE
            assert room.heard_s < 1.0 + WAITING_BYTES / SPEECH.bytes(1.0) + room.settings.watchdogs.speaking_s

    satellite_test(scenario)
