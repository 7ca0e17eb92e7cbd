"""Laws of what servers say about their limits."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.llm.limits import LONGEST_REST_S, refusal, retry_after_s, seconds, spent_s

NOW_S = 1_800_000_000.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        ("7.66s", 7.66),
        ("2m59.5s", 179.5),
        ("120ms", 0.12),
        ("1h", 3600),
        ("1h2m3s4ms", 3723.004),
        ("3m", 180),
    ],
)
def test_durations_are_read_in_each_form(text: str, expected: float) -> None:
    assert seconds(text) == pytest.approx(expected)


@given(st.text() | st.from_regex(r"[0-9hms. ,]{0,30}"))
def test_no_header_makes_a_rest_longer_than_an_hour_or_negative(text: str) -> None:
    rest = retry_after_s({"retry-after": text}, NOW_S)
    assert rest is None or 0 <= rest <= LONGEST_REST_S
    spent = spent_s({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": text})
    assert 0 <= spent <= LONGEST_REST_S


def test_retry_after_may_be_a_date() -> None:
    assert retry_after_s({"retry-after": formatdate(NOW_S + 30, usegmt=True)}, NOW_S) == 30


def test_a_success_rests_only_where_it_was_the_last_request() -> None:
    assert spent_s({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "30s"}) == 0
    assert spent_s({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "30s"}) == 30
    assert spent_s({}) == 0


@pytest.mark.parametrize("status", [307, 400, 401, 403, 404, 413, 429, 500, 529])
def test_a_refusal_names_its_status_and_a_remedy(status: int) -> None:
    error = refusal(status, {"retry-after": "9"}, NOW_S)
    assert f"HTTP {status}: " in str(error)
    assert error.retry_after_s == 9
