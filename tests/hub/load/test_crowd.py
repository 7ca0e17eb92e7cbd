"""What the ladder and the order are worth to a house full of people, in virtual time (tests/hub/load/crowd.py)."""

from __future__ import annotations

from functools import cache

import pytest

from tests.hub.load.crowd import Figures, crowd

LATE_S = 2.0
QUIET, QUIET_S = 0.1, 60.0  # questions a second, for a minute before the crowd
CROWD_S = 240.0
LIMIT = 0.5  # questions a second at which people begin to wait, where the ladder is frozen
SEEDS = range(8)  # where p95 begins to pass the mark it is noisy
FEW = SEEDS[:3]


def p95(runs: list[Figures]) -> float:
    """Of all runs together, from the moment the crowd begins to ask."""
    together = Figures(first_s=[first for figures in runs for first in figures.first_s])
    return together.p95(since=QUIET_S)


def runs(turns_per_s: float, *, frozen: bool = False, seeds: range = SEEDS) -> list[Figures]:
    return [crowd(turns_per_s, CROWD_S, frozen=frozen, seed=seed, before=QUIET) for seed in seeds]


@cache
def crowded() -> list[Figures]:
    """Three times as many, with the ladder."""
    return runs(3 * LIMIT, seeds=FEW)


def test_with_the_ladder_frozen_people_begin_to_wait_at_the_limit() -> None:
    assert p95(runs(0.9 * LIMIT, frozen=True)) < LATE_S < p95(runs(LIMIT, frozen=True))


def test_three_times_as_many_are_answered_in_time() -> None:
    assert p95(crowded()) < LATE_S


def test_nobody_is_lost_and_replies_seldom_run_dry() -> None:
    for figures in crowded():
        assert figures.replied == len(figures.first_s) == figures.asked > 3 * LIMIT * CROWD_S / 2
        assert figures.nobody == 0
        assert figures.underruns < 0.05 * figures.asked * 2  # two clauses after the first


def test_the_voice_changes_at_most_twice_a_minute() -> None:
    for figures in crowded():
        changes = figures.voice_changes()
        assert all(later - sooner >= 60 for sooner, later in zip(changes, changes[2:], strict=False))


@pytest.mark.parametrize("times", [1, 3])
def test_within_a_minute_of_the_last_question_all_is_back(times: int) -> None:
    for figures in crowded() if times == 3 else runs(times * LIMIT, seeds=FEW):
        assert figures.back_s is not None
        assert figures.back_s <= 60
