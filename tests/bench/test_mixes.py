"""Laws of mixes and of what detections in them are worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.ears.mixes import (
    GAP_S,
    LATE_S,
    Clip,
    Mix,
    Placed,
    Sound,
    active,
    cut,
    in_a_row,
    judge,
    over,
    samples,
    spread,
)
from wire.pcm import SPEECH

NOISE = np.random.default_rng(1).normal(0, 300, 5 * SPEECH.rate)
seeds = st.integers(0, 1000)


def tone(seconds: float, level: float = 1000.0) -> Sound:
    times = np.arange(round(seconds * SPEECH.rate)) / SPEECH.rate
    return np.asarray(level * np.sqrt(2) * np.sin(2 * np.pi * 440 * times), np.float64)


def clips(count: int) -> list[Clip]:
    return [Clip(str(number), tone(0.5 + 0.1 * number), wakes=number % 2 == 0) for number in range(count)]


def rms(sound: Sound) -> float:
    return float(np.sqrt((sound**2).mean()))


@given(seeds)
def test_the_same_seed_makes_the_same_mix(seed: int) -> None:
    assert over(NOISE, "mix", 20, clips(4), seed) == over(NOISE, "mix", 20, clips(4), seed)


@given(seeds, st.integers(0, 5))
def test_every_recording_is_placed_once_inside_and_apart_from_the_others(seed: int, count: int) -> None:
    mix = over(NOISE, "mix", 20, clips(count), seed)
    assert mix.seconds == 20
    assert sorted(one.name for one in mix.placed) == [str(number) for number in range(count)]
    edges = [0.0, *(edge for one in mix.placed for edge in (one.begins_s, one.ends_s)), mix.seconds]
    gaps = [after - before for before, after in zip(edges[::2], edges[1::2], strict=True)]
    assert min(gaps) >= GAP_S - 0.02


@given(seeds, st.floats(0, 20), st.floats(10, 5000))
def test_speech_lies_above_the_noise_by_the_ratio_however_loud_it_was(seed: int, snr_db: float, level: float) -> None:
    mix = over(NOISE, "mix", 8, [Clip("a", tone(1.0, level))], seed, snr_db)
    bare = over(NOISE, "mix", 8, [Clip("a", tone(1.0, level))], seed, -200.0)
    [place] = mix.placed
    inside = slice(round(place.begins_s * SPEECH.rate), round(place.ends_s * SPEECH.rate))
    added = (samples(mix.pcm) - samples(bare.pcm))[inside]
    assert 20 * np.log10(rms(added) / rms(NOISE)) == pytest.approx(snr_db, abs=0.3)


def test_recordings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="5 recordings do not fit into 5 s"):
        over(NOISE, "mix", 5, clips(5), 0)


def test_silence_around_speech_is_neither_speech_nor_part_of_its_place() -> None:
    silence = np.zeros(SPEECH.rate)
    assert active(np.concatenate([silence, tone(0.5), silence])).size == tone(0.5).size
    mix = in_a_row("row", [Clip("a", np.concatenate([silence, tone(0.5), silence]))], 1.0)
    assert (mix.placed[0].begins_s, mix.placed[0].ends_s) == (2.0, 2.5)
    assert mix.seconds == 1.0 + 2.5 + 1.0


def test_a_recording_of_nothing_stays_nothing() -> None:
    assert active(np.zeros(SPEECH.rate)).size == 0
    assert rms(samples(over(NOISE, "mix", 8, [Clip("a", np.zeros(SPEECH.rate))], 0).pcm)) < 2 * rms(NOISE)


def test_a_cut_mix_keeps_what_lies_in_it_whole() -> None:
    mix = in_a_row("row", clips(4), 1.0)
    short = cut(mix, mix.placed[1].ends_s + LATE_S)
    assert [one.name for one in short.placed] == ["0", "1"]
    assert mix.pcm.startswith(short.pcm)
    assert cut(mix, mix.seconds).pcm == mix.pcm


@given(st.lists(st.floats(0, 100)))
def test_every_detection_is_a_hit_or_a_false_alarm_and_every_wake_word_heard_or_missed(detections: list[float]) -> None:
    placed = in_a_row("row", clips(6), 5.0).placed
    verdict = judge(placed, detections)
    assert len(verdict.hits) + len(verdict.false_alarms_s) == len(detections)
    assert sorted(verdict.hits + verdict.misses) == ["0", "2", "4"]


def test_a_word_counts_from_its_beginning_until_a_little_after_its_end_and_once() -> None:
    word = Placed("word", True, 10.0, 11.0)
    other = Placed("other", False, 20.0, 21.0)
    assert judge([word, other], [10.0]).hits == ("word",)
    assert judge([word, other], [11.0 + LATE_S]).hits == ("word",)
    assert judge([word, other], [9.9]).false_alarms_s == (9.9,)
    assert judge([word, other], [11.1 + LATE_S]).misses == ("word",)
    assert judge([word, other], [10.5, 11.5]).false_alarms_s == (11.5,)
    assert judge([word, other], [20.5]).false_alarms_s == (20.5,)


@given(st.integers(0, 50), st.integers(1, 50))
def test_a_spread_takes_so_many_in_order(have: int, want: int) -> None:
    taken = [int(clip.name) for clip in spread([Clip(str(number), NOISE[:1]) for number in range(have)], want)]
    assert len(taken) == min(have, want)
    assert taken == sorted(set(taken))


def test_a_mix_without_sound_is_empty() -> None:
    assert Mix("quiet", b"").seconds == 0
