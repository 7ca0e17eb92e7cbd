"""Laws of the PCM arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire_events import cuttings
from wire.pcm import FULL_SCALE, SILENCE_DBFS, SPEECH, Framer, PcmError, PcmFormat, level_dbfs

FORMATS = st.builds(PcmFormat, rate=st.integers(8_000, 192_000), width=st.integers(1, 4), channels=st.integers(1, 32))


@given(FORMATS, st.integers(0, 10**9))
def test_bytes_are_the_inverse_of_seconds_for_whole_frames(sound: PcmFormat, frames: int) -> None:
    size = frames * sound.frame_bytes
    assert sound.bytes(sound.seconds(size)) == size


@given(FORMATS, st.floats(0, 10_000))
def test_a_duration_becomes_whole_frames_within_half_a_sample(sound: PcmFormat, seconds: float) -> None:
    size = sound.bytes(seconds)
    assert size % sound.frame_bytes == 0
    assert abs(sound.seconds(size) - seconds) <= 0.5 / sound.rate * (1 + 1e-6)


@given(FORMATS, st.floats(0, 0.1))
def test_silence_has_the_size_of_its_duration_and_rests_at_the_middle(sound: PcmFormat, seconds: float) -> None:
    silence = sound.silence(seconds)
    assert len(silence) == sound.bytes(seconds)
    assert set(silence) <= {0x80 if sound.width == 1 else 0}


@pytest.mark.parametrize(
    ("rate", "width", "channels"),
    [
        *[(7_999, 2, 1), (192_001, 2, 1), (16_000, 0, 1), (16_000, 5, 1), (16_000, 2, 0), (16_000, 2, 33)],
        *[("16000", 2, 1), (16_000.0, 2, 1), (16_000, None, 1), (16_000, 2, True), (math.nan, 2, 1)],
    ],
)
def test_a_format_that_no_sound_has_is_refused(rate: int, width: int, channels: int) -> None:
    with pytest.raises(PcmError, match=r"outside|none of|whole numbers"):
        PcmFormat(rate, width, channels)


def test_a_format_says_what_it_is() -> None:
    assert str(SPEECH) == "16000 Hz, 16 bit, 1 channel"
    assert str(PcmFormat(44_100, 3, 2)) == "44100 Hz, 24 bit, 2 channels"


@given(st.binary(max_size=300), st.integers(1, 40), st.data())
def test_any_cutting_of_the_sound_gives_the_same_frames(sound: bytes, size: int, data: st.DataObject) -> None:
    framer = Framer(size)
    frames = [frame for piece in data.draw(cuttings(sound)) for frame in framer.push(piece)]
    rest = framer.flush()
    assert all(len(frame) == size for frame in frames)
    assert len(rest) < size
    assert b"".join(frames) + rest == sound
    assert framer.flush() == b""


@pytest.mark.parametrize("size", [0, -2])
def test_frames_that_hold_nothing_are_refused(size: int) -> None:
    with pytest.raises(PcmError, match="holds nothing"):
        Framer(size)


def pcm(samples: np.ndarray) -> bytes:
    return samples.astype("<i2").tobytes()


@pytest.mark.parametrize(
    ("samples", "level"),
    [
        (np.full(1_600, -FULL_SCALE), 0.0),
        (np.full(1_600, FULL_SCALE / 10), -20.0),
        (np.sin(np.arange(16_000) * 2 * np.pi * 440 / 16_000) * (FULL_SCALE - 1), -3.01),
        (np.zeros(1_600), SILENCE_DBFS),
        (np.zeros(0), SILENCE_DBFS),
    ],
    ids=["full-scale square", "a tenth of it", "full-scale sine", "digital silence", "nothing"],
)
def test_the_level_of_known_signals(samples: np.ndarray, level: float) -> None:
    assert level_dbfs(pcm(samples)) == pytest.approx(level, abs=0.01)


@given(st.binary(max_size=200))
def test_any_bytes_have_a_level_and_half_a_sample_does_not_count(sound: bytes) -> None:
    assert SILENCE_DBFS <= level_dbfs(sound) <= 0
    whole = sound[: len(sound) // 2 * 2]
    assert level_dbfs(whole + b"\x7f") == level_dbfs(whole)
