"""Laws of the resampler: the cutting of a stream, its length, and the tones that it carries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire_events import cuttings
from wire.pcm import FULL_SCALE, SPEECH, PcmError, PcmFormat
from wire.resample import Resampler, to_16_bit, to_mono

RATES = st.sampled_from([8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000, 192_000])
FORMATS = st.builds(PcmFormat, rate=RATES, width=st.integers(1, 4), channels=st.integers(1, 8))
ENOUGH_S = 0.5  # of sound, to look at the middle of


def converted(source: PcmFormat, rate: int, pieces: list[bytes], channel: int = 0) -> bytes:
    resampler = Resampler(source, rate, channel)
    return b"".join([resampler.push(piece) for piece in pieces]) + resampler.flush()


def encoded(levels: np.ndarray, width: int) -> bytes:
    """Samples of -1 to 1 in any width."""
    whole = np.rint(levels * (2 ** (8 * width - 1) - 1)).astype("<i4")
    if width == 1:
        return bytes((whole + 128).astype(np.uint8))
    return bytes(whole.view(np.uint8).reshape(*whole.shape, 4)[..., :width])


def tone(source: PcmFormat, hertz: float, loudness: float = 0.5) -> np.ndarray:
    return loudness * np.sin(2 * np.pi * hertz * np.arange(round(source.rate * ENOUGH_S)) / source.rate)


def amplitude(pcm: bytes, rate: int, hertz: float) -> float:
    """Of one tone in 16 bit sound, without the ends where the filter swings in."""
    samples = np.frombuffer(pcm, "<i2")[rate // 10 : -rate // 10] / FULL_SCALE
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(samples)) / rate) * np.hanning(len(samples))
    return float(2 * abs(samples @ wave) / np.hanning(len(samples)).sum())


@given(FORMATS, RATES, st.binary(max_size=6_000), st.data())
def test_any_cutting_of_the_stream_gives_the_same_sound(
    source: PcmFormat, rate: int, sound: bytes, data: st.DataObject
) -> None:
    assert converted(source, rate, data.draw(cuttings(sound))) == converted(source, rate, [sound])


@given(FORMATS, RATES, st.integers(0, 3_000))
def test_what_comes_out_lasts_as_long_as_what_went_in(source: PcmFormat, rate: int, frames: int) -> None:
    samples = len(converted(source, rate, [bytes(frames * source.frame_bytes)])) // 2
    assert abs(samples - frames * rate / source.rate) <= 1


@given(RATES, st.binary(max_size=4_000), st.data())
def test_sound_that_fits_passes_untouched(rate: int, sound: bytes, data: st.DataObject) -> None:
    pieces = data.draw(cuttings(sound))
    assert converted(PcmFormat(rate), rate, pieces) == sound[: len(sound) // 2 * 2]


@settings(max_examples=40)
@given(FORMATS, RATES, st.binary(max_size=2_000), st.binary(max_size=2_000))
def test_a_flushed_resampler_remembers_nothing(source: PcmFormat, rate: int, before: bytes, sound: bytes) -> None:
    resampler = Resampler(source, rate)
    resampler.push(before)
    resampler.flush()
    assert resampler.push(sound) + resampler.flush() == converted(source, rate, [sound])


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize(("rate", "wanted"), [(48_000, 16_000), (44_100, 16_000), (22_050, 48_000), (16_000, 16_000)])
def test_a_tone_keeps_its_pitch_and_loudness_in_every_width(rate: int, wanted: int, width: int) -> None:
    source = PcmFormat(rate, width, 2)
    both = np.repeat(tone(source, 440)[:, None], 2, axis=1)
    heard = converted(source, wanted, [encoded(both, width)])
    assert amplitude(heard, wanted, 440) == pytest.approx(0.5, abs=0.01)


def test_a_tone_above_the_wanted_band_does_not_fold_back_into_it() -> None:
    source = PcmFormat(48_000)
    heard = converted(source, SPEECH.rate, [encoded(tone(source, 11_000), 2)])
    assert amplitude(heard, SPEECH.rate, 5_000) < 1e-4


@pytest.mark.parametrize("channel", [1, 2, 3])
def test_one_channel_is_taken_alone(channel: int) -> None:
    source = PcmFormat(16_000, 2, 3)
    tones = np.stack([tone(source, hertz) for hertz in (300, 500, 700)], axis=1)
    heard = converted(source, 16_000, [encoded(tones, 2)], channel)
    assert heard == encoded(tones[:, channel - 1], 2)


def test_all_channels_mixed_are_their_mean() -> None:
    source = PcmFormat(16_000, 2, 2)
    frames = np.array([[1_000, 3_000], [-32_768, -32_768], [32_767, -32_767]], "<i2")
    assert np.frombuffer(converted(source, 16_000, [frames.tobytes()]), "<i2").tolist() == [2_000, -32_768, 0]


@pytest.mark.parametrize("channel", [-1, 3])
def test_a_channel_that_is_not_there_is_refused(channel: int) -> None:
    with pytest.raises(PcmError, match="take 1 to 2"):
        Resampler(PcmFormat(48_000, 2, 2), 16_000, channel)


def test_what_is_too_loud_saturates_instead_of_turning_over() -> None:
    loud = np.array([1.5, -1.5, 1.0, -1.0, 0.0], np.float32)
    assert np.frombuffer(to_16_bit(loud), "<i2").tolist() == [32_767, -32_768, 32_767, -32_768, 0]


@given(st.binary(max_size=3_000), FORMATS)
def test_any_bytes_are_sound_between_silence_and_full_scale(sound: bytes, source: PcmFormat) -> None:
    whole = sound[: len(sound) // source.frame_bytes * source.frame_bytes]
    samples = to_mono(whole, source)
    assert len(samples) == len(whole) // source.frame_bytes
    assert np.all(np.abs(samples) <= 1)
