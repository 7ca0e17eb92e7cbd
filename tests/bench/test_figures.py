"""Laws of the bench's figures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.figures import outliers, spread, within
from bench.house import Answer
from config.hub import HubSettings
from config.loading import build, read
from tests.settings import HUB_TOML


def answer(whole: float, stt: float) -> Answer:
    stages = {"stt": stt, "wait": 600.0, "llm": whole - max(stt + 100, 600), "whole": whole}
    return Answer("turn on the light", times={"stages_ms": stages, "marks_ms": {"final": stt + 100, "endpoint": 600.0}})


def test_an_outlier_is_told_with_the_stage_that_made_it_late() -> None:
    answers = [answer(610 + number, 100) for number in range(10)] + [answer(1600, 1490)]
    assert outliers(answers) == [
        {"turn": 10, "question": "turn on the light", "whole_ms": 1600, "late_stage": "stt"},
    ]


def test_a_stage_that_is_hidden_by_the_wait_made_nothing_late() -> None:
    answers = [answer(610 + number, 100) for number in range(10)] + [answer(1600, 450)]
    assert [late["late_stage"] for late in outliers(answers)] == ["llm"]


def test_turns_that_are_alike_have_no_outlier() -> None:
    assert outliers([answer(600, 100)] * 10) == []


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_a_spread_is_ordered_and_made_of_what_was_measured(values: list[float]) -> None:
    found = spread(values)
    assert found["least"] <= found["median"] <= found["p95"] <= found["most"] or len(values) == 1
    assert {found["least"], found["p95"], found["most"]} <= set(values)
    assert sum(value <= found["p95"] for value in values) >= 0.95 * len(values)


def test_the_share_within_budget_counts_the_limit_itself() -> None:
    budgets = build(HubSettings, [read(HUB_TOML)]).budgets
    assert within("stt", {"stt": [500.0, 1000.0, 1000.1, 2000.0]}, budgets) == 0.5
    assert within("playout", {"playout": [1.0]}, budgets) is None
