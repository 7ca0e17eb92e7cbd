"""Whether a question did what was expected of it."""

from __future__ import annotations

import pytest

from tests.home_assistant.show.changes import Change
from tests.home_assistant.show.questions import Asked
from tests.home_assistant.show.ways import Outcome

LIGHT = "light.kitchen_light"
ASKED = Asked("turn on the lights", "Turned on the lights", {LIGHT: "on"})
ON, OTHER = Change(LIGHT, "off", "on", 1.0), Change("light.bedroom_light", "off", "on", 1.0)


def test_a_question_that_did_what_was_expected_has_no_problem() -> None:
    """The transcript may be written otherwise than what was said."""
    assert not Outcome(ASKED, "turn on the light", "Turned on the lights", [ON]).problem


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(ASKED, reply="Turned on the lights"),
        Outcome(ASKED, reply="Turned on the lights", changes=[ON, OTHER]),
        Outcome(ASKED, reply="Turned on the lights", changes=[Change(LIGHT, "on", "off", 1.0)]),
        Outcome(ASKED, reply="Sorry", changes=[ON]),
        Outcome(ASKED, reply="Turned on the lights", changes=[ON], failure="no reply was heard"),
    ],
)
def test_too_little_too_much_or_other_words_are_a_problem(outcome: Outcome) -> None:
    """A light that is on besides counts, too."""
    assert outcome.problem
