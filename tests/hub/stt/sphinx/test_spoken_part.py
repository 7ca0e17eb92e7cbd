"""Laws of finding the part in which somebody speaks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.sphinx.spoken_part import MARGIN_S, spoken_part
from wire.pcm import SPEECH


def part_of(pcm: bytes) -> bytes:
    start, end = spoken_part(pcm)
    assert 0 <= start <= end <= len(pcm)
    return pcm[start:end]


def noise(seconds: float, rms: float) -> bytes:
    samples = np.random.default_rng(1).normal(0, rms, round(seconds * SPEECH.rate))
    return samples.clip(-32768, 32767).astype("<i2").tobytes()


@given(st.floats(0, 2), st.floats(0, 2))
def test_how_much_silence_is_around_the_voice_changes_nothing_but_the_margin(before: float, after: float) -> None:
    voice = noise(1.0, 3000)
    part = part_of(noise(before, 20) + voice + noise(after, 20))
    assert voice[3200:-3200] in part
    assert SPEECH.seconds(len(part)) <= 1.0 + 2 * MARGIN_S + 0.08


def test_a_click_is_no_voice() -> None:
    click = noise(0.01, 9000)
    part = part_of(click + noise(1.0, 20) + noise(1.0, 3000))
    assert SPEECH.seconds(len(part)) < 1.5


def test_a_pause_between_words_is_kept() -> None:
    part = part_of(noise(0.5, 3000) + noise(1.0, 20) + noise(0.5, 3000))
    assert SPEECH.seconds(len(part)) > 1.95


@given(st.integers(0, 2000), st.sampled_from([0.0, 12.0, 3000.0]))
def test_where_nothing_is_louder_than_the_rest_all_is_kept(samples: int, rms: float) -> None:
    sound = noise(samples / SPEECH.rate, rms)
    assert len(sound) - len(part_of(sound)) < SPEECH.bytes(0.01)
