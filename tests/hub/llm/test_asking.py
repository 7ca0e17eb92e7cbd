"""Laws of asking: a question names what is guarded; only a few words mean yes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home.home import Action, Thing
from hub.llm.asking import NO, YES, Question, answer, question
from hub.llm.guard import Guard
from tests.hub.llm.noted_home import home_things

UNLOCK = Action("lock.unlock", "lock.front")
OPEN = Action("cover.open_cover", "cover.garage")
LIGHT = Action("light.turn_on", "light.bed")


def asked(*actions: Action) -> Question:
    return question(actions, home_things(), Guard(), "Done.")


@pytest.mark.parametrize(
    ("actions", "text"),
    [
        ([UNLOCK], "Shall I unlock the Front Door?"),
        ([LIGHT, OPEN], "Shall I open the Garage Door?"),
        ([UNLOCK, OPEN], "Shall I unlock the Front Door and open the Garage Door?"),
    ],
)
def test_a_question_names_what_is_guarded_and_keeps_all_that_is_wanted(actions: list[Action], text: str) -> None:
    assert asked(*actions) == Question(text, tuple(actions), "Done.")


def test_a_question_names_three_things_and_counts_the_rest() -> None:
    locks = [Thing(f"lock.{name}", name, "lock", "locked") for name in "ABCDE"]
    actions = [Action("lock.unlock", lock.entity_id) for lock in locks]
    text = question(actions, locks, Guard(), "").text
    assert text == "Shall I unlock the A, unlock the B, unlock the C and 2 more?"


@pytest.mark.parametrize("words", ["yes", "Yes.", "Yes, please!", "um, yes", "go ahead", "okay", "please do", "do it"])
def test_a_few_words_mean_yes(words: str) -> None:
    assert answer(words) is True


@pytest.mark.parametrize("words", ["no", "No, thanks.", "never mind", "Don’t!", "do not do it", "stop", "cancel that"])
def test_a_few_words_mean_no(words: str) -> None:
    assert answer(words) is False


@pytest.mark.parametrize(
    "words",
    ["", "?", "yes no", "yes but not now", "yesterday", "do not say yes", "what time is it", "please", "not yes"],
)
def test_all_else_is_no_answer(words: str) -> None:
    assert answer(words) is None


def test_no_words_mean_both() -> None:
    assert not YES & NO


@given(st.text(max_size=40) | st.lists(st.sampled_from(["yes", "no", "not", "do", "it", "please"])).map(" ".join))
def test_what_has_a_no_in_it_is_never_a_yes(words: str) -> None:
    if {"no", "not", "dont", "never"} & set(words.casefold().split()):
        assert answer(words) is not True


@pytest.mark.parametrize(
    ("spoken", "heard"),
    [
        ("Shall I unlock the Front Door?", True),
        ("Well. shall i unlock  the front door", True),
        ("Shall I unlock the", False),
        ("", False),
    ],
)
def test_a_question_counts_as_heard_once_it_was_heard_whole(spoken: str, heard: bool) -> None:
    assert asked(UNLOCK).was_heard(spoken) is heard
