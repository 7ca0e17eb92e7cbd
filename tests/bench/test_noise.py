"""Laws of noise over a recording."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.ears.mixes import samples
from bench.noise import noisy
from wire.pcm import SPEECH

NOISE = np.random.default_rng(1).normal(0, 300, 2 * SPEECH.rate).astype("<i2").tobytes()
SPEECH_LIKE = np.random.default_rng(2).normal(0, 1000, SPEECH.rate).astype("<i2").tobytes()


@given(st.floats(-5, 40), st.text(max_size=5))
def test_the_ratio_is_the_one_asked_for(snr_db: float, name: str) -> None:
    added = samples(noisy(SPEECH_LIKE, NOISE, snr_db, name)) - samples(SPEECH_LIKE)
    ratio = 10 * np.log10(np.mean(samples(SPEECH_LIKE) ** 2) / np.mean(added**2))
    assert ratio == pytest.approx(snr_db, abs=0.2)


def test_silence_around_speech_does_not_count_for_its_level() -> None:
    alone, amid = (noisy(sound, NOISE, 10, "a") for sound in (SPEECH_LIKE, SPEECH_LIKE + SPEECH.silence(1.0)))
    assert np.std(samples(amid[len(SPEECH_LIKE) :])) == pytest.approx(
        np.std(samples(alone) - samples(SPEECH_LIKE)), rel=0.1
    )


def test_the_name_decides_the_part_of_the_noise() -> None:
    assert noisy(SPEECH_LIKE, NOISE, 10, "a") == noisy(SPEECH_LIKE, NOISE, 10, "a")
    assert noisy(SPEECH_LIKE, NOISE, 10, "a") != noisy(SPEECH_LIKE, NOISE, 10, "b")


@pytest.mark.parametrize(("sound", "noise"), [(b"", NOISE), (SPEECH_LIKE, b""), (SPEECH_LIKE, bytes(1000)), (b"", b"")])
def test_nothing_is_added_to_nothing_nor_nothing_to_speech(sound: bytes, noise: bytes) -> None:
    assert noisy(sound, noise, 10, "a") == sound
