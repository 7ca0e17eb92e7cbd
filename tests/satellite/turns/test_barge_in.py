"""Laws of interrupting a reply: a whole satellite with scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.pipeline import RunPipeline
from wyoming.snd import Played
from wyoming.timer import TimerFinished

from satellite.sound.microphone import FRAME_S
from satellite.turns.phases import Phase
from tests.peers import controller, reply_events, speech_events
from tests.satellite.rooms import REFRACTORY_S, START, Room, interrupted, numbers, said, satellite_test, whole_turn
from wire import hark
from wire.pcm import SPEECH


def test_the_wake_word_silences_a_reply_and_late_sound_of_it_is_dropped_until_the_flush() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            old, new = await interrupted(room, hub)
            assert old != new
            cancel = hub.all_hark(hark.Cancel)[-1]
            assert cancel.turn == old
            assert cancel.played_ms == pytest.approx(1000 * room.heard_s, abs=50)
            trace = hub.all_hark(hark.Trace)[-1]
            assert trace.turn == old
            assert "last_audio" not in trace.marks
            before = len(room.speaker.played)
            await hub.send(*speech_events(1.0), AudioStop(), *reply_events(old, 1.0))
            await asyncio.sleep(2.0)
            assert len(room.speaker.played) == before
            assert room.phase is Phase.LISTENING
            await hub.send(hark.Flush(old), Transcript("stop it"), *reply_events(new, 1.0))
            assert (await hub.next_hark(hark.Trace)).turn == new
            assert SPEECH.seconds(len(b"".join(room.speaker.played[before:]))) == pytest.approx(1.0)

    satellite_test(scenario)


def test_the_question_that_interrupts_is_heard_whole() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await interrupted(room, hub)
            woken_by = room.microphone.number
            await asyncio.sleep(1.0)
            types = hub.types()
            question = types[len(types) - types[::-1].index("run-pipeline") :].count("audio-chunk")
            streamed = numbers(hub.all(AudioChunk))[-question:]
            preroll = round(room.settings.microphone.preroll_ms / 1000 / FRAME_S)
            assert streamed == list(range(woken_by - preroll + 1, streamed[-1] + 1))
            assert streamed[-1] >= room.microphone.number - 1

    satellite_test(scenario)


def test_home_assistant_is_asked_again_at_once_when_it_has_sent_its_whole_reply() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await interrupted(room, plain)
            assert len(plain.all(Played)) == 1, "Home Assistant shows it as speaking otherwise"
            before = room.heard_s
            await plain.send(Transcript("stop it"), *said(1.0))
            await room.until(Phase.IDLE, 3.0)
            assert room.heard_s - before == pytest.approx(1.0)

    satellite_test(scenario)


def test_an_interrupted_announcements_late_sound_is_dropped_up_to_its_stop() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            await plain.send(START, *speech_events(10.0))
            await asyncio.sleep(1.0)
            room.say_wake_word()
            await plain.next(RunPipeline)
            before = room.heard_s
            await plain.send(*speech_events(1.0), AudioStop())
            await asyncio.sleep(1.0)
            assert room.heard_s == before
            await plain.send(Transcript("stop it"), *said(1.0))
            await room.until(Phase.IDLE, 3.0)
            assert room.heard_s - before == pytest.approx(1.0)

    satellite_test(scenario)


@pytest.mark.parametrize("speaks", [True, False])
def test_home_assistant_is_asked_again_on_a_new_connection_while_its_pipeline_runs(speaks: bool) -> None:
    """Asked on the old one, it hears nothing any more, this turn and the next ones (seen with 2026.11.0)."""

    async def scenario(room: Room) -> None:
        async with controller(room.port) as old:
            await room.ask(old)
            await old.send(Transcript("tell me a story"))
            if speaks:
                await old.send(START, *speech_events(2.0))
            await asyncio.sleep(REFRACTORY_S)
            heard = room.microphone.number
            room.say_wake_word()
            await old.over()
            assert len(old.all(RunPipeline)) == 1
            assert not old.broken, "it is told that nothing more comes, and may still say goodbye"
            await asyncio.sleep(3.0)
            async with controller(room.port) as new:
                await new.next(RunPipeline)
                await new.next(AudioChunk)
                await asyncio.sleep(0.1)
                words = numbers(new.all(AudioChunk))
                assert words[0] < heard < room.microphone.number - 1 <= words[-1]
                assert words == list(range(words[0], words[-1] + 1))
                await new.send(Transcript("stop it"), *said(1.0))
                await room.until(Phase.IDLE, 3.0)

    satellite_test(scenario)


def test_the_wake_word_said_again_to_a_controller_that_is_away_gives_nothing_up() -> None:
    """Used to say that nobody was there while Home Assistant was about to come back."""

    async def scenario(room: Room) -> None:
        async with controller(room.port) as old:
            room.say_wake_word()
            await old.next(AudioChunk)
            old.connection.abort()
            await asyncio.sleep(REFRACTORY_S + 0.5)
            room.say_wake_word()
            await asyncio.sleep(0.5)
            async with controller(room.port) as new:
                await new.next(RunPipeline)
                assert room.heard_s == 0

    satellite_test(scenario)


def test_words_to_a_controller_that_does_not_come_back_are_given_up_aloud() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            room.say_wake_word()
            await plain.next(AudioChunk)
        await asyncio.sleep(4.0)
        assert room.satellite.status().phase == "listening"
        await room.until(Phase.IDLE, 2.0)
        await asyncio.sleep(3.0)
        assert room.heard_s > 1.0

    satellite_test(scenario)


def test_a_controller_that_never_flushed_closes_no_other_ones_way() -> None:
    """Used to stay deaf to the next hub's replies when the last one had died between a barge-in and its flush."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await interrupted(room, hub)
        await asyncio.sleep(10.0)  # until the person has heard that nobody is there
        before = len(room.speaker.played)
        async with controller(room.port, "next") as following:
            await whole_turn(room, following)
        assert SPEECH.seconds(len(b"".join(room.speaker.played[before:]))) == pytest.approx(1.0)

    satellite_test(scenario)


