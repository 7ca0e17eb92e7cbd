"""Laws of leaving a final to the smaller model."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from hub.stt.rolling.transcriber import Ask
from hub.stt.whisper.overload import TOO_LATE_S, takes_over, wait_s

SECONDS = st.floats(0, 100)
FINAL = Ask("en", final=True)


@dataclass
class Busy:
    """A model with a queue."""

    wait: float
    languages: tuple[str, ...] = ("en", "de")

    def wait_s(self, ask: Ask) -> float:
        """The same for all."""
        return self.wait


def test_nothing_is_known_before_the_first_pass() -> None:
    assert wait_s(0.0, 3.0, 7) == 0


def test_an_idle_model_makes_nobody_wait() -> None:
    assert wait_s(0.2, None, 0) == 0


def test_what_runs_is_waited_for_as_far_as_it_is_not_done() -> None:
    assert wait_s(0.5, 0.2, 0) == 0.3
    assert wait_s(0.5, 0.9, 0) == 0


def test_each_batch_ahead_takes_its_time() -> None:
    assert wait_s(0.5, 0.25, 3) == 1.75


@given(SECONDS, SECONDS)
def test_the_smaller_model_only_helps_where_it_is_sooner_and_the_big_one_too_late(big: float, small: float) -> None:
    assert takes_over(Busy(small), Busy(big), FINAL) == (big > TOO_LATE_S and small < big)


def test_partials_stay_with_the_big_model() -> None:
    assert takes_over(Busy(0), Busy(9), FINAL)
    assert not takes_over(Busy(0), Busy(9), Ask("en"))


def test_the_smaller_model_takes_over_no_language_that_it_lacks() -> None:
    english, all_of_them = Busy(0, ("en",)), Busy(0)
    for ask, helps in ((FINAL, True), (Ask("de", final=True), False), (Ask(None, final=True), False)):
        assert takes_over(english, Busy(9), ask) == helps
        assert takes_over(all_of_them, Busy(9), ask)
