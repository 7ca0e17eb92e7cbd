"""Laws of whom to ask: each failure rests, each rest ends, and the first model comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hub.llm.breaker import FIRST_REST_S, LONGEST_REST_S, Breaker, order

ROUNDING_S = 1e-6  # of sums of clock times
rests = st.none() | st.floats(0, 3600)
failures = st.lists(st.tuples(st.floats(0, 10_000), rests), max_size=40)


def after(history: Sequence[tuple[float, float | None]]) -> tuple[Breaker, float]:
    breaker, now_s = Breaker(), 0.0
    for wait_s, retry_after_s in history:
        now_s += wait_s
        breaker = breaker.failed(now_s, retry_after_s)
    return breaker, now_s


@given(failures, st.floats(0.01, 3600))
def test_a_model_is_never_asked_before_the_time_that_its_server_named(
    history: Sequence[tuple[float, float | None]], rest_s: float
) -> None:
    breaker, now_s = after(history)
    limited = breaker.failed(now_s, rest_s)
    assert order([limited], now_s + rest_s * 0.999) == []
    assert order([limited], now_s + max(rest_s, FIRST_REST_S) + 0.01) == [0]


@given(failures)
def test_no_rest_of_its_own_is_longer_than_five_minutes(history: Sequence[tuple[float, float | None]]) -> None:
    breaker, now_s = after(history)
    failed = breaker.failed(now_s)
    assert FIRST_REST_S - ROUNDING_S <= failed.until_s - now_s <= LONGEST_REST_S + ROUNDING_S
    assert failed.is_due(now_s + LONGEST_REST_S + ROUNDING_S)


@given(failures)
def test_a_model_that_failed_is_asked_after_one_that_did_not(history: Sequence[tuple[float, float | None]]) -> None:
    breaker, now_s = after(history)
    assert order([breaker.failed(now_s), Breaker()], now_s) == [1, 0]


@given(failures)
def test_after_its_rest_the_first_model_is_asked_first_again(history: Sequence[tuple[float, float | None]]) -> None:
    breaker, now_s = after(history)
    failed = breaker.failed(now_s)
    assert order([failed, Breaker()], failed.until_s) == [0, 1]


@given(failures)
def test_only_one_request_is_the_probe(history: Sequence[tuple[float, float | None]]) -> None:
    breaker, now_s = after(history)
    probed = replace(breaker.failed(now_s), probed=True)
    assert not probed.is_due(probed.until_s)
    assert order([probed, Breaker()], probed.until_s) == [1, 0]


@given(
    st.lists(st.builds(Breaker, st.integers(0, 9), st.floats(0, 100), st.booleans(), st.booleans())), st.floats(0, 100)
)
def test_nobody_is_asked_twice(breakers: Sequence[Breaker], now_s: float) -> None:
    asked = order(breakers, now_s)
    assert len(set(asked)) == len(asked)
