"""Laws of what becomes of a sound card's pieces: frames of one length, their times, and the gain."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.sound.capture import Capture, amplified
from satellite.sound.microphone import FRAME_S
from wire.pcm import SPEECH, PcmFormat, level_dbfs

RATES = st.sampled_from([8_000, 16_000, 44_100, 48_000])
MINUTE = 60.0  # of the clock, at which the sound begins


@given(RATES, st.integers(1, 4), st.lists(st.integers(0, 5_000), max_size=8))
def test_frames_are_whole_and_end_when_their_last_sample_was_captured(
    rate: int, channels: int, pieces: list[int]
) -> None:
    source = PcmFormat(rate, 2, channels)
    capture = Capture(source, channel=1, gain_db=0.0)
    captured, frames = 0.0, []
    for size in pieces:
        captured += size / rate
        frames += capture.push(bytes(size * source.frame_bytes), MINUTE + captured)
    assert all(len(frame.pcm) == SPEECH.bytes(FRAME_S) for frame in frames)
    ends = [MINUTE + FRAME_S * number for number in range(1, len(frames) + 1)]
    assert [frame.at for frame in frames] == pytest.approx(ends, abs=1e-6)
    assert len(frames) * FRAME_S <= captured + 1e-9


@given(st.lists(st.integers(0, 2_000), max_size=8))
def test_sound_of_the_wanted_format_passes_untouched_however_it_comes(pieces: list[int]) -> None:
    sound = np.arange(sum(pieces), dtype="<i2").tobytes()
    capture = Capture(SPEECH, channel=1, gain_db=0.0)
    ends = np.cumsum([0, *pieces]) * 2
    frames = [frame for start, end in pairwise(ends) for frame in capture.push(sound[start:end], MINUTE)]
    heard = b"".join(frame.pcm for frame in frames)
    assert heard == sound[: len(heard)]
    assert len(sound) - len(heard) < SPEECH.bytes(FRAME_S)


@pytest.mark.parametrize("gain_db", [-20.0, -6.0, 6.0, 20.0])
def test_the_gain_is_what_the_level_rises_by(gain_db: float) -> None:
    tone = (1_000 * np.sin(np.arange(16_000) / 5)).astype("<i2").tobytes()
    assert level_dbfs(amplified(tone, gain_db)) - level_dbfs(tone) == pytest.approx(gain_db, abs=0.1)


@given(st.binary(max_size=200), st.floats(-40, 40))
def test_what_gets_too_loud_is_clipped_and_never_turns_over(sound: bytes, gain_db: float) -> None:
    sound = sound[: len(sound) // 2 * 2]
    before, after = np.frombuffer(sound, "<i2"), np.frombuffer(amplified(sound, gain_db), "<i2")
    assert len(before) == len(after)
    assert np.all(before.astype(int) * after >= 0)
