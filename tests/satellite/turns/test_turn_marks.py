"""Laws of the satellite's own times of a turn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from satellite.turns.turn import Turn

TIMES = st.floats(0, 1e6)


@given(st.lists(TIMES, min_size=1))
def test_the_first_time_of_a_mark_counts(times: list[float]) -> None:
    turn = Turn("boot:1")
    for at in times:
        turn.mark("first_audio_played", at)
    assert turn.marks == {"first_audio_played": times[0]}


@given(st.lists(st.tuples(TIMES, TIMES), min_size=1))
def test_the_last_pause_is_the_one_that_counts(pauses: list[tuple[float, float]]) -> None:
    turn = Turn("boot:1")
    for at, ended in pauses:
        turn.pause(at, ended)
    at, ended = pauses[-1]
    assert turn.marks == {"raw_pause": at, "silence": ended, "end_of_speech": ended}


@given(st.lists(st.tuples(TIMES, TIMES)), TIMES, st.lists(st.tuples(TIMES, TIMES)))
def test_a_label_says_when_speech_ended_whatever_the_detector_heard(
    before: list[tuple[float, float]], labelled: float, after: list[tuple[float, float]]
) -> None:
    turn = Turn("boot:1")
    for at, ended in before:
        turn.pause(at, ended)
    turn.label(labelled)
    for at, ended in after:
        turn.pause(at, ended)
    assert turn.marks["end_of_speech"] == labelled
    for at, ended in [*before, *after][-1:]:
        assert (turn.marks["raw_pause"], turn.marks["silence"]) == (at, ended)
