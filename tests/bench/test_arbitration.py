"""Laws of the figures of several satellites in earshot."""

from __future__ import annotations

from bench.arbitration import figures
from bench.earshot import Heard, Round

HEARD = {"kitchen": Heard(0.0, -6.0), "hall": Heard(0.02, 0.0), "bath": Heard(0.05, -2.0)}


def asked(answered: list[str], sounded: list[str]) -> Round:
    claims: dict[str, dict[str, object]] = {"kitchen": {"heard_s": 7.0}, "hall": {"heard_s": 7.1}}
    return Round(HEARD, claims, answered, sounded, wake_to_awake=100.0, first_sound=400.0)


def test_it_counts_who_answered_and_who_was_loudest() -> None:
    rounds = [asked([name], [name]) for name in ("kitchen", "hall", "bath")]
    found = figures(rounds)
    assert found["exactly_one_answered"] == found["nobody_else_sounded"] == 3
    assert found["loudest_answered"] == 1
    assert found["one_of_the_loud_answered"] == 2


def test_two_answers_none_and_a_sound_of_another_are_seen() -> None:
    rounds = [asked(["hall", "bath"], ["hall", "bath"]), asked([], []), asked(["hall"], ["hall", "bath"])]
    found = figures(rounds)
    assert found["exactly_one_answered"] == 1
    assert found["nobody_else_sounded"] == 2


def test_what_never_came_is_in_no_spread() -> None:
    found = figures([Round(HEARD), asked(["hall"], ["hall"])])
    spread = found["wake_to_awake"]
    assert isinstance(spread, dict)
    assert spread["most"] == 100.0
