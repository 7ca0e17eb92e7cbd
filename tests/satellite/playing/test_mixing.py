"""Laws of the mixer's arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.playing.mixing import DUCKED_DB, PIECE_S, RAMP_S, Clip, Desk, Ramp, saturated, summed, volume_gain
from wire.pcm import PcmFormat

MIXED = PcmFormat(16_000)
SIZE = MIXED.bytes(PIECE_S)
RAMP = round(RAMP_S * MIXED.rate)

samples = st.lists(st.integers(-32768, 32767), max_size=3 * SIZE // 2)


def pcm(values: list[int]) -> bytes:
    return np.array(values, "<i2").tobytes()


def values(sound: bytes) -> list[int]:
    return [int(value) for value in np.frombuffer(sound, "<i2")]


def level(value: int, pieces: int) -> Clip:
    """So many pieces of one value."""
    return Clip(f"level {value}", pcm([value] * (SIZE // 2)) * pieces)


def mixed(desk: Desk) -> bytes:
    """All that there is to hear."""
    return b"".join(iter(desk.mix, b""))


@given(samples)
def test_one_source_at_full_volume_is_what_it_was(given: list[int]) -> None:
    for voice in (True, False):
        desk = Desk(MIXED)
        if voice:
            desk.voices.append(Clip("reply", pcm(given)))
        else:
            desk.play(Clip("chime", pcm(given)))
        assert mixed(desk) == pcm(given)


@given(st.lists(samples, max_size=4))
def test_a_sum_is_exact_until_it_saturates(sources: list[list[int]]) -> None:
    desk = Desk(MIXED)
    desk.voices = [Clip(str(number), pcm(source)) for number, source in enumerate(sources)]
    longest = max(map(len, sources), default=0)
    expected = [sum(source[index] for source in sources if index < len(source)) for index in range(longest)]
    assert values(mixed(desk)) == [min(32767, max(-32768, value)) for value in expected]


@given(st.integers(0, 5), st.booleans())
def test_silence_in_is_silence_out(pieces: int, ring: bool) -> None:
    desk = Desk(MIXED)
    desk.voices.append(level(0, pieces))
    desk.ring(level(0, 1) if ring else None)
    for _ in range(pieces):
        assert not any(values(desk.mix()))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(1, 400))
def test_a_ramp_never_turns_back_and_never_goes_too_far(targets: list[float], count: int) -> None:
    ramp, before = Ramp(1.0, RAMP), 1.0
    for target in targets:
        ramp.to(target)
        gains = np.atleast_1d(ramp.take(count))
        way = np.sign(target - before)
        assert np.all(np.diff(np.append(before, gains)) * way >= -1e-6)
        assert min(before, target) - 1e-6 <= gains.min() <= gains.max() <= max(before, target) + 1e-6
        before = float(gains[-1])


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 5)), max_size=10))
def test_no_gain_changes_faster_than_a_ramp(changes: list[tuple[bool, int]]) -> None:
    desk = Desk(MIXED)
    desk.voices.append(level(10_000, 60))
    heard = desk.mix()
    for ducked, pieces in changes:
        desk.duck.to(0.2 if ducked else 1.0)
        for _ in range(pieces):
            heard += desk.mix()
    assert np.abs(np.diff(values(heard))).max() <= 10_000 / RAMP + 1


def test_a_change_of_volume_is_there_within_a_piece() -> None:
    desk = Desk(MIXED)
    desk.voices.append(level(10_000, 4))
    desk.mix()
    desk.volume.to(0.5)
    desk.mix()
    assert set(values(desk.mix())) == {5_000}


def test_ducking_makes_voices_quieter_and_nothing_else() -> None:
    desk = Desk(MIXED)
    desk.voices.append(level(10_000, 2))
    desk.duck.to(10 ** (DUCKED_DB / 20))
    desk.settle()
    assert set(values(desk.mix())) == {1778}
    desk.play(level(100, 1))
    assert set(values(desk.mix())) == {1878}


def test_equal_steps_of_volume_are_equal_steps_of_level() -> None:
    gains = [volume_gain(percent / 100) for percent in range(1, 101)]
    assert gains[-1] == 1.0
    assert np.allclose(np.diff(np.log(gains)), np.log(gains[-1] / gains[0]) / 99)
    assert volume_gain(0) == 0.0
    assert gains[0] < 0.011


@pytest.mark.parametrize("source", ["voice", "ring"])
def test_what_is_cut_while_something_sounds_fades_out_within_a_piece(source: str) -> None:
    desk = Desk(MIXED)
    desk.play(level(1, 10))
    if source == "voice":
        desk.voices.append(level(10_000, 10))
    else:
        desk.ring(level(10_000, 10))
    heard = desk.mix()
    if source == "voice":
        desk.cut_voices()
        desk.voices.clear()
    else:
        desk.ring(None)
    assert desk.sounding
    heard += desk.mix()
    assert np.abs(np.diff(values(heard))).max() <= 10_000 / RAMP + 1
    assert set(values(desk.mix())) == {1}


def test_sounds_play_in_a_row_and_each_waits_once() -> None:
    desk = Desk(MIXED)
    for value in (1, 2, 1, 2):
        desk.play(level(value, 1))
    assert values(mixed(desk)) == [1] * (SIZE // 2) + [2] * (SIZE // 2)


def test_a_ring_repeats_until_it_is_off() -> None:
    desk = Desk(MIXED)
    pattern = pcm(list(range(500)))
    desk.ring(Clip("ring", pattern, again=True))
    heard = b"".join(desk.mix() for _ in range(20))
    assert heard == (pattern * 20)[: len(heard)]
    assert len(heard) > 10 * len(pattern) / 2
    desk.ring(None)
    assert not desk.sounding


def test_what_sounds_gives_its_name() -> None:
    desk = Desk(MIXED)
    desk.ring(level(1, 1))
    assert desk.name == "level 1"
    desk.play(level(2, 1))
    assert desk.name == "level 2"
    desk.voices.append(level(3, 1))
    desk.mix()
    assert desk.name == "level 3"


@given(samples, st.integers(1, 300))
def test_how_a_clip_is_cut_changes_nothing(given: list[int], step: int) -> None:
    clip = Clip("clip", pcm(given))
    assert b"".join(iter(lambda: clip.pull(2 * step), b"")) == pcm(given)


@given(st.lists(samples, max_size=3))
def test_sums_are_as_long_as_asked(parts: list[list[int]]) -> None:
    assert len(saturated(summed([pcm(part) for part in parts], 3 * SIZE))) == 6 * SIZE
