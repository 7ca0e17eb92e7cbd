"""Laws of what a storm restarts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.home_assistant.storm.plan import APART_S, DOWN_S, HOME, PROGRAMS, How, counted, planned

SEEDS = st.integers(0, 2**32)


@given(st.integers(1, 150), SEEDS)
def test_there_are_as_many_restarts_as_were_asked_for_and_no_round_has_a_program_twice(
    restarts: int, seed: int
) -> None:
    rounds = planned(restarts, seed)
    assert sum(len(one.restarts) for one in rounds) == restarts
    for one in rounds:
        programs = [restart.program for restart in one.restarts]
        assert len(set(programs)) == len(programs) > 0
        assert all(0 <= restart.after_s <= APART_S and 0 <= restart.down_s <= DOWN_S for restart in one.restarts)
    assert not rounds[-1].hurried


@given(SEEDS)
def test_a_seed_gives_the_same_storm_again(seed: int) -> None:
    assert planned(40, seed) == planned(40, seed)


@pytest.mark.parametrize("seed", range(3))
def test_a_hundred_restarts_bring_every_program_in_every_way(seed: int) -> None:
    seen = {(program, how) for program, how, _ in counted(planned(100, seed))}
    ways = {(program, how) for program in PROGRAMS for how in How if how is not How.SERVICE}
    assert seen == ways | {(HOME, How.SERVICE)}


def test_home_assistant_is_a_fifth_of_a_storm() -> None:
    counts: Counter[str] = Counter()
    for program, _, number in counted(planned(100, 1)):
        counts[program] += number
    assert counts == {"home": 20, "hub": 30, "kitchen": 25, "bedroom": 25}
