"""Laws of beginning a reply early: where it pays, and what is counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.llm.speculation import (
    FEWEST_HITS,
    LONGEST_SPEECH_S,
    MOST_TRIES,
    PAUSE_TURNS,
    REMEMBERED,
    Outcome,
    Speculation,
)


def pays(speculation: Speculation, words: str = "turn it on", tries: int = 0) -> bool:
    return speculation.pays(words, tries, 2.0, False)


def test_a_request_is_worth_it() -> None:
    assert pays(Speculation())


@pytest.mark.parametrize(
    ("words", "tries", "speech_s", "loaded"),
    [
        ("turn", 0, 2.0, False),
        ("", 0, 2.0, False),
        ("turn it on", MOST_TRIES, 2.0, False),
        ("turn it on", 0, LONGEST_SPEECH_S, False),
        ("turn it on", 0, 2.0, True),
    ],
)
def test_what_is_not_worth_it(words: str, tries: int, speech_s: float, loaded: bool) -> None:
    assert not Speculation().pays(words, tries, speech_s, loaded)


@given(st.lists(st.tuples(st.sampled_from(Outcome), st.floats(0, 10)), max_size=100))
def test_all_is_counted(ended: list[tuple[Outcome, float]]) -> None:
    speculation = Speculation()
    for outcome, seconds in ended:
        speculation.ended(outcome, seconds)
    assert sum(speculation.counts.values()) == len(ended)
    assert speculation.lead_s == pytest.approx(sum(s for one, s in ended if one is Outcome.HIT))
    assert speculation.wasted_s == pytest.approx(sum(s for one, s in ended if one is not Outcome.HIT))


def test_who_misses_too_often_pauses_for_a_while_and_is_tried_again() -> None:
    speculation = Speculation()
    for number in range(REMEMBERED):
        assert pays(speculation)
        speculation.ended(Outcome.HIT if number < FEWEST_HITS - 1 else Outcome.RESUMED, 0.5)
    for _ in range(PAUSE_TURNS):
        assert not pays(speculation)
        speculation.turn()
    assert pays(speculation)


def test_a_third_of_hits_is_enough() -> None:
    speculation = Speculation()
    for number in range(10 * REMEMBERED):
        speculation.ended(Outcome.HIT if number % 3 == 0 else Outcome.RESUMED, 0.5)
    assert pays(speculation)


@given(st.lists(st.tuples(st.sampled_from(Outcome), st.floats(0, 60))))
def test_the_report_counts_each_reply_and_its_time_once(ended: list[tuple[Outcome, float]]) -> None:
    speculation = Speculation()
    for outcome, seconds in ended:
        speculation.ended(outcome, seconds)
    report = speculation.report()
    assert report["hits"] + report["resumed"] + report["changed"] == len(ended)
    assert report["lead_ms"] + report["wasted_ms"] == pytest.approx(sum(s for _, s in ended) * 1000, abs=0.2)
