"""Laws of being ready and alive."""

from __future__ import annotations

from satellite.vitals import OPENING, Vitals

SILENT_S = 10.0
LIMIT_S = OPENING * SILENT_S


def test_it_is_ready_once_with_the_first_frame() -> None:
    told: list[str] = []
    vitals = Vitals(SILENT_S, lambda: told.append("ready"), 0.0)
    assert told == []
    vitals.heard(1.0)
    vitals.heard(1.02)
    vitals.excuse()
    assert told == ["ready"]


def test_it_is_ready_when_it_is_known_that_no_frame_will_come() -> None:
    told: list[str] = []
    Vitals(SILENT_S, lambda: told.append("ready"), 0.0).excuse()
    assert told == ["ready"]


def test_ears_that_hear_nothing_without_saying_why_are_dead() -> None:
    vitals = Vitals(SILENT_S, lambda: None, 0.0)
    assert vitals.alive(LIMIT_S - 0.1)
    vitals.heard(100.0)
    assert vitals.alive(100.0 + LIMIT_S - 0.1)
    assert not vitals.alive(100.0 + LIMIT_S)


def test_ears_that_are_muted_or_whose_microphone_fails_live() -> None:
    vitals = Vitals(SILENT_S, lambda: None, 0.0)
    vitals.excuse()
    assert vitals.alive(1e6)


def test_an_excuse_ends_with_the_next_frame_or_when_frames_are_expected_again() -> None:
    vitals = Vitals(SILENT_S, lambda: None, 0.0)
    vitals.excuse()
    vitals.heard(1000.0)
    assert not vitals.alive(1000.0 + LIMIT_S)
    vitals.excuse()
    vitals.expect(2000.0)
    assert vitals.alive(2000.0 + LIMIT_S - 0.1)
    assert not vitals.alive(2000.0 + LIMIT_S)
