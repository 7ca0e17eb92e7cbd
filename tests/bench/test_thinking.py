"""Laws of the figures of replies that are begun early."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.house import Answer
from bench.thinking import MODEL, QUESTIONS, apart, model_ms, paired, summary, thoughts

MILLISECONDS = st.floats(0, 3000)


def answer(clause: float, hits: int = 0, *, final: float = 300.0, endpoint: float = 700.0) -> Answer:
    marks = {"final": final, "endpoint": endpoint, "first_clause": clause, "first_audio_played": clause + 10.0}
    times: dict[str, object] = {"marks_ms": marks, "speculation": {"hits": hits}}
    return Answer(QUESTIONS[0][0], transcript="who won", reply=MODEL.text, times=times)


def test_the_server_has_sent_the_first_clause_after_its_seventh_token() -> None:
    assert model_ms() == pytest.approx(200 + 6 / 120 * 1000)


def test_a_reply_begun_early_may_reach_speech_before_the_endpoint() -> None:
    [early] = thoughts([answer(560.0, hits=1)])
    assert early is not None
    assert early.early
    assert early.bound_ms == 700.0
    assert early.over_ms == -140.0
    assert early.added_ms == pytest.approx(10.0)


def test_a_reply_begun_at_the_endpoint_is_over_the_bound_by_what_the_model_takes_and_more() -> None:
    [late] = thoughts([answer(960.0)])
    assert late is not None
    assert not late.early
    assert late.over_ms == pytest.approx(260.0)
    assert late.added_ms == pytest.approx(10.0)


@given(final=MILLISECONDS, endpoint=MILLISECONDS, clause=MILLISECONDS, hits=st.integers(0, 1))
def test_no_long_endpoint_hides_what_the_hub_added(final: float, endpoint: float, clause: float, hits: int) -> None:
    [turn] = thoughts([answer(clause, hits, final=final, endpoint=endpoint)])
    assert turn is not None
    if turn.early:
        assert turn.over_ms <= turn.added_ms + 0.1  # rounded
    else:
        assert turn.over_ms >= turn.added_ms - 0.1


def test_only_a_hit_in_that_turn_makes_it_early() -> None:
    assert [turn and turn.early for turn in thoughts([answer(560.0, 1), answer(960.0, 1), answer(560.0, 2)])] == [
        True,
        False,
        True,
    ]


def test_what_the_home_answered_or_has_no_times_is_not_compared() -> None:
    by_the_home, silent = answer(560.0), answer(560.0)
    by_the_home.reply = "Turned on the light"
    silent.times = {"marks_ms": {"endpoint": 700.0}}
    assert thoughts([by_the_home, silent]) == [None, None]


def test_what_the_two_hubs_heard_differently_is_not_the_same_turn() -> None:
    other = answer(960.0)
    other.transcript = "who was it"
    on, off = [answer(560.0, 1), answer(560.0, 2)], [answer(960.0), other]
    [pair] = paired(on, off)
    assert pair.sooner_ms == pytest.approx(400.0)
    [left_out] = apart(on, off)
    assert left_out["off"] == ["who was it", MODEL.text]


def test_the_summary_tells_the_turns_that_were_begun_early_from_the_rest() -> None:
    on, off = [answer(560.0, 1), answer(960.0, 1)], [answer(960.0), answer(960.0)]
    found = summary(paired(on, off))
    assert found["all turns"]["turns"] == 2
    assert found["begun early"]["turns"] == 1
    assert found["begun early"]["sooner_ms"] == {"median": 400.0, "p95": 400.0, "least": 400.0, "most": 400.0}
    kept = {kind: found["begun early"][kind] for kind in ("on", "off")}
    assert [side["within_bound"] for side in kept.values() if isinstance(side, dict)] == [1, 0]
