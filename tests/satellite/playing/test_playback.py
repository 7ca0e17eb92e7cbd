"""Laws of the playback: on virtual time, behind a mixer, on a speaker that knows what was heard."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satellite.playing.chimes import Sound
from satellite.playing.mixer import Mixer
from satellite.playing.mixing import PIECE_S
from satellite.playing.playback import MIB, MOST_REPLIES, Playback
from tests.satellite.playing.speakers import DEVICE_S, HeardSpeaker, playing, with_settings
from tests.virtual_time import run
from wire.pcm import PcmFormat

RATE = 16_000
SOUND = PcmFormat(RATE)
SAME_S = pytest.approx


def piece(seconds: float, value: int = 1) -> bytes:
    return bytes([value, 0]) * (SOUND.bytes(seconds) // 2)


@dataclass
class Player:
    """A playback and what it tells."""

    hold_mib: int = 32
    rate: int = RATE
    speaker: HeardSpeaker = field(default_factory=HeardSpeaker)
    heard: list[float] = field(default_factory=list)
    drained: list[float] = field(default_factory=list)
    mixer: Mixer = field(init=False)
    playback: Playback = field(init=False)

    def __post_init__(self) -> None:
        made = with_settings(playback__rate=self.rate, playback__hold_mib=self.hold_mib)
        self.mixer = Mixer(self.speaker, made, lambda pcm, at: None)
        self.playback = Playback(made.playback, self.mixer, self.heard.append, self.drained.append)

    def say(self, seconds: float, name: str = "reply", value: int = 1) -> None:
        """A whole reply at once."""
        self.playback.begin(SOUND, name)
        self.playback.push(piece(seconds, value))
        self.playback.finish()


def playback_test(scenario: Callable[[Player], Awaitable[None]], player: Player | None = None) -> None:
    async def test() -> None:
        made = player or Player()
        async with playing(made.mixer):
            await scenario(made)

    run(test())


def now() -> float:
    return asyncio.get_running_loop().time()


def test_replies_play_in_a_row_and_drain_once() -> None:
    async def scenario(player: Player) -> None:
        player.say(1.0, "one", 1)
        player.say(1.0, "two", 2)
        await asyncio.sleep(3)
        assert player.heard == [SAME_S(0.0), SAME_S(1.0)]
        assert player.drained == [SAME_S(2.0)]
        assert player.speaker.heard == piece(1.0, 1) + piece(1.0, 2)
        assert player.playback.played_s == SAME_S(2.0)

    playback_test(scenario)


def test_a_reply_has_drained_when_its_last_sample_was_heard_and_not_before() -> None:
    async def scenario(player: Player) -> None:
        player.say(1.0)
        await asyncio.sleep(0.999)
        assert player.drained == []
        assert player.playback.held_s == 0
        await asyncio.sleep(0.002)
        assert player.drained == [SAME_S(1.0)]

    playback_test(scenario)


def test_a_reply_drains_while_a_ring_goes_on() -> None:
    async def scenario(player: Player) -> None:
        player.mixer.ring(True)
        player.say(1.0)
        await asyncio.sleep(1.0)
        assert player.drained == []
        await asyncio.sleep(2 * PIECE_S)
        assert player.drained == [SAME_S(1.0, abs=2 * PIECE_S)]
        await asyncio.sleep(1.0)
        assert player.speaker.open == 1
        assert len(player.drained) == 1

    playback_test(scenario)


def test_an_empty_reply_drains_and_opens_no_speaker() -> None:
    async def scenario(player: Player) -> None:
        for _ in range(3):
            player.playback.begin(SOUND, "empty")
            player.playback.finish()
            await asyncio.sleep(0.1)
        assert len(player.drained) == 3
        assert player.heard == []
        assert player.speaker.tried == 0

    playback_test(scenario)


def test_a_chime_that_ends_before_the_reply_begins_drains_nothing() -> None:
    async def scenario(player: Player) -> None:
        player.playback.begin(SOUND, "reply")
        player.mixer.play(Sound.ERROR)
        await asyncio.sleep(2)
        assert player.drained == []
        player.playback.push(piece(0.1))
        player.playback.finish()
        await asyncio.sleep(1)
        assert len(player.drained) == 1

    playback_test(scenario)


def test_a_reply_that_was_never_finished_is_so_when_the_next_begins() -> None:
    async def scenario(player: Player) -> None:
        player.playback.begin(SOUND, "one")
        player.playback.push(piece(0.01))
        player.say(1.0, "two")
        await asyncio.sleep(2)
        assert player.drained == [SAME_S(1.01)]

    playback_test(scenario)


def test_a_flush_is_heard_within_a_tenth_of_a_second_and_drains_nothing() -> None:
    async def scenario(player: Player) -> None:
        player.say(5.0)
        await asyncio.sleep(1.005)
        played = player.playback.played_s
        player.playback.flush()
        player.playback.push(piece(1.0))
        player.playback.finish()
        await asyncio.sleep(1.0)
        assert 1.0 <= player.speaker.last_at <= 1.005 + DEVICE_S + PIECE_S
        assert player.playback.played_s == played == SAME_S(1.005, abs=DEVICE_S + PIECE_S)
        assert player.playback.held_s == 0
        assert player.drained == []
        player.say(0.1)
        await asyncio.sleep(1.0)
        assert len(player.heard) == 2
        assert len(player.drained) == 1

    playback_test(scenario)


def test_a_flush_beside_a_ring_is_as_quick() -> None:
    async def scenario(player: Player) -> None:
        player.playback.begin(SOUND, "reply")
        player.playback.push(piece(5.0, 100))
        player.mixer.ring(True)
        await asyncio.sleep(1.005)
        player.playback.flush()
        await asyncio.sleep(0.5)  # the ring pauses until 1.64 s
        assert 1.0 <= player.speaker.last_at <= 1.1
        assert player.speaker.open == 1
        assert player.drained == []

    playback_test(scenario)


def test_what_is_played_is_counted_without_what_the_resampler_still_holds() -> None:
    async def scenario(player: Player) -> None:
        player.say(5.0)
        await asyncio.sleep(1.0)
        assert player.playback.played_s == SAME_S(1.0, abs=DEVICE_S + PIECE_S)
        await asyncio.sleep(5.0)
        assert player.playback.played_s == SAME_S(5.0, abs=0.001)

    playback_test(scenario, Player(rate=48_000))


@pytest.mark.parametrize(
    "sound", [PcmFormat(22_050), PcmFormat(48_000, 4, 2), PcmFormat(8_000, 1, 1), PcmFormat(44_100, 3, 6)], ids=str
)
@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_sound_of_any_format_is_heard_at_the_mixers(sound: PcmFormat, rate: int) -> None:
    async def scenario(player: Player) -> None:
        player.playback.begin(sound, "reply")
        for _ in range(40):
            player.playback.push(sound.silence(0.05))
        player.playback.finish()
        await asyncio.sleep(5)
        assert player.speaker.heard_s == SAME_S(2.0, abs=0.001)
        assert player.drained == [SAME_S(2.0, abs=0.001)]
        assert not player.speaker.heard.strip(b"\0")

    playback_test(scenario, Player(rate=rate))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 4000), max_size=20), st.sampled_from([16_000, 24_000]))
def test_how_a_reply_is_cut_changes_nothing_that_is_heard(sizes: list[int], rate: int) -> None:
    samples = np.arange(sum(sizes), dtype="<i2")

    def heard(parts: list[bytes]) -> bytes:
        async def scenario(player: Player) -> None:
            player.playback.begin(SOUND, "reply")
            for part in parts:
                player.playback.push(part)
            player.playback.finish()
            await asyncio.sleep(10)

        player = Player(rate=rate)
        playback_test(scenario, player)
        return player.speaker.heard

    cuts = np.split(samples, np.cumsum(sizes))
    assert heard([part.tobytes() for part in cuts]) == heard([samples.tobytes()])


def test_a_gap_of_many_seconds_is_silence_and_the_reply_goes_on() -> None:
    async def scenario(player: Player) -> None:
        player.playback.begin(SOUND, "reply")
        player.playback.push(piece(1.0))
        await asyncio.sleep(15)
        assert player.playback.underruns == 1
        player.playback.push(piece(1.0, 2))
        player.playback.finish()
        await asyncio.sleep(3)
        assert len(player.drained) == 1
        assert player.drained[0] == SAME_S(16.0, abs=0.1)
        assert player.speaker.heard.replace(b"\0\0", b"") == piece(1.0) + piece(1.0, 2)
        assert player.playback.underruns == 1

    playback_test(scenario)


def test_a_reply_of_ten_minutes_that_comes_at_once_is_heard_to_its_end() -> None:
    sound = PcmFormat(22_050)

    async def scenario(player: Player) -> None:
        player.playback.begin(sound, "announcement")
        for _ in range(6_000):
            player.playback.push(sound.silence(0.1))
        player.playback.finish()
        await asyncio.sleep(700)
        assert player.drained == [SAME_S(600.0, abs=0.01)]
        assert player.playback.dropped_s == 0
        assert player.playback.underruns == 0

    playback_test(scenario, Player(rate=22_050))


def test_sound_beyond_the_bound_is_dropped_counted_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(player: Player) -> None:
        player.playback.begin(SOUND, "reply")
        for number in range(1000):
            player.playback.push(piece(0.1))
            assert player.playback.held_s <= SOUND.seconds(MIB)
            await asyncio.sleep(0.01 if number < 500 else 0)
        player.playback.finish()
        held = player.playback.held_s
        assert player.playback.dropped_s + held == SAME_S(100 - player.playback.played_s, abs=0.1)
        await asyncio.sleep(60)
        assert player.playback.played_s == SAME_S(100 - player.playback.dropped_s, abs=0.01)
        assert len(player.drained) == 1
        player.say(1.0)
        assert player.playback.dropped_s == 0

    playback_test(scenario, Player(hold_mib=1))
    assert len(caplog.records) == 1


def test_replies_without_end_are_bounded_too() -> None:
    async def scenario(player: Player) -> None:
        player.say(10.0, value=9)
        await asyncio.sleep(0.1)
        for number in range(10_000):
            player.say(0.001, value=number % 8 + 1)
        await asyncio.sleep(20)
        assert len(player.heard) == MOST_REPLIES
        assert len(player.drained) == 1

    playback_test(scenario)


def test_a_speaker_that_fails_costs_the_reply_and_nothing_else() -> None:
    async def scenario(player: Player) -> None:
        player.speaker.broken = True
        player.say(1.0, "lost")
        await asyncio.sleep(2)
        assert len(player.drained) == 1
        player.speaker.broken = False
        player.say(1.0)
        await asyncio.sleep(2)
        assert len(player.heard) == 1
        assert len(player.drained) == 2

    playback_test(scenario)


def test_a_speaker_that_breaks_costs_the_reply_at_hand_and_the_next_is_tried() -> None:
    async def scenario(player: Player) -> None:
        player.speaker.breaks_after_s = 1.0
        player.playback.begin(SOUND, "breaks")
        player.playback.push(piece(5.0))
        player.say(1.0, "next", 2)
        await asyncio.sleep(1.2)
        assert player.drained == []
        player.speaker.breaks_after_s = None
        await asyncio.sleep(5)
        assert player.speaker.names == ["breaks", "next"]
        assert len(player.drained) == 1

    playback_test(scenario)


def test_sound_of_a_reply_that_was_lost_is_no_part_of_another() -> None:
    async def scenario(player: Player) -> None:
        player.speaker.broken = True
        player.playback.begin(SOUND, "lost")
        player.playback.push(piece(1.0))
        await asyncio.sleep(1)
        player.speaker.broken = False
        player.playback.push(piece(1.0))
        player.playback.finish()
        await asyncio.sleep(10)
        assert player.speaker.heard == b""
        assert len(player.drained) == 1

    playback_test(scenario)


def test_ducking_makes_a_reply_quieter_in_no_time_and_back() -> None:
    async def scenario(player: Player) -> None:
        player.playback.begin(SOUND, "reply")
        player.playback.push(b"\0\x10" * (SOUND.bytes(4.0) // 2))
        await asyncio.sleep(1)
        player.mixer.duck(True)
        await asyncio.sleep(1)
        player.mixer.duck(False)
        await asyncio.sleep(1)
        samples = np.frombuffer(player.speaker.heard, "<i2")
        quiet = np.flatnonzero(samples < 0x1000)
        assert 1.0 <= quiet[0] / RATE <= 1.0 + DEVICE_S + PIECE_S
        assert 2.0 <= quiet[-1] / RATE <= 2.0 + DEVICE_S + 2 * PIECE_S
        assert samples.min() == round(0x1000 * 10 ** (-15 / 20))

    playback_test(scenario)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["begin", "push", "finish", "flush", "wait", "duck", "ring", "chime", "break", "silence"]),
            st.integers(0, 2000),
        ),
        max_size=60,
    )
)
def test_whatever_comes_in_whatever_order_the_end_is_told_and_nothing_stays(steps: list[tuple[str, int]]) -> None:
    async def scenario(player: Player) -> None:
        playback, mixer = player.playback, player.mixer
        for step, number in steps:
            if step == "break":
                player.speaker.broken = number % 2 == 0
            elif step == "wait":
                await asyncio.sleep(number / 1000)
            else:
                acts: dict[str, Callable[[], None]] = {
                    "begin": lambda: playback.begin(SOUND, "reply"),
                    "push": lambda size=number: playback.push(b"\1\0" * size),  # type: ignore[misc]
                    "finish": playback.finish,
                    "flush": playback.flush,
                    "duck": lambda on=number % 2 == 0: mixer.duck(on),  # type: ignore[misc]
                    "ring": lambda on=number % 2 == 0: mixer.ring(on),  # type: ignore[misc]
                    "chime": lambda: mixer.play(Sound.MUTED),
                    "silence": mixer.silence,
                }
                acts[step]()
        player.speaker.broken = False
        mixer.ring(False)
        player.drained.clear()
        player.say(0.1)
        await asyncio.sleep(30)
        assert len(player.drained) == 1
        assert playback.held_s == 0
        assert player.speaker.open == 0

    playback_test(scenario)


def test_two_thousand_replies_leave_nothing_behind() -> None:
    async def scenario(player: Player) -> None:
        async def replies(count: int) -> int:
            drained = 0
            for number in range(count):
                player.say(0.1)
                await asyncio.sleep(0.05 if number % 4 == 0 else 0.3)
                if number % 4 == 0:
                    player.playback.flush()
                drained += len(player.drained)
                for told in (player.speaker.pieces, player.speaker.names, player.heard, player.drained):
                    told.clear()
            return drained

        await replies(50)
        gc.collect()
        tasks, blocks = len(asyncio.all_tasks()), sys.getallocatedblocks()
        assert await replies(2000) == 1500
        gc.collect()
        assert len(asyncio.all_tasks()) == tasks
        assert sys.getallocatedblocks() - blocks < 1000  # less than one of Python's objects for two replies

    playback_test(scenario, Player(rate=24_000))