def test_a_reply_that_follows_an_unanswered_cancel_is_heard() -> None:
    """A hub that never flushes, and then replies, would otherwise not be heard again."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            _, new = await interrupted(room, hub)
            before = room.heard_s
            await hub.send(Transcript("stop it"), *reply_events(new, 1.0))
            await hub.next_hark(hark.Trace, turn=new)
            assert room.heard_s - before == pytest.approx(1.0)

    satellite_test(scenario)


def test_the_stand_bys_announcement_can_be_interrupted_by_a_question_to_the_hub() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub, controller(room.port) as plain:
            await plain.send(START, *speech_events(10.0))
            await asyncio.sleep(1.0)
            await whole_turn(room, hub)
            assert len(plain.all(Played)) == 1
            before = room.heard_s
            await plain.send(*speech_events(1.0), AudioStop(), *said(1.0))
            await asyncio.sleep(3.0)
            assert room.heard_s - before == pytest.approx(1.0)

    satellite_test(scenario)


@pytest.mark.parametrize("name", ["hub", ""])
def test_a_spoken_stop_ends_speech_and_is_no_question(name: str) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, name) as leader:
            await leader.send(START, *speech_events(10.0))
            await asyncio.sleep(1.0)
            room.say_stop()
            await room.until(Phase.IDLE, 0.1)
            await asyncio.sleep(1.0)
            assert room.heard_s == pytest.approx(1.0, abs=0.1)
            assert leader.all(RunPipeline) == []

    satellite_test(scenario, Room(hears_itself=False))


def test_its_own_voice_does_not_stop_it() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await hub.send(START, *speech_events(10.0))
            await asyncio.sleep(1.0)
            room.say_stop()
            await asyncio.sleep(1.0)
            assert room.phase is Phase.SPEAKING

    satellite_test(scenario)


def test_the_word_stop_means_nothing_while_nothing_sounds() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            room.say_stop()
            await whole_turn(room, hub)
            room.say_wake_word()
            await room.until(Phase.LISTENING, 1.0)
            room.say_stop()
            await asyncio.sleep(0.5)
            assert room.phase is Phase.LISTENING, "it is a word of the question"

    satellite_test(scenario)


def test_a_reply_that_the_hub_takes_back_is_silent_at_once() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            await hub.send(Transcript("tell me a story"), START, *speech_events(10.0))
            await asyncio.sleep(1.0)
            await hub.send(hark.Flush(turn))
            await room.until(Phase.IDLE, 0.1)
            heard = room.heard_s
            await asyncio.sleep(2.0)
            assert room.heard_s == heard

    satellite_test(scenario)


def loudness(pieces: list[bytes]) -> float:
    """The loudest sample."""
    return max(int(np.abs(np.frombuffer(piece, "<i2").astype(int)).max()) for piece in pieces)


def test_speech_alone_lowers_a_reply_until_two_seconds_have_brought_nothing() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await hub.send(START, *loud_events(10.0))
            await asyncio.sleep(1.0)
            whole = loudness(room.speaker.played[-5:])
            room.microphone.speaking = True
            await asyncio.sleep(0.3)
            assert loudness(room.speaker.played[-5:]) < 0.3 * whole
            room.microphone.speaking = False
            await asyncio.sleep(1.5)
            assert loudness(room.speaker.played[-5:]) < 0.3 * whole
            await asyncio.sleep(0.6)
            assert loudness(room.speaker.played[-5:]) == whole
            assert room.phase is Phase.SPEAKING

    satellite_test(scenario, Room(hears_itself=False))


def test_without_echo_cancellation_its_own_voice_lowers_no_reply() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await hub.send(START, *loud_events(10.0))
            await asyncio.sleep(1.0)
            whole = loudness(room.speaker.played[-5:])
            room.microphone.speaking = True
            await asyncio.sleep(0.5)
            assert loudness(room.speaker.played[-5:]) == whole

    satellite_test(scenario)


def loud_events(seconds: float) -> list[AudioChunk]:
    """So much sound that can be heard to be lowered."""
    return [
        AudioChunk(SPEECH.rate, SPEECH.width, SPEECH.channels, len(chunk.audio) // 2 * b"\x00\x40")
        for chunk in speech_events(seconds)
    ]


@pytest.mark.parametrize("sounds", ["reply", "announcement", "ring"])
@pytest.mark.parametrize("name", ["hub", ""])
def test_what_sounds_is_silent_within_100_ms_of_the_wake_word(sounds: str, name: str) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, name) as leader:
            if sounds == "reply":
                await room.ask(leader)
                await leader.send(Transcript("tell me a story"))
            await asyncio.sleep(REFRACTORY_S)
            await leader.send(*([TimerFinished("eggs")] if sounds == "ring" else said(10.0)))
            await asyncio.sleep(2.0)
            room.say_wake_word()
            before = room.heard_s
            await asyncio.sleep(0.1)
            heard = room.heard_s
            assert 0 < heard - before <= 0.1
            await asyncio.sleep(1.0)
            assert room.heard_s == heard
            assert room.phase is Phase.LISTENING

    satellite_test(scenario)
