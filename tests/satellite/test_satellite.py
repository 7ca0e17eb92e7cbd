"""Laws of a whole satellite: scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.pipeline import RunPipeline
from wyoming.satellite import PauseSatellite, RunSatellite
from wyoming.snd import Played
from wyoming.vad import VoiceStarted, VoiceStopped
from wyoming.wake import Detection

from config.loading import build, one, read
from config.satellite import SatelliteSettings
from satellite.microphone import FRAME_S
from satellite.phases import Phase
from satellite.satellite import Engines, Satellite
from tests.fakes import WAKE_WORD, FakeMicrophone, FakeSpeaker, FakeVad, FakeWakeWords, number_of
from tests.peers import Peer, controller, free_port, reply_events, run_clean, speech_events
from tests.settings import SATELLITE_TOML
from tests.wire_events import EVENTS
from wire import hark
from wire.connection import Sendable
from wire.errors import WireError
from wire.pcm import SPEECH

REFRACTORY_S = 2.0
SLACK_S = 0.3  # of a watchdog: it looks ten times a second


@dataclass
class Room:
    """A satellite and everything that is scripted about it."""

    microphone: FakeMicrophone = field(default_factory=FakeMicrophone)
    speaker: FakeSpeaker = field(default_factory=FakeSpeaker)
    settings: SatelliteSettings = field(init=False)
    satellite: Satellite = field(init=False)

    def __post_init__(self) -> None:
        self.settings = build(SatelliteSettings, [read(SATELLITE_TOML), one("listen.port", free_port(), "test")])

    @property
    def port(self) -> int:
        return self.settings.listen.port

    @property
    def phase(self) -> Phase:
        return self.satellite.phase

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Room]:
        """Runs the satellite while the context lasts."""
        self.satellite = Satellite(self.settings, Engines(self.microphone, self.speaker, FakeVad(), FakeWakeWords()))
        running = asyncio.create_task(self.satellite.run())
        try:
            await asyncio.sleep(1.0)
            yield self
            assert not running.done(), "the satellite has ended"
        finally:
            running.cancel()
            await asyncio.wait([running])

    def say_wake_word(self) -> None:
        """The next frame ends the wake word."""
        self.microphone.wakes = True

    async def ask(self, hub: Peer, seconds: float = 0.5) -> str:
        """The wake word and a question; returns the turn's id when the question is over."""
        self.say_wake_word()
        turn = (await hub.next_hark(hark.Turn, phase="wake")).turn
        await asyncio.sleep(0.5)
        self.microphone.speaking = True
        await asyncio.sleep(seconds)
        self.microphone.speaking = False
        await hub.next(VoiceStopped)
        return turn

    async def until(self, phase: Phase, within_s: float) -> None:
        """Waits until the satellite is in a phase, which must be soon enough."""
        async with asyncio.timeout(within_s):
            while self.phase is not phase:  # noqa: ASYNC110 (of virtual time; a phase tells nobody)
                await asyncio.sleep(FRAME_S)


def satellite_test(scenario: Callable[[Room], Awaitable[None]]) -> None:
    """Runs a scenario with a satellite in its room; nothing may be left of it."""
    room = Room()

    async def test() -> None:
        async with room.open():
            await scenario(room)

    run_clean(test)


async def whole_turn(room: Room, hub: Peer, seconds: float = 1.0) -> str:
    """A question and its spoken reply, as they should be."""
    turn = await room.ask(hub)
    await hub.send(Transcript("what time is it"), *reply_events(turn, seconds))
    assert (await hub.next_hark(hark.Trace)).turn == turn
    assert room.phase is Phase.IDLE
    await asyncio.sleep(REFRACTORY_S)
    return turn


def numbers(events: list[Event]) -> list[int]:
    return [number_of(event.payload or b"") for event in events]


# A question


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
            woken_by = room.microphone.number + 1
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


