"""Laws of log lines that repeat."""

from __future__ import annotations

import logging
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wire.sayings import EVERY_S, MOST_KEYS, MOST_LINES, Sayings

log = logging.getLogger("test.sayings")


def test_a_line_is_said_once_and_then_counted(caplog: pytest.LogCaptureFixture) -> None:
    said = Sayings(log, lambda: 100.0)
    for _ in range(5):
        said.warn("late", "audio came late")
    assert [record.getMessage() for record in caplog.records] == ["audio came late"]
    assert said.count("late") == 5
    assert said.count("never") == 0


def test_after_an_hour_it_is_said_again_with_the_number_in_between(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    said = Sayings(log, lambda: now)
    for now in (0.0, 1.0, 2.0, EVERY_S):  # noqa: B007 the lambda reads it
        said.warn("late", "audio came late")
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["audio came late", "audio came late (2 more since the last such line)"]


def test_each_key_is_said_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    said = Sayings(log, lambda: 0.0)
    said.warn("a", "one")
    said.warn("b", "two")
    assert len(caplog.records) == 2


def test_of_many_keys_the_one_that_was_quiet_for_longest_is_forgotten() -> None:
    said = Sayings(log, lambda: 0.0)
    said.warn("first", "")
    said.warn("second", "")
    for number in range(MOST_KEYS - 2):
        said.warn(str(number), "")
    said.warn("first", "")
    said.warn("one too many", "")
    assert said.count("first") == 2
    assert said.count("second") == 0


def test_however_many_keys_there_are_so_many_lines_are_said_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    """A stranger with an IPv6 network has more addresses than a disk has room for lines."""
    now = 0.0
    said = Sayings(log, lambda: now)
    for number in range(10 * MOST_LINES):
        said.warn(f"2001:db8::{number:x}", f"turned away 2001:db8::{number:x}")
    assert len(caplog.records) == MOST_LINES
    assert "left out" in caplog.records[-1].getMessage()
    assert "left out" not in caplog.records[-2].getMessage()
    now = EVERY_S
    said.warn("2001:db8::1", "turned away 2001:db8::1")
    assert caplog.records[-1].getMessage() == "turned away 2001:db8::1"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.floats(0, 2 * EVERY_S), max_size=50))
def test_no_two_lines_of_a_key_are_closer_than_an_hour(caplog: pytest.LogCaptureFixture, gaps: list[float]) -> None:
    now, times = 0.0, []
    said = Sayings(log, lambda: now)
    caplog.clear()
    for gap in gaps:
        now += gap
        before = len(caplog.records)
        said.warn("late", "audio came late")
        if len(caplog.records) > before:
            times.append(now)
    assert said.count("late") == len(gaps)
    assert all(later - earlier >= EVERY_S for earlier, later in pairwise(times))
