"""Laws of the buffer between the event loop and a sound card."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.sound.outlet import Outlet
from wire.pcm import PcmFormat

SOUND = PcmFormat(8_000)
START = 100.0  # of the clock, at which the first sample is heard
STEPS = st.lists(st.tuples(st.sampled_from(["push", "take"]), st.integers(1, 400)), max_size=30)


@given(STEPS)
def test_all_that_is_pushed_comes_out_in_order_with_silence_where_it_lacks(steps: list[tuple[str, int]]) -> None:
    outlet, pushed, taken, at = Outlet(SOUND, START), 0, b"", START
    for step, frames in steps:
        if step == "push":
            outlet.push(b"\x01\x01" * frames)
            pushed += 2 * frames
        else:
            piece = outlet.take(2 * frames, at)
            assert len(piece) == 2 * frames
            assert piece == piece.rstrip(b"\0").ljust(2 * frames, b"\0")
            taken += piece
            at += frames / SOUND.rate
    assert taken.count(1) + len(outlet.take(2 * pushed, at).rstrip(b"\0")) == pushed


@given(STEPS)
def test_a_piece_is_heard_when_it_was_said_to_be(steps: list[tuple[str, int]]) -> None:
    outlet, at = Outlet(SOUND, START), START
    said: dict[int, float] = {}
    heard: dict[int, float] = {}
    for number, (step, frames) in enumerate(steps, 1):
        if step == "push":
            said[number] = outlet.push(number.to_bytes(2, "little") * frames)
        else:
            piece = outlet.take(2 * frames, at)
            for place in range(frames):
                heard.setdefault(int.from_bytes(piece[2 * place : 2 * place + 2], "little"), at + place / SOUND.rate)
            at += frames / SOUND.rate
    for number in said.keys() & heard.keys():
        assert said[number] == pytest.approx(heard[number], abs=1e-9)


def test_the_end_is_that_of_the_sound_and_not_of_the_silence_after_it() -> None:
    outlet = Outlet(SOUND, START)
    outlet.push(bytes(SOUND.bytes(0.5)))
    outlet.take(SOUND.bytes(1.0), START)
    outlet.take(SOUND.bytes(1.0), START + 1.0)
    assert outlet.heard_until == START + 0.5
    assert outlet.held_s == 0