@pytest.mark.parametrize("words", [Transcript("turn on the light"), VoiceStopped()])
def test_the_stream_ends_with_the_words(words: Sendable) -> None:
    """Home Assistant says voice-stopped where it hears the end by itself, and the transcript at the latest."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await room.ask(hub)
            await hub.send(words)
            await room.until(Phase.THINKING, 0.1)
            streamed = len(hub.all(AudioChunk))
            await asyncio.sleep(1.0)
            assert len(hub.all(AudioChunk)) <= streamed + 1

    satellite_test(scenario)


def test_the_wake_word_alone_streams_nothing_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(room: Room) -> None:
        room.say_wake_word()
        await asyncio.sleep(1.0)
        assert room.phase is Phase.ALONE
        async with controller(room.port, "hub") as hub:
            await asyncio.sleep(1.0)
            assert hub.all(Detection) == hub.all(AudioChunk) == []

    satellite_test(scenario)
    assert "no controller is connected" in caplog.text


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


# A reply


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
            order = ["wake", "end_of_speech", "raw_pause", "first_audio_arrived", "first_audio_played", "last_audio"]
            assert [marks[mark] for mark in order] == sorted(marks[mark] for mark in order)
            assert marks["silence"] == marks["end_of_speech"]
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
            start = AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels)
            await hub.send(Transcript("go on"), start, *speech_events(1.0))
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
            await plain.send(Error("no words were understood", "stt-no-text-recognized"))
            await room.until(Phase.IDLE, 0.1)

    satellite_test(scenario)


def test_a_reply_that_breaks_off_is_over_when_the_hub_says_so() -> None:
    """Used to wait for the audio-stop that a hub whose voice failed had not sent."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            start = AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels)
            broken = Error("the reply could not be spoken", "tts-failed")
            await hub.send(Transcript("go on"), start, *speech_events(1.0), broken, hark.Turn(turn, "end"))
            await room.until(Phase.IDLE, 1.5)
            assert SPEECH.seconds(len(b"".join(room.speaker.played))) == pytest.approx(1.0)

    satellite_test(scenario)


def test_an_announcement_is_played_without_a_turn() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            start = AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels)
            await plain.send(start, *speech_events(1.0), AudioStop())
            await plain.next(Played)
            assert SPEECH.seconds(len(b"".join(room.speaker.played))) == pytest.approx(1.0)
            assert plain.all_hark(hark.Trace) == []
            await room.until(Phase.IDLE, 0.1)

    satellite_test(scenario)


# Barge-in


async def interrupted(room: Room, hub: Peer) -> tuple[str, str]:
    """A reply that the wake word interrupts after about a second; returns the old and the new turn."""
    old = await room.ask(hub)
    start = AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels)
    await asyncio.sleep(REFRACTORY_S)
    await hub.send(Transcript("tell me a story"), start, *speech_events(10.0))
    await asyncio.sleep(1.0)
    assert room.phase is Phase.SPEAKING
    room.say_wake_word()
    cancel = await hub.next_hark(hark.Cancel)
    assert cancel.turn == old
    heard_ms = 1000 * SPEECH.seconds(len(b"".join(room.speaker.played)))
    assert cancel.played_ms == pytest.approx(heard_ms, abs=50)
    assert 900 <= cancel.played_ms <= 1100
    return old, (await hub.next_hark(hark.Turn, phase="wake")).turn


def test_the_wake_word_silences_a_reply_and_late_sound_of_it_is_dropped_until_the_flush() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            old, new = await interrupted(room, hub)
            assert old != new
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


def test_a_plain_controllers_late_sound_is_dropped_up_to_its_stop() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            _, new = await interrupted(room, plain)
            before = len(room.speaker.played)
            await plain.send(*speech_events(1.0), AudioStop())
            await asyncio.sleep(1.0)
            assert len(room.speaker.played) == before
            await plain.send(Transcript("stop it"), *reply_events(new, 1.0))
            await plain.next(Played)
            assert SPEECH.seconds(len(b"".join(room.speaker.played[before:]))) == pytest.approx(1.0)

    satellite_test(scenario)


