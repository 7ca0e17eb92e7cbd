"""Echo cancellation: what the canceller gets, on virtual time with one that only subtracts; and the real one."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import wave
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.engines.livekit import LiveKitBlocks
from satellite.sound.echo import AHEAD_S, RING_OUT_S, AlignedCanceller, CleanMicrophone, EchoError
from satellite.sound.microphone import FRAME_S, Frame
from tests import virtual_time
from wire.pcm import SPEECH, Framer, level_dbfs

PROJECT = Path(__file__).parents[3]
ECHO = PROJECT.parent / "shared" / "audio" / "echo"
FRAME = SPEECH.bytes(FRAME_S)
needs_livekit = pytest.mark.skipif(find_spec("livekit") is None, reason="needs the extra aec: pip install hark[aec]")
needs_recordings = pytest.mark.skipif(not ECHO.exists(), reason="needs the recordings in ../shared/audio")

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass
class Subtraction:
    """Takes the reference for the echo; notes what it was given."""

    broken: bool = False
    given: list[tuple[bytes, bytes]] = field(default_factory=list)

    def cancel(self, microphone: bytes, reference: bytes) -> bytes:
        """See satellite.sound.echo.BlockCanceller."""
        if self.broken:
            raise EchoError("the filter broke; mend it")
        self.given.append((microphone, reference))
        return bytes((np.frombuffer(microphone, "<i2") - np.frombuffer(reference, "<i2")).astype("<i2"))


@dataclass
class Room:
    """A microphone that hears sound, `delay_s` later than told, over a hum of 5; frames come when they are full."""

    sound: Floats
    delay_s: float = 0.0
    hum: int = 5
    closed: bool = False

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """See satellite.sound.microphone.Microphone."""
        try:
            heard = np.concatenate([np.zeros(round(self.delay_s * SPEECH.rate)), self.sound]) + self.hum
            for pcm in Framer(FRAME).push(heard.astype("<i2").tobytes()):
                await asyncio.sleep(FRAME_S)
                yield Frame(pcm, asyncio.get_running_loop().time(), ends_speech=True)
        finally:
            self.closed = True


def speech(seconds: float, seed: int = 0) -> Floats:
    """Noise in syllables: five bursts a second."""
    count = round(seconds * SPEECH.rate)
    rises = np.abs(np.sin(2 * np.pi * 2.5 * np.arange(count) / SPEECH.rate))
    return np.random.default_rng(seed).normal(0, 2000, count) * rises


async def hear(canceller: AlignedCanceller, room: Room, played: Floats, at: float, rate: int = 16_000) -> list[Frame]:
    """Plays through a speaker that takes 40 ms ahead while the room is heard."""

    async def play() -> None:
        for number, piece in enumerate(Framer(rate // 50 * 2).push(played.astype("<i2").tobytes())):
            heard = at + number * FRAME_S
            await asyncio.sleep(max(0.0, heard - 0.02 - asyncio.get_running_loop().time()))
            canceller.played(piece, rate, heard)

    playing = asyncio.create_task(play())
    frames = [frame async for frame in CleanMicrophone(room, canceller).frames()]
    await playing
    return frames


def test_what_is_played_is_gone_and_what_is_not_stays() -> None:
    played = speech(1.0).round()
    room = Room(np.concatenate([np.zeros(16_000), played, np.zeros(16_000)]))
    canceller = AlignedCanceller(Subtraction(), delay_s=AHEAD_S)  # takes back what the reference is ahead
    frames = virtual_time.run(hear(canceller, room, played, at=1.0))
    assert b"".join(frame.pcm for frame in frames) == np.full(48_000, 5, "<i2").tobytes()


@given(st.integers(0, 300))
def test_a_delay_that_is_set_is_taken_off(delay_ms: int) -> None:
    played = speech(0.4).round()
    room = Room(np.concatenate([np.zeros(16_000), played, np.zeros(16_000)]), delay_s=delay_ms / 1000)
    canceller = AlignedCanceller(Subtraction(), delay_s=AHEAD_S + delay_ms / 1000)
    frames = virtual_time.run(hear(canceller, room, played, at=1.0))
    assert set(np.frombuffer(b"".join(frame.pcm for frame in frames), "<i2").tolist()) == {5}


def test_all_that_was_played_is_known_when_the_microphone_hears_it() -> None:
    """The reference is as far ahead as a speaker tells: not one sample is missing."""
    played, blocks = speech(1.0).round(), Subtraction()
    virtual_time.run(hear(AlignedCanceller(blocks), Room(np.zeros(48_000)), played, at=1.0))
    reference = np.concatenate([np.frombuffer(given, "<i2") for _, given in blocks.given])
    assert np.trim_zeros(reference).tolist() == np.trim_zeros(played.astype(np.int16)).tolist()


def test_a_frame_keeps_its_time_its_label_and_its_length() -> None:
    played = speech(0.5)
    frames = virtual_time.run(hear(AlignedCanceller(Subtraction()), Room(np.zeros(16_000)), played, at=0.2))
    assert [round(frame.at / FRAME_S) for frame in frames] == list(range(1, 51))
    assert all(frame.ends_speech and len(frame.pcm) == FRAME for frame in frames)


def test_while_nothing_plays_the_filter_rests() -> None:
    blocks = Subtraction()
    frames = virtual_time.run(hear(AlignedCanceller(blocks), Room(np.zeros(160_000)), speech(1.0), at=2.0))
    worked_s = len(blocks.given) * 0.01
    assert 1.0 + RING_OUT_S <= worked_s <= 1.0 + RING_OUT_S + 2.1  # from the first sound that is known of
    assert blocks.given[0][0]
    assert len(frames) == 500


def test_nothing_played_nothing_done() -> None:
    blocks = Subtraction()
    virtual_time.run(hear(AlignedCanceller(blocks), Room(np.zeros(32_000)), np.zeros(0), at=0.0))
    virtual_time.run(hear(AlignedCanceller(blocks), Room(np.zeros(32_000)), np.zeros(16_000), at=0.5))
    assert blocks.given == []


def test_a_broken_filter_costs_the_cleaning_alone_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    room = Room(speech(1.0))
    with caplog.at_level(logging.ERROR):
        frames = virtual_time.run(hear(AlignedCanceller(Subtraction(broken=True)), room, speech(0.5), at=0.1))
    assert b"".join(frame.pcm for frame in frames) == (room.sound + 5).astype("<i2").tobytes()
    assert [record.message for record in caplog.records] == ["the filter broke; mend it"]


def test_closing_it_closes_the_microphone() -> None:
    room = Room(np.zeros(16_000))

    async def one_frame() -> None:
        frames = CleanMicrophone(room, AlignedCanceller(Subtraction())).frames()
        await anext(frames)
        await frames.aclose()

    virtual_time.run(one_frame())
    assert room.closed


# The real one


def echo_of(played: Floats) -> Floats:
    """In a room: the direct sound after 15 ms, then a tail of 150 ms."""
    tail = np.random.default_rng(7).normal(0, 1, 2400) * np.exp(-np.arange(2400) / 500) * 0.05
    tail[240] = 0.5
    return np.convolve(played, tail)[: played.size]


def erle_db(room: Floats, frames: list[Frame], begin_s: float, end_s: float) -> float:
    """Echo return loss enhancement: by how much the microphone is louder than what is left of it."""
    cleaned = b"".join(frame.pcm for frame in frames)
    begin, end = SPEECH.bytes(begin_s), SPEECH.bytes(end_s)
    return level_dbfs(room.astype("<i2").tobytes()[begin:end]) - level_dbfs(cleaned[begin:end])


@needs_livekit
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_livekit_takes_the_echo_out_and_still_does_after_a_pause(rate: int) -> None:
    sound = np.concatenate([speech(4.0), np.zeros(4 * SPEECH.rate), speech(2.0, seed=3)])
    at_rate = np.interp(np.arange(10 * rate) * SPEECH.rate / rate, np.arange(sound.size), sound)
    heard = echo_of(sound)
    frames = virtual_time.run(hear(AlignedCanceller(LiveKitBlocks()), Room(heard), at_rate, 0.0, rate))
    assert erle_db(heard, frames, 2.5, 4.0) > 20
    assert erle_db(heard, frames, 8.1, 10.0) > 20


@needs_livekit
def test_livekit_keeps_the_voice_of_a_person() -> None:
    person = speech(6.0, seed=5)
    frames = virtual_time.run(hear(AlignedCanceller(LiveKitBlocks()), Room(person), np.zeros(0), at=0.0))
    assert erle_db(person, frames, 1.0, 6.0) == pytest.approx(0, abs=0.1)


@needs_livekit
@needs_recordings
@pytest.mark.parametrize(
    ("kind", "begin_s", "end_s", "least_db", "most_db"),
    [("farend_singletalk", 2.5, 10.0, 15, 60), ("doubletalk", 0.5, 3.5, 8, 60), ("doubletalk", 4.0, 10.0, -1, 3)],
    ids=["the far end alone", "before the near end speaks", "the near end speaks over it"],
)
def test_livekit_takes_the_echo_out_of_a_recording_and_leaves_the_person_in(
    kind: str, begin_s: float, end_s: float, least_db: float, most_db: float
) -> None:
    played, heard = (recording(next(ECHO.glob(f"*_{kind}_{part}.wav"))) for part in ("lpb", "mic"))
    frames = virtual_time.run(hear(AlignedCanceller(LiveKitBlocks()), Room(heard, hum=0), played, at=0.0))
    assert least_db < erle_db(heard, frames, begin_s, end_s) < most_db


def python(code: str) -> subprocess.CompletedProcess[str]:
    """Runs code in a process of its own."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)


def test_without_the_package_it_is_said_which_extra_to_install() -> None:
    done = python("import sys; sys.modules['livekit'] = None; import satellite.engines.livekit as l; l.LiveKitBlocks()")
    assert done.returncode == 1
    assert "EchoError: echo.engine" in done.stderr
    assert "hark[aec]" in done.stderr


@needs_livekit
def test_livekit_is_imported_where_it_is_wanted_alone_and_ends_in_silence() -> None:
    code = "import sys; from satellite.engines.livekit import LiveKitBlocks; print('livekit' in sys.modules);"
    done = python(code + "print(len(LiveKitBlocks().cancel(bytes(320), bytes(320))))")
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["False", "320"], "")


def recording(path: Path) -> Floats:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
