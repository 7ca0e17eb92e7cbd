"""Laws of what was heard of a reply."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.tts.spoken import Spoken

CLAUSES = st.lists(st.tuples(st.text("ab ", min_size=1, max_size=30).filter(str.strip), st.floats(0.1, 5)), max_size=6)


def spoken(clauses: list[tuple[str, float]]) -> Spoken:
    made = Spoken()
    for text, seconds in clauses:
        made.clause(text)
        made.sound(seconds / 2)
        made.sound(seconds / 2)
    return made


@given(CLAUSES)
def test_all_that_was_played_was_heard(clauses: list[tuple[str, float]]) -> None:
    made = spoken(clauses)
    assert made.heard(sum(seconds for _, seconds in clauses) + 1).split() == made.text.split()
    assert made.heard(made.made_s + 1e-6).split() == made.text.split()


@given(CLAUSES, st.floats(0, 30), st.floats(0, 30))
def test_more_was_heard_the_more_was_played_and_always_from_the_beginning(
    clauses: list[tuple[str, float]], one: float, other: float
) -> None:
    made = spoken(clauses)
    less, more = (made.heard(seconds).split() for seconds in sorted((one, other)))
    assert more[: len(less)] == less
    assert made.text.split()[: len(more)] == more


def test_nothing_was_heard_before_anything_was_played() -> None:
    assert spoken([("turned on", 1.0)]).heard(0.0) == ""


def test_a_clause_that_no_sound_was_made_of_was_not_heard() -> None:
    """Used to count, so that a question whose voice had failed was open for a yes."""
    made = spoken([("It is late.", 1.0)])
    made.clause("Shall I unlock the front door?")
    assert made.text == made.heard(100.0) == "It is late."


def test_half_of_a_clause_is_half_of_its_words() -> None:
    assert spoken([("It is late.", 1.0), ("the light has been", 2.0)]).heard(2.0) == "It is late. the light"
