"""Laws of mute and pause."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from satellite.mute import GOODBYE_S, PAUSE_OUTLIVES_S, Mute

HA = "192.168.1.2"


def test_the_own_switch_wins_over_every_controller() -> None:
    mute = Mute(switch=True)
    mute.pause(HA, 0.0)
    mute.resume(HA)
    assert mute.muted(0.0)


def test_a_pause_lasts_until_its_controller_runs_the_satellite_again() -> None:
    mute = Mute()
    mute.pause(HA, 0.0)
    assert mute.muted(1e9)
    mute.resume("192.168.1.3")
    assert mute.muted(1e9)
    mute.resume(HA)
    assert not mute.muted(1e9)


@given(st.floats(GOODBYE_S, 1e6))
def test_a_pause_outlives_its_connection_for_a_while(gone_at: float) -> None:
    mute = Mute()
    mute.pause(HA, 0.0)
    mute.gone(HA, gone_at)
    assert mute.muted(gone_at + PAUSE_OUTLIVES_S - 1)
    assert not mute.muted(gone_at + PAUSE_OUTLIVES_S + 1)


def test_an_old_connection_that_ends_after_the_new_one_has_unmuted_mutes_nothing() -> None:
    mute = Mute()
    mute.pause(HA, 0.0)
    mute.resume(HA)
    mute.gone(HA, 0.0)
    assert not mute.muted(0.0)


def test_one_pause_ends_while_another_lasts() -> None:
    mute = Mute()
    mute.pause(HA, 0.0)
    mute.pause("192.168.1.3", 0.0)
    mute.gone(HA, GOODBYE_S)
    assert mute.muted(GOODBYE_S + PAUSE_OUTLIVES_S + 1)


def test_a_pause_that_is_said_as_a_goodbye_mutes_nobody_else() -> None:
    mute = Mute()
    mute.pause(HA, 5.0)
    assert mute.muted(5.0)
    mute.gone(HA, 5.0)
    assert not mute.muted(5.0)


def test_a_goodbye_of_who_has_muted_before_ends_no_mute() -> None:
    mute = Mute()
    mute.pause(HA, 0.0)
    mute.pause(HA, 60.0)
    mute.gone(HA, 60.0)
    assert mute.muted(60.0 + PAUSE_OUTLIVES_S - 1)
