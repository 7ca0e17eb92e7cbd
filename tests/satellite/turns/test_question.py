"""Laws of a question: a whole satellite with scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio

import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk
from wyoming.pipeline import RunPipeline
from wyoming.vad import VoiceStarted, VoiceStopped
from wyoming.wake import Detection

from satellite.sound.microphone import FRAME_S
from satellite.turns.phases import Phase
from tests.fakes import WAKE_WORD
from tests.peers import controller
from tests.satellite.rooms import Room, numbers, plain_turn, satellite_test
from wire import hark
from wire.connection import Sendable
from wire.pcm import SPEECH


def test_the_wake_word_is_told_before_any_sound() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            room.say_wake_word()
            detection = await hub.next(Detection)
            turn = await hub.next_hark(hark.Turn)
            pipeline = await hub.next(RunPipeline)
            await hub.next(AudioChunk)
            assert detection.data["name"] == WAKE_WORD
            assert (turn.phase, turn.name, turn.score) == ("wake", WAKE_WORD, 0.9)
            assert turn.level is not None
            assert -60 < turn.level < -50
            assert (pipeline.data["start_stage"], pipeline.data["end_stage"]) == ("asr", "tts")
            told = [kind for kind in hub.types() if kind in ("detection", "hark/turn", "run-pipeline", "audio-chunk")]
            assert told[:4] == ["detection", "hark/turn", "run-pipeline", "audio-chunk"]

    satellite_test(scenario)


def test_the_preroll_and_the_live_sound_are_one_stream_without_gap_or_overlap() -> None:
    async def scenario(room: Room) -> None:
        preroll = round(room.settings.microphone.preroll_ms / 1000 / FRAME_S)
        async with controller(room.port, "hub") as hub:
            await asyncio.sleep(1.0)
            room.say_wake_word()
            woken_by = room.microphone.number + room.settings.wake.trigger_level  # each frame is a score
            await hub.next(AudioChunk)
            await asyncio.sleep(FRAME_S / 2)
            at_once = numbers(hub.all(AudioChunk))
            assert at_once[0] == woken_by - preroll + 1
            assert preroll <= len(at_once) <= preroll + 2
            await asyncio.sleep(2.0)
            streamed = numbers(hub.all(AudioChunk))
            assert streamed == list(range(streamed[0], streamed[0] + len(streamed)))
            assert streamed[-1] >= room.microphone.number - 1
            assert all(event.data["rate"] == SPEECH.rate for event in hub.all(AudioChunk))

    satellite_test(scenario)


def test_speech_and_its_pauses_are_told_as_they_happen() -> None:
    async def scenario(room: Room) -> None:
        times = room.settings.vad
        async with controller(room.port, "hub") as hub:
            room.say_wake_word()
            await hub.next(Detection)
            await asyncio.sleep(1.0)
            for _ in range(2):
                begun, room.microphone.speaking = asyncio.get_running_loop().time(), True
                await hub.next(VoiceStarted)
                heard_after = asyncio.get_running_loop().time() - begun
                await asyncio.sleep(0.5)
                ended, room.microphone.speaking = asyncio.get_running_loop().time(), False
                await hub.next(VoiceStopped)
                paused_after = asyncio.get_running_loop().time() - ended
                assert abs(heard_after - times.start_ms / 1000) <= FRAME_S + 0.001
                assert abs(paused_after - times.pause_ms / 1000) <= FRAME_S + 0.001

    satellite_test(scenario)


@pytest.mark.parametrize(
    ("words", "phase"), [(Transcript("turn on the light"), Phase.THINKING), (VoiceStopped(), Phase.LISTENING)]
)
def test_the_stream_ends_with_the_words(words: Sendable, phase: Phase) -> None:
    """Home Assistant says voice-stopped where it hears the end by itself, and the transcript at the latest."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await room.ask(hub)
            await hub.send(words)
            await asyncio.sleep(0.1)
            assert room.phase is phase
            streamed = len(hub.all(AudioChunk))
            await asyncio.sleep(1.0)
            assert len(hub.all(AudioChunk)) <= streamed + 1

    satellite_test(scenario)


def test_the_wake_word_alone_streams_nothing_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(room: Room) -> None:
        room.say_wake_word()
        await asyncio.sleep(1.0)
        assert room.phase is Phase.IDLE
        async with controller(room.port, "hub") as hub:
            await asyncio.sleep(1.0)
            assert hub.all(Detection) == hub.all(AudioChunk) == []

    satellite_test(scenario)
    assert "no controller is connected" in caplog.text


def test_who_speaks_to_nobody_hears_so() -> None:
    async def scenario(room: Room) -> None:
        room.say_wake_word()
        await asyncio.sleep(5.0)
        assert room.heard_s > 1.0

    satellite_test(scenario)


def test_a_button_begins_a_turn_without_a_wake_word() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            room.satellite.listen()
            await plain.next(RunPipeline)
            await plain.next(AudioChunk)
            assert plain.all(Detection) == []

    satellite_test(scenario)


def test_a_plain_controller_is_told_nothing_of_harks_own() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain_turn(room, plain)
            assert not any(kind.startswith("hark/") or kind == "user-event" for kind in plain.types())

    satellite_test(scenario)


def test_the_awake_sound_is_played_while_the_question_streams() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            room.say_wake_word()
            await hub.next(AudioChunk)
            await asyncio.sleep(0.5)
            assert 0.05 < room.heard_s < 0.3
            streamed = numbers(hub.all(AudioChunk))
            assert streamed == list(range(streamed[0], streamed[0] + len(streamed)))

    satellite_test(scenario, Room({"sounds.awake": True}))


def test_questions_about_the_clock_are_answered_at_once() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            for asked in (0.0, 1e9, -5.0):
                await hub.send(hark.Clock(asked))
                answer = await hub.next_hark(hark.Clock)
                assert answer.t0 == asked
                assert answer.t1 is not None
                assert answer.t1 == answer.t2 == pytest.approx(asyncio.get_running_loop().time(), abs=0.01)

    satellite_test(scenario)
