"""Laws of the ladder, in virtual time."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.load.ladder import CALM, CALM_S, FAR, LAST_S, MINUTE_S, STEP_S, WHOLE_S, Ladder, Rung

B = 1.0
OVER, FAR_OVER, CALMLY = 1.2 * B, 2 * FAR * B, 0.5 * CALM * B
Observed = tuple[float, float, float]
"""Seconds since the one before, the forecast, and what FULL would hold; each rung holds a fifth of it less."""
OBSERVED = st.lists(st.tuples(st.floats(0, 15), st.floats(0, 4), st.floats(0, 4)), max_size=80)


def all_hold(rung: Rung) -> float:
    return 0.0


def none_holds(rung: Rung) -> float:
    return math.inf


def holds_from(best: Rung) -> Callable[[Rung], float]:
    return lambda rung: 0.0 if rung >= best else math.inf


def falling(full_s: float) -> Callable[[Rung], float]:
    return lambda rung: full_s * (1 - rung / 5)


def climb(ladder: Ladder, observed: list[Observed]) -> list[tuple[float, Rung]]:
    """The rung after each observation, and when."""
    now, rungs = 0.0, [(0.0, ladder.rung)]
    for gap, forecast, full_s in observed:
        now += gap
        rungs.append((now, ladder.observe(forecast, falling(full_s), now)))
    return rungs


def down_to(rung: Rung, now: float = 0.0) -> Ladder:
    """A ladder that a sudden crowd has brought there."""
    ladder = Ladder(B)
    ladder.observe(FAR_OVER, holds_from(rung), now)
    if rung is Rung.SHORT_REPLY:
        ladder.observe(FAR_OVER, none_holds, now + LAST_S)
    assert ladder.rung is rung
    return ladder


# Down


def test_one_turn_above_the_budget_changes_nothing_and_two_running_do() -> None:
    ladder = Ladder(B)
    for forecast in (OVER, B, OVER, 0.0, OVER):
        assert ladder.observe(forecast, all_hold, 0.0) is Rung.FULL
    assert ladder.observe(OVER, all_hold, 0.0) is Rung.NO_SPECULATIVE_SPEECH


def test_one_turn_far_above_is_enough() -> None:
    assert Ladder(B).observe(FAR_OVER, all_hold, 0.0) is Rung.NO_SPECULATIVE_SPEECH


@pytest.mark.parametrize("rung", list(Rung)[1:-1])
def test_a_sudden_crowd_goes_to_the_first_rung_that_holds_in_one_turn(rung: Rung) -> None:
    assert down_to(rung).rung is rung


def test_the_last_rung_is_gone_to_only_when_the_one_before_it_has_not_helped() -> None:
    ladder = Ladder(B)
    assert ladder.observe(FAR_OVER, none_holds, 0.0) is Rung.SMALL_VOICE
    assert ladder.observe(FAR_OVER, none_holds, LAST_S - 1) is Rung.SMALL_VOICE
    assert ladder.observe(FAR_OVER, none_holds, LAST_S) is Rung.SHORT_REPLY
    assert ladder.observe(FAR_OVER, none_holds, 2 * LAST_S) is Rung.SHORT_REPLY


@given(OBSERVED, st.floats(0, 4), st.floats(0, 4), st.floats(0, 4), st.floats(0, 15))
def test_a_later_forecast_never_gives_a_better_rung(
    before: list[Observed], one: float, other: float, full_s: float, gap: float
) -> None:
    sooner, later = sorted([one, other])
    rungs = [climb(Ladder(B), [*before, (gap, forecast, full_s)])[-1][1] for forecast in (sooner, later)]
    assert rungs[0] <= rungs[1]


# Up


def test_calm_gives_back_one_rung_after_a_while_then_one_each_few_seconds() -> None:
    ladder, now, moves = down_to(Rung.SMALL_STT), 0.0, list[float]()
    while ladder.rung > Rung.SLOW_PARTIALS:
        now += 1.0
        before = ladder.rung
        if ladder.observe(CALMLY, all_hold, now) is not before:
            assert ladder.rung == before - 1
            moves.append(now)
    assert moves == [1 + CALM_S, 1 + CALM_S + STEP_S]


@pytest.mark.parametrize("rung", list(Rung)[1:])
@pytest.mark.parametrize("watched", [True, False])
def test_within_a_minute_of_the_loads_end_all_is_back_whether_anybody_comes_or_not(rung: Rung, watched: bool) -> None:
    ladder = down_to(rung)
    end = LAST_S if rung is Rung.SHORT_REPLY else 0.0
    for second in range(1 if watched else 60, 61):
        ladder.observe(CALMLY, all_hold, end + second)
    assert ladder.rung is Rung.FULL


@given(OBSERVED)
def test_whatever_was_a_minute_of_calm_gives_all_back(observed: list[Observed]) -> None:
    ladder = Ladder(B)
    now = climb(ladder, observed)[-1][0]
    for second in range(1, 62):
        ladder.observe(CALMLY, all_hold, now + second)
    assert ladder.rung is Rung.FULL


def test_a_better_voice_that_would_not_hold_is_not_tried() -> None:
    ladder = down_to(Rung.SMALL_VOICE)
    for second in range(600):
        assert ladder.observe(CALMLY, holds_from(Rung.SMALL_VOICE), second) is Rung.SMALL_VOICE
    assert ladder.observe(CALMLY, holds_from(Rung.NO_PARTIALS), 600) is Rung.NO_PARTIALS


def test_what_still_waits_is_no_calm() -> None:
    ladder = Ladder(B)
    ladder.observe(20.0, holds_from(Rung.SMALL_STT), 0.0)
    assert ladder.observe(CALMLY, all_hold, 20.0 + CALM_S - 1) is Rung.SMALL_STT
    assert ladder.observe(CALMLY, all_hold, 20.0 + CALM_S) is Rung.NO_PARTIALS


def test_what_was_done_sooner_than_forecast_is_calm_from_then_on() -> None:
    ladder = Ladder(B)
    ladder.observe(math.inf, holds_from(Rung.SMALL_STT), 0.0)
    ladder.observe(CALMLY, all_hold, 1.0)
    assert ladder.observe(CALMLY, all_hold, 1.0 + WHOLE_S) is Rung.FULL


@given(st.floats(0.5, 10))
def test_a_hub_that_is_slow_when_idle_is_not_loaded_and_comes_back_after_a_load(alone_s: float) -> None:
    ladder = Ladder(B)

    def alone(rung: Rung) -> float:
        return alone_s

    for second in range(10):
        assert ladder.observe(alone_s, alone, second, alone_s) is Rung.FULL
    assert ladder.observe(4 * alone_s, none_holds, 10, alone_s) is Rung.SMALL_VOICE
    ladder.observe(alone_s, alone, 11, alone_s)
    assert ladder.observe(alone_s, alone, 11 + WHOLE_S, alone_s) is Rung.FULL


# Neither too often


@given(OBSERVED)
def test_the_voice_changes_at_most_twice_in_a_minute(observed: list[Observed]) -> None:
    rungs = climb(Ladder(B), observed)
    changes = [at for (_, before), (at, rung) in pairwise(rungs) if before.voice != rung.voice]
    assert all(later - sooner >= MINUTE_S for sooner, later in zip(changes, changes[2:], strict=False))


@given(OBSERVED)
def test_nothing_is_given_back_sooner_than_calm_allows(observed: list[Observed]) -> None:
    rungs = climb(Ladder(B), observed)
    moves = [(at, rung - before) for (_, before), (at, rung) in pairwise(rungs) if rung is not before]
    for (sooner, _), (later, by) in pairwise(moves):
        assert by > 0 or later - sooner >= STEP_S
        assert by > 0 or not any(
            later - CALM_S < at < later and forecast >= CALM * B
            for (at, _), (_, forecast, _) in zip(rungs[1:], observed, strict=True)
        )


@given(st.lists(st.floats(0, 4)))
def test_a_voice_that_may_not_change_lets_the_ladder_go_as_far_as_it_can(forecasts: list[float]) -> None:
    ladder = down_to(Rung.SMALL_VOICE)
    assert ladder.observe(CALMLY, all_hold, 55.0) is Rung.FULL
    assert ladder.observe(FAR_OVER, none_holds, 56.0) is Rung.SMALL_STT
    for forecast in forecasts:
        assert ladder.observe(forecast, none_holds, 59.0).voice == Rung.FULL.voice
    assert ladder.observe(FAR_OVER, none_holds, 60.0) is Rung.SMALL_VOICE


@given(OBSERVED)
def test_a_frozen_ladder_never_moves(observed: list[Observed]) -> None:
    assert {rung for _, rung in climb(Ladder(B, frozen=True), observed)} == {Rung.FULL}


def test_rungs_are_cheapest_first_and_the_last_ones_are_heard() -> None:
    assert [rung.voice for rung in Rung] == [0, 0, 0, 0, 0, 0, 1, 1]
