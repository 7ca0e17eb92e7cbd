"""Laws of loudness: what the standard says of tones, and a gain that no cutting changes and nothing clips."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.tts.loudness import KNEE, LEVEL_LUFS, MOST_GAIN_DB, amplified, filters, gain_for, loudness_lufs
from wire.pcm import FULL_SCALE, PcmFormat

RATES = [16_000, 22_050, 24_000, 48_000]
samples = st.lists(st.integers(-32768, 32767), max_size=300)


def tone(kind: PcmFormat, level: float, seconds: float = 2.0, pitch: float = 997.0) -> bytes:
    turns = np.arange(round(seconds * kind.rate)) / kind.rate * pitch
    return np.rint(level * (FULL_SCALE - 1) * np.sin(2 * np.pi * turns)).astype("<i2").tobytes()


def sound(values: list[int]) -> bytes:
    return np.array(values, "<i2").tobytes()


def test_filters_at_48_khz_are_those_of_the_standard() -> None:
    (over, under), (pass_over, pass_under) = filters(48_000)
    assert over == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285], abs=1e-9)
    assert under == pytest.approx([1.0, -1.69065929318241, 0.73248077421585], abs=1e-9)
    assert pass_over == pytest.approx([1.0, -2.0, 1.0])
    assert pass_under == pytest.approx([1.0, -1.99004745483398, 0.99007225036621], abs=1e-9)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_of_full_scale_in_one_channel_reads_minus_three(rate: int) -> None:
    assert loudness_lufs(tone(PcmFormat(rate), 1.0), PcmFormat(rate)) == pytest.approx(-3.01, abs=0.1)


@given(st.floats(0.01, 0.9), st.sampled_from(RATES))
def test_twice_the_level_is_six_units_louder(level: float, rate: int) -> None:
    kind = PcmFormat(rate)
    louder = loudness_lufs(tone(kind, level), kind) - loudness_lufs(tone(kind, level / 2), kind)
    assert louder == pytest.approx(20 * math.log10(2), abs=0.2)


@pytest.mark.parametrize("pause_s", [0.5, 2.0, 10.0])
def test_pauses_do_not_make_speech_fainter(pause_s: float) -> None:
    kind = PcmFormat(16_000)
    alone = tone(kind, 0.3)
    assert loudness_lufs(alone + kind.silence(pause_s) + alone, kind) == pytest.approx(
        loudness_lufs(alone, kind), abs=1
    )


def test_ears_hear_a_rumble_less() -> None:
    kind = PcmFormat(16_000)
    assert loudness_lufs(tone(kind, 0.3, pitch=30), kind) < loudness_lufs(tone(kind, 0.3), kind) - 6


@pytest.mark.parametrize("pcm", [b"", b"\0\0", bytes(32_000), sound([1, -1] * 8000)])
def test_silence_is_no_speech_and_gets_no_gain(pcm: bytes) -> None:
    lufs = loudness_lufs(pcm, PcmFormat(16_000))
    assert lufs == -math.inf
    assert gain_for(lufs) == 1.0


@given(st.floats(0.02, 1.0), st.sampled_from(RATES))
def test_the_gain_brings_every_voice_to_the_level(level: float, rate: int) -> None:
    kind = PcmFormat(rate)
    spoken = tone(kind, level)
    gain = gain_for(loudness_lufs(spoken, kind))
    assert loudness_lufs(amplified(spoken, gain), kind) == pytest.approx(LEVEL_LUFS, abs=0.2)


@given(st.floats(-200, 20))
def test_a_gain_is_bounded(lufs: float) -> None:
    assert 0 < gain_for(lufs) <= 10 ** (MOST_GAIN_DB / 20)


@given(samples, st.floats(0.01, 20), st.integers(0, 300))
def test_no_cutting_changes_the_sound(values: list[int], gain: float, cut: int) -> None:
    assert amplified(sound(values[:cut]), gain) + amplified(sound(values[cut:]), gain) == amplified(sound(values), gain)


@given(samples, st.floats(0.01, 20))
def test_the_limiter_keeps_sign_and_order_and_leaves_what_is_below_the_knee(values: list[int], gain: float) -> None:
    values = sorted(values)
    made = np.frombuffer(amplified(sound(values), gain), "<i2").astype(int)
    wanted = np.array(values, float) * gain
    assert list(made) == sorted(made)
    assert np.all((made == 0) | (np.sign(made) == np.sign(wanted)))
    below = np.abs(wanted) < KNEE * FULL_SCALE - 1
    assert np.all(np.abs(made - wanted)[below] <= 0.51)
    assert np.all(np.abs(made) <= np.abs(wanted) + 0.51)
