"""Laws of what stages take of late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.load.estimates import REMEMBERED, Estimate, Estimates, Sized

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


# By size

JOBS = st.lists(st.tuples(SECONDS, st.floats(0, 1000)), min_size=1, max_size=100)


def sized(jobs: list[tuple[float, float]]) -> Sized:
    estimate = Sized()
    for seconds, size in jobs:
        estimate.add(seconds, size)
    return estimate


def test_nothing_is_known_of_a_kind_before_its_first_job() -> None:
    assert Estimates()["tts", "small"].mean(100) == Estimates()["tts", "small"].p95(100) == 0.0


def test_kinds_are_apart() -> None:
    estimates = Estimates()
    estimates["tts", "full"].add(2.0)
    estimates["tts", "small"].add(1.0)
    assert (estimates["tts", "full"].mean(), estimates["tts", "small"].mean()) == (2.0, 1.0)


@given(st.floats(0, 1), st.floats(0.001, 0.1), st.lists(st.integers(1, 200), min_size=5, unique=True))
def test_work_that_grows_with_its_size_is_known_for_every_size(fixed: float, rate: float, sizes: list[int]) -> None:
    estimate = sized([(fixed + rate * size, size) for size in sizes])
    for size in (1, 50, 500):
        assert estimate.mean(size) == pytest.approx(fixed + rate * size, abs=1e-6)
        assert estimate.p95(size) == pytest.approx(fixed + rate * size, abs=1e-6)


@given(JOBS, st.floats(0, 1000))
def test_an_estimate_is_never_below_zero_and_larger_work_is_never_thought_shorter(
    jobs: list[tuple[float, float]], size: float
) -> None:
    estimate = sized(jobs)
    assert 0 <= estimate.mean(size) <= estimate.mean(size + 1) + 1e-9
    assert 0 <= estimate.p95(size) <= estimate.p95(size + 1) + 1e-9


@given(st.lists(SECONDS, min_size=1, max_size=REMEMBERED), st.floats(0, 1000))
def test_of_jobs_of_one_size_nineteen_of_twenty_stay_below_the_p95(times: list[float], size: float) -> None:
    estimate = sized([(seconds, size) for seconds in times])
    assert min(times) - 1e-9 <= estimate.mean(size) <= max(times) + 1e-9
    assert sum(seconds <= estimate.p95(size) + 1e-6 for seconds in times) >= 0.95 * len(times)


@given(SECONDS, SECONDS)
def test_an_engine_that_has_become_slower_is_known_after_some_jobs(before: float, now: float) -> None:
    estimate = sized([(before, 10.0)] * 64 + [(now, 10.0)] * 40)
    assert estimate.mean(10.0) == pytest.approx(now, abs=0.15 * abs(before - now) + 1e-9)
