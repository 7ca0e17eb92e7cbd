"""Laws of the jitter buffer and of how much it holds back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.playing.jitter import HALF_LIFE_S, WINDOW, JitterBuffer, Target
from satellite.playing.mixing import PIECE_S
from wire.pcm import PcmFormat

SOUND = PcmFormat(16_000)
START_S, JITTER_S = 0.5, 0.08


def piece(seconds: float, value: int = 1) -> bytes:
    return bytes([value, 0]) * (SOUND.bytes(seconds) // 2)


def buffer(target: Target | None = None) -> JitterBuffer:
    return JitterBuffer(SOUND, START_S, target or Target(JITTER_S, START_S))


def fill(made: JitterBuffer, times: list[float], seconds: float = 0.1) -> None:
    for at in times:
        made.push(piece(seconds), at)


def drain(made: JitterBuffer) -> int:
    """Pulls what is held; returns the number of pieces."""
    pieces = 0
    while made.held:
        assert made.pull().strip(b"\0")
        pieces += 1
    return pieces


@given(st.lists(st.integers(1, 4000)), st.sampled_from([SOUND, PcmFormat(22_050, 3, 2), PcmFormat(8_000, 1)]))
def test_what_goes_in_comes_out_in_order_and_nothing_else(sizes: list[int], sound: PcmFormat) -> None:
    made = JitterBuffer(sound, START_S, Target(JITTER_S, START_S))
    pushed = b""
    for number, size in enumerate(sizes):
        part = bytes([number % 250 + 1]) * (size * sound.frame_bytes)
        pushed += part
        made.push(part, 0.0)
    made.complete = True
    played = b""
    while out := made.pull():
        assert len(out) <= sound.bytes(PIECE_S)
        played += out
    assert played == pushed
    assert made.played_s == pytest.approx(sound.seconds(len(pushed)))


@given(
    st.lists(st.tuples(st.sampled_from(["push", "pull", "wait"]), st.integers(1, 3000)), max_size=200),
    st.booleans(),
)
def test_sound_is_never_lost_nor_made_up_whatever_the_pace(steps: list[tuple[str, int]], complete: bool) -> None:
    made, now, pushed, played = buffer(), 0.0, 0, b""
    for step, number in steps:
        if step == "push":
            made.push(b"\1\0" * number, now)
            pushed += 2 * number
        elif step == "pull":
            played += made.pull()
        else:
            now += number / 1000
        assert made.held_s + made.played_s == pytest.approx(SOUND.seconds(pushed))
    made.complete = complete
    heard = played.count(b"\1")
    assert SOUND.seconds(2 * heard) == pytest.approx(made.played_s)


def test_two_pieces_faster_than_real_time_start_it() -> None:
    made = buffer()
    fill(made, [0.0])
    assert not made.begun
    fill(made, [0.05])
    assert made.begun


def test_pieces_slower_than_real_time_start_it_with_half_a_second_in_hand() -> None:
    made = buffer()
    fill(made, [0.0, 0.2, 0.4, 0.6])
    assert not made.begun
    fill(made, [0.8])
    assert made.begun


def test_a_complete_reply_starts_at_once_even_an_empty_one() -> None:
    for seconds in (0.02, 0.0):
        made = buffer()
        made.push(piece(seconds), 0.0)
        assert not made.begun
        made.complete = True
        assert made.begun


def test_before_it_starts_there_is_silence() -> None:
    made = buffer()
    fill(made, [0.0])
    assert made.pull() == SOUND.silence(PIECE_S)
    assert made.played_s == 0
    assert made.underruns == 0


def test_an_underrun_is_silence_after_the_last_sample_counted_once_and_holds_more_back() -> None:
    made = buffer()
    fill(made, [0.0, 0.0])
    drain(made)
    for _ in range(500):  # ten seconds: a tool is called
        assert made.pull() == SOUND.silence(PIECE_S)
    assert made.underruns == 1
    fill(made, [10.2], JITTER_S)
    assert not made.pull().strip(b"\0")
    fill(made, [10.2], JITTER_S / 2)
    assert drain(made) == round(1.5 * JITTER_S / PIECE_S)


def test_a_reply_that_ends_after_an_underrun_ends() -> None:
    made = buffer()
    fill(made, [0.0, 0.0])
    drain(made)
    made.pull()
    fill(made, [5.0], 0.01)
    made.complete = True
    assert drain(made) == 1
    assert made.pull() == b""


def test_a_network_that_is_uneven_is_known_to_the_next_reply() -> None:
    target = Target(JITTER_S, START_S)
    uneven = buffer(target)
    for number in range(50):
        fill(uneven, [number * 0.1 + (0.2 if number % 10 == 9 else 0.0)])
        for _ in range(5):
            uneven.pull()
    assert target.seconds > 0.15
    made = buffer(target)
    made.push(piece(0.05), 0.0)
    made.push(piece(0.05), 0.0)
    assert not made.begun


def test_a_sender_far_ahead_is_not_uneven() -> None:
    target = Target(JITTER_S, START_S)
    made = buffer(target)
    fill(made, [0.0] * 20)
    for number in range(50):  # by credits: nothing for 0.4 s, then 0.4 s of sound
        for _ in range(20):
            made.pull()
        fill(made, [0.4 * (number + 1)] * 4)
    assert target.seconds == JITTER_S
    assert made.underruns == 0


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), max_size=200))
def test_what_is_held_back_stays_between_its_bounds(happened: list[float | None]) -> None:
    target = Target(JITTER_S, START_S)
    for late in happened:
        before = target.seconds
        if late is None:
            target.underrun()
            assert target.seconds >= before
        else:
            target.arrived(late)
        assert JITTER_S <= target.seconds <= START_S


def test_it_is_what_nineteen_of_twenty_pieces_need() -> None:
    target = Target(JITTER_S, 10.0)
    for late in range(WINDOW):
        target.arrived(late / 10)
    assert target.seconds == pytest.approx(9.4)
    for _ in range(WINDOW):
        target.arrived(0.0)
    assert target.seconds == JITTER_S


def test_what_underruns_have_added_is_forgotten_slowly_within_a_reply_too() -> None:
    target = Target(JITTER_S, START_S)
    for _ in range(10):
        target.underrun()
    assert target.seconds == START_S
    for _ in range(round(HALF_LIFE_S / PIECE_S)):
        target.played(PIECE_S)
    assert target.seconds == pytest.approx(START_S / 2)
    target.played(10 * HALF_LIFE_S)
    assert target.seconds == JITTER_S
