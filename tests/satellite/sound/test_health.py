"""Laws of the microphone's health: each trouble is told once, and waits double until it has worked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from satellite.sound.health import Backoff, MicrophoneHealth, Trouble

ZEROS, SOUND = bytes(640), bytes(639) + b"\1"


@given(st.lists(st.booleans(), max_size=200), st.integers(1, 20))
def test_so_many_zeros_in_a_row_are_silence(sounds: list[bool], silent: int) -> None:
    health = MicrophoneHealth(silent)
    zeros = 0
    for sound in sounds:
        zeros = 0 if sound else zeros + 1
        assert (health.frame(SOUND if sound else ZEROS) is Trouble.SILENT) is (zeros >= silent)


def test_each_trouble_is_told_once_until_all_is_well_again() -> None:
    health = MicrophoneHealth(2)
    assert [health.trouble(Trouble.FAILED), health.trouble(Trouble.FAILED)] == [True, False]
    assert [health.trouble(Trouble.SILENT), health.trouble(Trouble.FAILED)] == [True, False]
    assert health.frame(ZEROS) is None
    assert [health.frame(SOUND), health.frame(SOUND)] == [Trouble.WELL, None]
    assert health.trouble(Trouble.FAILED)


def test_a_microphone_that_was_well_is_not_told_well() -> None:
    health = MicrophoneHealth(2)
    assert [health.frame(SOUND) for _ in range(3)] == [None] * 3


def test_zeros_of_before_the_opening_do_not_count() -> None:
    health = MicrophoneHealth(2)
    health.frame(ZEROS)
    health.opened()
    assert health.frame(ZEROS) is None


def test_waits_double_to_half_a_minute() -> None:
    backoff = Backoff()
    assert [backoff.failed(0.0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_device_that_has_worked_a_while_is_opened_soon() -> None:
    backoff = Backoff()
    waits = [backoff.failed(worked) for worked in (0.0, 0.0, 9.0, 11.0, 0.0)]
    assert waits == [0.5, 1, 2, 0.5, 1]
