"""Laws of the reference of echo cancellation: what was played, found again by when it was heard."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.sound.reference import HELD_S, STRAY_S, CaptureClock, PlayedSound, Reference, Samples
from wire.pcm import SPEECH

HELD = round(HELD_S * SPEECH.rate)
FRAME = 320


def ramp(count: int, first: int = 1) -> Samples:
    """Samples that tell their place, none of them 0."""
    return ((np.arange(first, first + count) - 1) % 30_000 + 1).astype(np.int16)


def read(reference: Reference, position: int, count: int) -> list[int]:
    return [int(sample) for sample in np.frombuffer(reference.read(position, count), "<i2")]


@given(st.lists(st.integers(0, 3000), max_size=40), st.integers(0, 10**9))
def test_what_was_written_is_read_however_it_was_cut(sizes: list[int], begin: int) -> None:
    whole = ramp(sum(sizes))
    reference = Reference()
    reference.seek(begin)
    for piece in np.split(whole, np.cumsum(sizes)[:-1]):
        reference.write(piece)
    kept = whole[-HELD:] if whole.size else whole
    assert read(reference, begin + whole.size - kept.size, kept.size) == kept.tolist()


@given(st.integers(0, 10**9), st.integers(0, 2 * HELD), st.integers(1, 2000), st.integers(0, 4000))
def test_before_after_and_between_what_was_played_there_is_silence(
    begin: int, gap: int, size: int, around: int
) -> None:
    reference = Reference()
    reference.seek(begin)
    reference.write(ramp(size))
    reference.seek(begin + size + gap)
    reference.write(ramp(size))
    end = begin + size + gap + size
    assert read(reference, end, around) == [0] * around
    between = min(gap, HELD - size)
    assert read(reference, end - size - between, between) == [0] * between
    assert read(reference, end - size, size) == ramp(size).tolist()
    assert not any(read(reference, begin - around, around))


@given(st.integers(0, 10**9), st.integers(0, 3 * HELD), st.integers(1, 3 * HELD), st.integers(1, 2000))
def test_what_was_to_be_heard_after_a_step_back_never_will_be(begin: int, played: int, back: int, size: int) -> None:
    reference = Reference()
    reference.seek(begin)
    reference.write(ramp(played))
    reference.seek(begin + played - back)
    assert reference.audible_end <= begin + played - back
    assert read(reference, begin + played - back, back) == [0] * back
    reference.write(ramp(size))
    assert read(reference, begin + played - back, size) == ramp(size).tolist()


def test_hours_of_sound_and_clocks_that_jump_take_no_more_memory() -> None:
    reference = Reference()
    for hour in (0, 1, 100_000, 3, 10**7):
        reference.seek(hour * 3600 * SPEECH.rate)
        for _ in range(50):
            reference.write(ramp(HELD // 10))
    assert len(pickle.dumps(reference)) < HELD * SPEECH.width + 1000
    assert read(reference, 10**7 * 3600 * SPEECH.rate + 4 * HELD, HELD) == ramp(HELD // 10).tolist() * 10


def test_silence_that_is_played_is_nothing_to_cancel() -> None:
    reference = Reference()
    reference.seek(1000)
    reference.write(ramp(10))
    reference.write(np.zeros(500, np.int16))
    assert reference.audible_end == 1010


def written(pieces: list[Samples], rate: int, jitter: list[float], at: float = 5.0) -> tuple[Reference, int]:
    reference, taken = Reference(), 0
    played = PlayedSound(reference)
    for piece, late in zip(pieces, jitter, strict=True):
        played.push(piece.astype("<i2").tobytes(), rate, at + taken / rate + late)
        taken += piece.size
    return reference, taken * SPEECH.rate // rate


rates = st.sampled_from([8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
cuts = st.lists(st.integers(1, 2000), min_size=1, max_size=20)


@given(cuts, rates, st.data())
def test_any_cutting_and_any_jitter_of_the_times_gives_the_same_reference(
    sizes: list[int], rate: int, data: st.DataObject
) -> None:
    whole = ramp(sum(sizes))
    jitter = data.draw(st.lists(st.floats(-0.9 * STRAY_S, 0.9 * STRAY_S), min_size=len(sizes), max_size=len(sizes)))
    jitter[0] = 0.0
    one, count = written([whole], rate, [0.0])
    cut, _ = written(np.split(whole, np.cumsum(sizes)[:-1]), rate, jitter)
    begin = 5 * SPEECH.rate
    assert read(cut, begin, count) == read(one, begin, count)


@given(rates)
def test_a_tone_keeps_its_pitch_and_place_at_every_rate(rate: int) -> None:
    tone = (10_000 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.int16)
    reference, _ = written([tone], rate, [0.0])
    expected = 10_000 * np.sin(2 * np.pi * 440 * np.arange(15_000) / SPEECH.rate)
    found = np.array(read(reference, 5 * SPEECH.rate, 15_000))
    assert np.abs(found - expected).max() < 200  # linear interpolation of 8 kHz is 2 % off at a crest


def test_sound_at_the_references_own_rate_passes_untouched() -> None:
    reference, count = written([ramp(777), ramp(333)], SPEECH.rate, [0.0, 0.0])
    assert read(reference, 5 * SPEECH.rate, count) == [*ramp(777).tolist(), *ramp(333).tolist()]


@given(st.floats(STRAY_S + 0.001, 3.0))
def test_a_gap_between_two_sounds_is_kept(gap: float) -> None:
    reference = Reference()
    played = PlayedSound(reference)
    pcm = ramp(1600).tobytes()
    played.push(pcm, SPEECH.rate, 1.0)
    played.push(pcm, SPEECH.rate, 1.1 + gap)
    assert read(reference, round((1.1 + gap) * SPEECH.rate), 1600) == ramp(1600).tolist()
    assert read(reference, round(1.1 * SPEECH.rate), round(gap * SPEECH.rate)) == [0] * round(gap * SPEECH.rate)


@given(st.binary(max_size=3), rates)
def test_sound_of_half_a_sample_or_none_does_no_harm(pcm: bytes, rate: int) -> None:
    reference = Reference()
    PlayedSound(reference).push(pcm, rate, 1.0)
    assert len(reference.read(16_000, 100)) == 200


def counted(delivered: list[float]) -> list[int]:
    clock = CaptureClock()
    return [clock.begin_of(FRAME, at) for at in delivered]


@given(st.lists(st.floats(0, 0.9 * STRAY_S), min_size=1, max_size=300), st.floats(0, 1e6))
def test_frames_that_come_late_are_counted_in_step(jitter: list[float], start: float) -> None:
    begins = counted([start + number * 0.02 + late for number, late in enumerate(jitter)])
    assert set(np.diff(begins).tolist()) <= {FRAME}


@given(st.integers(0, 20), st.integers(5, 40))
def test_a_loop_that_stalls_and_catches_up_moves_nothing(before: int, stalled: int) -> None:
    """All frames of the stall come at once, at its end."""
    begin, end = before + 5, before + 5 + stalled
    begins = counted([max(number, end if begin <= number < end else number) * 0.02 for number in range(200)])
    assert set(np.diff(begins).tolist()) == {FRAME}


def test_sound_that_was_lost_is_noticed_within_two_seconds() -> None:
    begins = counted([(number + (20 if number >= 30 else 0)) * 0.02 for number in range(150)])
    assert begins[-1] == begins[0] + (149 + 20) * FRAME


def test_a_count_that_began_late_is_set_right_at_the_first_early_frame() -> None:
    begins = counted([0.5, *(0.02 * number for number in range(1, 100))])
    assert begins[1] == 0
    assert set(np.diff(begins[1:]).tolist()) == {FRAME}


@pytest.mark.parametrize("jump", [-1e5, -10.0, -1.0, 1.0, 10.0, 1e5])
def test_a_clock_that_jumps_is_followed(jump: float) -> None:
    begins = counted([1e6 + number * 0.02 + (jump if number >= 100 else 0) for number in range(300)])
    assert begins[-1] == round((1e6 + 298 * 0.02 + jump) * SPEECH.rate)


def test_days_of_listening_leave_nothing_behind() -> None:
    clock = CaptureClock()
    for number in range(10_000):
        clock.begin_of(FRAME, number * 0.02)
    assert len(pickle.dumps(clock)) < 1000
