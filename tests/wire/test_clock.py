"""Laws of the clock filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.clock import KEPT, ClockOffset
from wire.errors import MalformedEvent

TIMES = st.floats(-1e6, 1e6)
DELAYS = st.floats(0, 10)
EXCHANGES = st.tuples(TIMES, DELAYS, DELAYS, DELAYS)  # asked at, way there, time over there, way back
ROUNDING = 1e-6


def feed(clock: ClockOffset, offset: float, exchanges: list[tuple[float, float, float, float]]) -> None:
    """Exchanges with a clock that is `offset` ahead."""
    for asked, there, thinking, back in exchanges:
        arrived = asked + there
        left = arrived + thinking
        clock.feed(asked, arrived + offset, left + offset, left + back)


@given(TIMES, st.lists(EXCHANGES, min_size=1, max_size=40))
def test_a_known_offset_is_found_within_half_of_the_lowest_round_trip(
    offset: float, exchanges: list[tuple[float, float, float, float]]
) -> None:
    clock = ClockOffset()
    feed(clock, offset, exchanges)
    assert clock.offset is not None
    lowest = min(there + back for _, there, _, back in exchanges[-KEPT:])
    assert abs(clock.offset - offset) <= lowest / 2 + ROUNDING


@given(TIMES, TIMES, EXCHANGES)
def test_equal_ways_give_the_offset_exactly_and_a_remote_time_becomes_the_local_one(
    offset: float, local: float, exchange: tuple[float, float, float, float]
) -> None:
    asked, way, thinking, _ = exchange
    clock = ClockOffset()
    feed(clock, offset, [(asked, way, thinking, way)])
    assert clock.offset == pytest.approx(offset, abs=ROUNDING)
    assert clock.to_local(local + offset) == pytest.approx(local, abs=ROUNDING)


def test_a_clock_that_drifts_is_followed_because_old_exchanges_are_forgotten() -> None:
    clock = ClockOffset()
    feed(clock, 1.0, [(0.0, 0.0, 0.0, 0.0)])
    feed(clock, 2.0, [(10.0, 0.5, 0.0, 0.5)] * (KEPT - 1))
    assert clock.offset == pytest.approx(1.0)
    feed(clock, 2.0, [(20.0, 0.5, 0.0, 0.5)])
    assert clock.offset == pytest.approx(2.0)


def test_before_the_first_exchange_nothing_is_known() -> None:
    assert ClockOffset().offset is None
    assert ClockOffset().to_local(1.0) is None


@pytest.mark.parametrize(
    "times",
    [
        (0.0, float("nan"), 1.0, 2.0),
        (0.0, float("inf"), float("inf"), 2.0),
        (float("-inf"), 0.0, 1.0, 2.0),
        (0.0, -1.7e308, 1.7e308, 1.0),
        (-1e308, 1e308, 1e308, -1e308),
        (2.0, 1.0, 1.0, 1.0),
        (0.0, 2.0, 1.0, 3.0),
        (0.0, 1.0, 3.0, 1.0),
    ],
    ids=[
        "nan",
        "inf",
        "-inf",
        "overflow",
        "offset overflow",
        "answered before asked",
        "left before arrival",
        "away longer than waited",
    ],
)
def test_times_that_no_two_clocks_show_are_refused_and_leave_no_trace(times: tuple[float, float, float, float]) -> None:
    clock = ClockOffset()
    with pytest.raises(MalformedEvent, match="run backwards"):
        clock.feed(*times)
    assert clock.offset is None


@given(*[st.floats(allow_nan=True, allow_infinity=True)] * 4)
def test_any_four_numbers_give_a_finite_offset_or_a_typed_error(t0: float, t1: float, t2: float, t3: float) -> None:
    clock = ClockOffset()
    try:
        clock.feed(t0, t1, t2, t3)
    except MalformedEvent:
        return
    assert clock.offset is not None
    assert abs(clock.offset) < float("inf")
