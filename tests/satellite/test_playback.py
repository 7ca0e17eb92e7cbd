"""Laws of the jitter buffer and the player, the latter on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hypothesis import given
from hypothesis import strategies as st

from config.satellite import Playback as Settings
from satellite.engines.files import NoSpeaker, PacedStream
from satellite.playback import PIECE_S, JitterBuffer, Playback
from satellite.speaker import Speaker, SpeakerError
from tests.virtual_time import run
from wire.pcm import PcmFormat

SOUND = PcmFormat(16_000)
START_S, JITTER_S = 0.5, 0.08


def piece(seconds: float, value: int = 1) -> bytes:
    return bytes([value, 0]) * (SOUND.bytes(seconds) // 2)


def buffer() -> JitterBuffer:
    return JitterBuffer(SOUND, START_S, JITTER_S)


@given(st.lists(st.integers(1, 4000)))
def test_what_goes_in_comes_out_in_order_and_nothing_else(sizes: list[int]) -> None:
    made = buffer()
    pushed = b""
    for number, size in enumerate(sizes):
        part = bytes([number % 250 + 1, 0]) * size
        pushed += part
        made.push(part, 0.0)
    made.complete = True
    played = b""
    while out := made.pull():
        assert len(out) <= SOUND.bytes(PIECE_S)
        played += out
    assert played == pushed
    assert made.over


def test_two_pieces_faster_than_real_time_start_it() -> None:
    made = buffer()
    made.push(piece(0.1), 0.0)
    assert not made.flowing
    made.push(piece(0.1), 0.05)
    assert made.flowing


def test_pieces_slower_than_real_time_start_it_with_half_a_second_in_hand() -> None:
    made = buffer()
    for number in range(4):
        made.push(piece(0.1), number * 0.2)
        assert not made.flowing
    made.push(piece(0.1), 0.8)
    assert made.flowing


def test_a_complete_reply_starts_at_once() -> None:
    made = buffer()
    made.push(piece(0.02), 0.0)
    made.complete = True
    assert made.flowing


def test_an_underrun_is_silence_counted_once_and_holds_more_back() -> None:
    made = buffer()
    made.push(piece(0.1), 0.0)
    made.push(piece(0.1), 0.0)
    while made.held_s:
        assert made.pull().strip(b"\0")
    for _ in range(5):
        assert made.pull() == SOUND.silence(PIECE_S)
    assert made.underruns == 1
    made.push(piece(JITTER_S), 1.0)
    assert not made.flowing
    made.push(piece(JITTER_S / 2), 1.0)
    assert made.flowing


class Player:
    """A playback on a speaker that keeps its pace; notes what it tells."""

    def __init__(self, longest_s: float = 60.0, speaker: Speaker | None = None) -> None:
        self.heard: list[float] = []
        self.drained: list[float] = []
        settings = Settings(start_ms=500, jitter_ms=80, longest_s=longest_s)
        self.playback = Playback(settings, speaker or NoSpeaker(), self.heard.append, self.drained.append)

    async def __aenter__(self) -> Playback:
        self._task = asyncio.create_task(self.playback.run())
        await asyncio.sleep(0)
        return self.playback

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])


def test_replies_play_in_a_row_and_drain_once() -> None:
    async def scenario() -> Player:
        player = Player()
        async with player as playback:
            for name in ("one", "two"):
                playback.begin(SOUND, name)
                await playback.push(piece(1.0))
                playback.finish()
            await asyncio.sleep(3)
        return player

    player = run(scenario())
    assert [round(at, 3) for at in player.heard] == [0.0, 1.0]
    assert [round(at, 3) for at in player.drained] == [2.0]


def test_a_flush_is_heard_within_a_piece_and_drains_nothing() -> None:
    async def scenario() -> Player:
        player = Player()
        async with player as playback:
            playback.begin(SOUND, "reply")
            await playback.push(piece(5.0))
            await asyncio.sleep(1.0)
            before = playback.played_s
            playback.flush()
            await asyncio.sleep(1.0)
            assert before - 1.0 <= 0.04 + PIECE_S
            assert playback.played_s == before
            assert playback.held_s == 0
            playback.begin(SOUND, "next")
            await playback.push(piece(0.1))
            playback.finish()
            await asyncio.sleep(1.0)
        return player

    player = run(scenario())
    assert len(player.heard) == 2
    assert len(player.drained) == 1


def test_a_controller_that_sends_too_much_waits() -> None:
    async def scenario() -> tuple[float, float]:
        player = Player(longest_s=2.0)
        async with player as playback:
            playback.begin(SOUND, "reply")
            most = 0.0
            for _ in range(100):
                await playback.push(piece(0.1))
                most = max(most, playback.held_s)
            return most, asyncio.get_running_loop().time()

    most, took = run(scenario())
    assert most <= 2.1 + 1e-6
    assert took >= 7.5


def test_a_speaker_that_fails_costs_the_reply_and_nothing_else() -> None:
    class Broken(NoSpeaker):
        works = False

        @asynccontextmanager
        async def stream(self, sound: PcmFormat, name: str) -> AsyncIterator[PacedStream]:
            if not self.works:
                raise SpeakerError("the disk is full; free some of it")
            async with super().stream(sound, name) as stream:
                yield stream

    async def scenario() -> Player:
        speaker = Broken()
        player = Player(speaker=speaker)
        async with player as playback:
            for works in (False, True):
                speaker.works = works
                playback.begin(SOUND, "reply")
                await playback.push(piece(1.0))
                playback.finish()
                await asyncio.sleep(2)
        return player

    player = run(scenario())
    assert len(player.heard) == 1
    assert len(player.drained) == 2
