"""Laws of trying again: soon at first, never often, and no token twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.home.homeassistant.retry import FIRST_S, LONGEST_S, STEADY_S, TOKEN_S, Retry


class Clock:
    """Stands still."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_waits_double_up_to_a_bound_and_begin_again_after_a_connection_that_held() -> None:
    clock = Clock()
    retry = Retry(clock)
    waits = []
    for _ in range(10):
        assert retry.begin("token")
        waits.append(retry.wait_s())
    assert waits[:3] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S]
    assert waits[-1] == LONGEST_S
    retry.begin("token")
    clock.now += STEADY_S
    assert retry.wait_s() == FIRST_S


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans())))
def test_a_token_is_not_offered_again_right_after_it_was_refused(attempts: list[tuple[str, bool]]) -> None:
    retry = Retry(Clock())
    last_refused = ""
    for token, is_refused in attempts:
        offered = retry.begin(token)
        assert offered == (token != last_refused)
        if offered:
            last_refused = token if is_refused else ""
            if is_refused:
                retry.refuse(token)
        assert 0 < retry.wait_s() <= max(LONGEST_S, TOKEN_S)
