"""Laws of the mixer: when the speaker is open, how soon it falls silent, and what a broken one costs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from satellite.playing.chimes import PAUSE_S, Sound
from satellite.playing.mixer import LONGEST_WAIT_S, Mixer
from satellite.playing.mixing import PIECE_S
from tests.satellite.playing.speakers import DEVICE_S, HeardSpeaker, playing, with_settings
from tests.virtual_time import run

RATE = 16_000
SILENT_WITHIN_S = 0.1


@dataclass
class Scripted:
    """A voice of one value for so many seconds; notes what it is told."""

    seconds: float = 0.0
    name: str = "reply"
    given: int = 0
    drained_at: list[float] = field(default_factory=list)
    lost_at: list[float] = field(default_factory=list)
    cleared: int = 0

    def say(self, seconds: float) -> None:
        self.seconds, self.given = seconds, 0

    def pull(self, size: int) -> bytes:
        pcm = b"\0\1" * (round(self.seconds * RATE) - self.given // 2)
        self.given += len(pcm[:size])
        return pcm[:size]

    def handed(self, at: float) -> None:
        pass

    def drained(self, at: float) -> None:
        self.drained_at.append(at)

    def lost(self, at: float) -> None:
        self.say(0)
        self.lost_at.append(at)

    def clear(self) -> None:
        self.say(0)
        self.cleared += 1


@dataclass
class Room:
    """A mixer on a scripted speaker."""

    speaker: HeardSpeaker = field(default_factory=HeardSpeaker)
    voice: Scripted = field(default_factory=Scripted)
    referred: list[tuple[float, bytes]] = field(default_factory=list)
    mixer: Mixer = field(init=False)

    def __post_init__(self) -> None:
        settings = with_settings(playback__rate=RATE, sounds__done=True)
        self.mixer = Mixer(self.speaker, settings, lambda pcm, at: self.referred.append((at, pcm)))
        self.mixer.attach(self.voice)

    def say(self, seconds: float) -> None:
        self.voice.say(seconds)
        self.mixer.wake()


def mixer_test(scenario: Callable[[Room], Awaitable[None]]) -> None:
    async def test() -> None:
        room = Room()
        async with playing(room.mixer):
            await scenario(room)

    run(test())


def now() -> float:
    return asyncio.get_running_loop().time()


def test_the_speaker_is_open_only_while_something_sounds() -> None:
    async def scenario(room: Room) -> None:
        await asyncio.sleep(10)
        assert room.speaker.tried == 0
        for number in range(1, 4):
            room.mixer.play(Sound.AWAKE)
            await asyncio.sleep(0.1)
            assert room.speaker.open == 1
            await asyncio.sleep(0.2)
            assert room.speaker.open == 0
            assert room.speaker.names == ["awake"] * number

    mixer_test(scenario)


def test_no_more_than_a_piece_is_handed_over_at_a_time_and_all_of_it_is_told() -> None:
    async def scenario(room: Room) -> None:
        room.say(1.01)
        room.mixer.play(Sound.ERROR)
        await asyncio.sleep(2)
        assert room.speaker.heard_s == pytest.approx(1.01)
        assert max(len(pcm) for _, pcm in room.speaker.pieces) == room.mixer.format.bytes(PIECE_S)
        assert room.referred == room.speaker.pieces
        assert room.voice.drained_at[-1] == pytest.approx(1.01)

    mixer_test(scenario)


@pytest.mark.parametrize("what", ["reply", "ring", "sentence", "all"])
def test_silence_is_heard_within_a_tenth_of_a_second(what: str) -> None:
    async def scenario(room: Room) -> None:
        if what in ("reply", "all"):
            room.say(10)
        if what in ("ring", "all"):
            room.mixer.ring(True)
        if what in ("sentence", "all"):
            room.mixer.play(Sound.NO_CONTROLLER)
        await asyncio.sleep(0.605)
        asked = now()
        room.mixer.silence()
        await asyncio.sleep(5)
        assert asked - SILENT_WITHIN_S <= room.speaker.last_at <= asked + SILENT_WITHIN_S
        assert room.speaker.open == 0
        assert room.voice.cleared == 1

    mixer_test(scenario)


def test_a_chime_right_after_silence_is_heard_at_once() -> None:
    async def scenario(room: Room) -> None:
        room.say(10)
        await asyncio.sleep(1)
        room.mixer.silence()
        room.mixer.play(Sound.AWAKE)
        await asyncio.sleep(0.001)
        assert room.speaker.names == ["reply", "awake"]
        await asyncio.sleep(1)
        assert room.speaker.last_at == pytest.approx(1.15, abs=0.02)

    mixer_test(scenario)


def test_a_voice_that_is_cut_while_a_ring_sounds_is_silent_as_soon() -> None:
    async def scenario(room: Room) -> None:
        room.say(10)
        room.mixer.ring(True)
        await asyncio.sleep(1.005)
        room.mixer.cut_voices()
        room.voice.clear()
        await asyncio.sleep(1)
        assert room.speaker.open == 1
        pause = [pcm for at, pcm in room.speaker.pieces if 1.005 + DEVICE_S + 2 * PIECE_S <= at < 1.6]
        assert len(pause) > 20
        assert not b"".join(pause).strip(b"\0")

    mixer_test(scenario)


def test_a_ring_lasts_until_it_is_off_and_being_told_twice_changes_nothing() -> None:
    async def scenario(room: Room) -> None:
        for _ in range(20):
            room.mixer.ring(True)
            await asyncio.sleep(1)
        rung = room.speaker.heard
        period = room.mixer.format.bytes(0.18 * 3 + 0.3 + PAUSE_S[Sound.TIMER])
        assert rung[:period] == rung[period : 2 * period] == rung[7 * period : 8 * period]
        assert rung[:period].strip(b"\0")
        room.mixer.ring(False)
        await asyncio.sleep(1)
        assert room.speaker.last_at <= 20 + SILENT_WITHIN_S
        assert room.speaker.names == ["timer"]

    mixer_test(scenario)


def test_a_ring_that_was_never_on_can_be_off_without_harm() -> None:
    async def scenario(room: Room) -> None:
        room.say(0.5)
        for _ in range(100):
            room.mixer.ring(False)
            await asyncio.sleep(0.01)
        assert room.speaker.heard_s == pytest.approx(0.5)
        assert room.voice.drained_at[-1] == pytest.approx(0.5)

    mixer_test(scenario)


def test_a_reply_whose_end_is_dropped_with_a_ring_has_drained_all_the_same() -> None:
    async def scenario(room: Room) -> None:
        room.say(0.5)
        room.mixer.ring(True)
        await asyncio.sleep(0.48)
        room.mixer.ring(False)
        await asyncio.sleep(1)
        assert room.voice.drained_at

    mixer_test(scenario)


def test_the_volume_is_heard_within_a_piece_and_stays() -> None:
    async def scenario(room: Room) -> None:
        room.say(1)
        await asyncio.sleep(0.5)
        room.mixer.volume = 0.0
        await asyncio.sleep(2)
        assert room.speaker.last_at <= 0.5 + SILENT_WITHIN_S
        room.say(1)
        await asyncio.sleep(2)
        assert room.speaker.last_at <= 0.5 + SILENT_WITHIN_S
        room.mixer.volume = 7.0
        assert room.mixer.volume == 1.0
        room.say(1)
        await asyncio.sleep(2)
        assert room.speaker.pieces[-1][1] == b"\0\1" * (len(room.speaker.pieces[-1][1]) // 2)

    mixer_test(scenario)


def test_a_speaker_that_fails_costs_what_sounded_is_logged_once_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario(room: Room) -> None:
        room.speaker.broken = True
        for _ in range(10):
            room.say(1)
            room.mixer.play(Sound.ERROR)
            await asyncio.sleep(10)
        assert len(room.voice.lost_at) == 10
        assert room.mixer.failures == 10
        assert room.voice.lost_at[-1] <= 90 + LONGEST_WAIT_S
        assert len(caplog.records) == 1
        room.speaker.broken = False
        room.say(1)
        await asyncio.sleep(10)
        assert room.speaker.heard_s == pytest.approx(1)
        assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.INFO]

    with caplog.at_level(logging.INFO):
        mixer_test(scenario)


def test_a_ring_goes_on_as_soon_as_the_speaker_is_back_and_does_not_hammer_it() -> None:
    async def scenario(room: Room) -> None:
        room.speaker.broken = True
        room.mixer.ring(True)
        await asyncio.sleep(60)
        assert 10 <= room.speaker.tried <= 20
        room.speaker.broken = False
        await asyncio.sleep(LONGEST_WAIT_S)
        assert room.speaker.names == ["timer"]
        assert room.speaker.heard_s > 0

    mixer_test(scenario)


def test_a_speaker_that_breaks_while_it_plays_ends_the_reply() -> None:
    async def scenario(room: Room) -> None:
        room.speaker.breaks_after_s = 0.5
        room.say(5)
        await asyncio.sleep(1)
        assert room.voice.lost_at == [pytest.approx(0.46)]
        room.speaker.breaks_after_s = None
        room.mixer.play(Sound.DONE)
        await asyncio.sleep(1)
        assert room.speaker.names == ["reply", "done"]

    mixer_test(scenario)
