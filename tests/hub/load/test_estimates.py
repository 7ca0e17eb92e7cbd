"""Laws of what stages take of late."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.load.estimates import Estimate

SECONDS = st.floats(0, 100)


def estimated(measured: list[float]) -> float:
    estimate = Estimate()
    for seconds in measured:
        estimate.add(seconds)
    return estimate.value


def test_nothing_is_known_before_the_first_measurement() -> None:
    assert estimated([]) == 0.0


@given(SECONDS)
def test_the_first_measurement_is_believed(seconds: float) -> None:
    assert estimated([seconds]) == seconds


@given(st.lists(SECONDS, min_size=1), SECONDS)
def test_the_mean_lies_between_what_was_and_what_is(before: list[float], newest: float) -> None:
    low, high = sorted([estimated(before), newest])
    assert low - 1e-9 <= estimated([*before, newest]) <= high + 1e-9


@given(SECONDS, SECONDS)
def test_a_stage_that_has_changed_is_known_after_some_turns(before: float, now: float) -> None:
    assert abs(estimated([before] * 20 + [now] * 20) - now) <= 0.02 * abs(before - now) + 1e-9