def test_a_controller_that_never_flushed_closes_no_other_ones_way() -> None:
    """Used to stay deaf to the next hub's replies when the last one had died between a barge-in and its flush."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await interrupted(room, hub)
        await asyncio.sleep(REFRACTORY_S)
        before = len(room.speaker.played)
        async with controller(room.port, "next") as following:
            await whole_turn(room, following)
        assert SPEECH.seconds(len(b"".join(room.speaker.played[before:]))) == pytest.approx(1.0)

    satellite_test(scenario)


# Controllers that vanish


async def nothing(room: Room, hub: Peer) -> None:
    await asyncio.sleep(0.1)


async def listening(room: Room, hub: Peer) -> None:
    room.say_wake_word()
    await room.until(Phase.LISTENING, 1.0)


async def thinking(room: Room, hub: Peer) -> None:
    await room.ask(hub)
    await hub.send(Transcript("what time is it"))
    await room.until(Phase.THINKING, 1.0)


async def speaking(room: Room, hub: Peer) -> None:
    turn = await room.ask(hub)
    await hub.send(Transcript("what time is it"), *reply_events(turn, 10.0))
    await asyncio.sleep(1.0)
    assert room.phase is Phase.SPEAKING


async def paused(room: Room, hub: Peer) -> None:
    await hub.send(PauseSatellite())
    await room.until(Phase.PAUSED, 1.0)


@pytest.mark.parametrize("state", [nothing, listening, thinking, speaking, interrupted, paused])
@pytest.mark.parametrize("name", ["hub", ""])
def test_a_controller_that_vanishes_leaves_a_satellite_that_the_next_one_leads(
    state: Callable[[Room, Peer], Awaitable[object]], name: str
) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, name) as hub:
            await state(room, hub)
            hub.connection.abort()
            await room.until(Phase.ALONE, 0.1)
        before = len(room.speaker.played)
        await asyncio.sleep(REFRACTORY_S)
        assert len(room.speaker.played) == before
        async with controller(room.port, name) as following:
            await room.until(Phase.IDLE, 0.1)
            await whole_turn(room, following)

    satellite_test(scenario)


def test_a_controller_that_stands_by_takes_over_when_the_hub_vanishes() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain, controller(room.port, "hub") as hub:
            await listening(room, hub)
            hub.connection.abort()
            await room.until(Phase.IDLE, 0.1)
            await asyncio.sleep(REFRACTORY_S)
            await whole_turn(room, plain)

    satellite_test(scenario)


def test_a_pause_is_kept_until_the_controller_wants_the_satellite_again() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await speaking(room, hub)
            await paused(room, hub)
            before = len(room.speaker.played)
            await asyncio.sleep(REFRACTORY_S)
            room.say_wake_word()
            await hub.send(*reply_events("said:1", 1.0))
            await asyncio.sleep(1.0)
            assert room.phase is Phase.PAUSED
            assert len(room.speaker.played) == before
            await asyncio.sleep(REFRACTORY_S)
            await hub.send(hark.Flush(hub.all_hark(hark.Cancel)[0].turn), RunSatellite())
            await room.until(Phase.IDLE, 0.1)
            await whole_turn(room, hub)

    satellite_test(scenario)


# Watchdogs


def test_a_question_without_a_transcript_is_given_up() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            await room.until(Phase.IDLE, room.settings.watchdogs.listening_s + SLACK_S)
            assert (await hub.next_hark(hark.Cancel)).turn == turn
            await hub.send(hark.Flush(turn))
            await whole_turn(room, hub)

    satellite_test(scenario)


def test_a_question_without_a_reply_is_given_up() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await thinking(room, hub)
            await room.until(Phase.IDLE, room.settings.watchdogs.thinking_s + SLACK_S)
            await hub.send(hark.Flush((await hub.next_hark(hark.Cancel)).turn))
            await whole_turn(room, hub)

    satellite_test(scenario)


@pytest.mark.parametrize("heard_s", [0.1, 1.0])
def test_a_reply_that_stalls_is_given_up(heard_s: float) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            turn = await room.ask(hub)
            start = AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels)
            await hub.send(Transcript("go on"), start, *speech_events(heard_s))
            await asyncio.sleep(heard_s)
            assert room.phase is Phase.SPEAKING
            await room.until(Phase.IDLE, room.settings.watchdogs.speaking_s + SLACK_S)
            assert (await hub.next_hark(hark.Cancel)).turn == turn
            await hub.send(hark.Flush(turn))
            before = len(room.speaker.played)
            await whole_turn(room, hub)
            assert SPEECH.seconds(len(b"".join(room.speaker.played[before:]))) == pytest.approx(1.0)

    satellite_test(scenario)


def test_a_long_reply_is_not_taken_for_a_stalled_one() -> None:
    async def scenario(room: Room) -> None:
        longer_s = 2 * room.settings.watchdogs.speaking_s
        async with controller(room.port, "hub") as hub:
            await whole_turn(room, hub, longer_s)
            assert SPEECH.seconds(len(b"".join(room.speaker.played))) == pytest.approx(longer_s)
            assert hub.all_hark(hark.Cancel) == []

    satellite_test(scenario)


@pytest.mark.parametrize("fault", ["dead", "broken"])
def test_a_microphone_that_gives_nothing_is_opened_anew(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            setattr(room.microphone, fault, True)
            await asyncio.sleep(3 * room.settings.watchdogs.microphone_s)
            assert room.microphone.opened >= 3
            setattr(room.microphone, fault, False)
            await asyncio.sleep(2.0)
            opened = room.microphone.opened
            await asyncio.sleep(2 * room.settings.watchdogs.microphone_s)
            assert room.microphone.opened == opened
            await whole_turn(room, hub)

    satellite_test(scenario)
    assert "microphone" in caplog.text


def test_a_microphone_that_dies_during_a_question_ends_it_and_is_opened_anew() -> None:
    async def scenario(room: Room) -> None:
        limits = room.settings.watchdogs
        async with controller(room.port, "hub") as hub:
            await listening(room, hub)
            room.microphone.dead = True
            await room.until(Phase.IDLE, limits.listening_s + SLACK_S)
            await hub.send(hark.Flush((await hub.next_hark(hark.Cancel)).turn))
            room.microphone.dead = False
            await asyncio.sleep(limits.microphone_s)
            await whole_turn(room, hub)

    satellite_test(scenario)


def test_a_speaker_that_fails_costs_the_reply_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    """Used to end the satellite."""

    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            room.speaker.broken = True
            turn = await room.ask(hub)
            await hub.send(Transcript("what time is it"), *reply_events(turn, 1.0))
            await room.until(Phase.IDLE, room.settings.watchdogs.speaking_s + SLACK_S)
            room.speaker.broken = False
            await hub.send(hark.Flush(turn))
            await asyncio.sleep(REFRACTORY_S)
            await whole_turn(room, hub)

    satellite_test(scenario)
    assert "pulled out" in caplog.text


# Peers that misbehave

START = {"rate": SPEECH.rate, "width": SPEECH.width, "channels": SPEECH.channels}
MALFORMED: dict[str, list[Event]] = {
    "a start without a rate": [Event("audio-start", {"width": 2, "channels": 1})],
    "a start of no sound card's rate": [Event("audio-start", {**START, "rate": 1})],
    "a start with words for numbers": [Event("audio-start", {**START, "rate": "fast"})],
    "a start with a truth for a number": [Event("audio-start", {**START, "channels": True})],
    "a chunk without a format": [Event("audio-start", START), Event("audio-chunk", {}, b"\0\0")],
    "a chunk of another format": [Event("audio-start", START), Event("audio-chunk", {**START, "rate": 8000}, b"\0\0")],
    "a chunk of half a sample": [Event("audio-start", START), Event("audio-chunk", START, b"\0\0\0")],
    "a flush of nothing": [Event("user-event", {"name": "hark/flush", "data": {}})],
}


@pytest.mark.parametrize("events", MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_costs_the_connection_and_is_said(
    events: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, "hub") as hub:
            await hub.send(*events)
            await hub.until(lambda: hub.closed)
            await room.until(Phase.ALONE, 0.1)
        async with controller(room.port, "hub") as following:
            await whole_turn(room, following)

    satellite_test(scenario)
    assert "closed the connection of 127.0.0.1" in caplog.text


KNOWN = ["run-satellite", "pause-satellite", "describe", "ping", "pong", "transcript", "voice-stopped", "error"]
SOUNDS = ["audio-start", "audio-chunk", "audio-stop", "synthesize", "detection", "played", "user-event"]
HARKS = ["hello", "standby", "turn", "cancel", "flush", "playback", "clock", "trace", "listen", "of a later release"]
VALUES: st.SearchStrategy[object] = (
    st.none() | st.integers(-3, 3) | st.floats(-1, 1) | st.just("end") | st.text(max_size=3) | st.just({})
)
FIELDS = st.dictionaries(st.sampled_from([*START, "turn", "phase", "t0", "t1", "t2", "marks", "name", "text"]), VALUES)
ANY = st.one_of(
    st.builds(Event, st.sampled_from([*KNOWN, *SOUNDS]), FIELDS, st.none() | st.binary(max_size=8)),
    st.sampled_from(SOUNDS).map(lambda kind: Event(kind, START, b"\1\0" * 20)),
    st.sampled_from(KNOWN).map(Event),
    st.builds(
        lambda name, data: Event("user-event", {"name": f"hark/{name}", "data": data}), st.sampled_from(HARKS), FIELDS
    ),
    EVENTS,
)
Step = Event | str | float
STEPS = st.lists(ANY | st.sampled_from(["wake", "speak", "hush", "leave"]) | st.floats(0, 3), min_size=50, max_size=200)


async def act(room: Room, steps: list[Step], name: str) -> list[Step]:
    """Does one step after the other as a controller, until its connection ends; returns the steps that are left."""
    async with controller(room.port, name) as peer:
        for number, step in enumerate(steps):
            if step == "leave" or peer.closed:
                return steps[number + 1 :]
            if isinstance(step, Event):
                try:
                    await peer.send(step)
                except WireError:
                    return steps[number + 1 :]
            elif isinstance(step, float):
                await asyncio.sleep(step)
            elif step == "wake":
                room.say_wake_word()
            else:
                room.microphone.speaking = step == "speak"
        await asyncio.sleep(0.1)
        return []


@given(STEPS, st.sampled_from(["", "hub"]))
@settings(max_examples=15)
def test_no_events_in_any_order_end_a_satellite_or_leave_it_deaf(steps: list[Step], name: str) -> None:
    async def scenario(room: Room) -> None:
        left = steps
        while left:
            left = await act(room, left, name)
        room.microphone.speaking = False
        await asyncio.sleep(REFRACTORY_S + 1.0)
        async with controller(room.port, "fresh") as hub:
            await whole_turn(room, hub)

    satellite_test(scenario)
