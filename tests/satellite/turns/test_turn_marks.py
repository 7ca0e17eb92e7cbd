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


@given(st.lists(TIMES, min_size=1))
def test_the_last_pause_is_the_one_that_counts(pauses: list[float]) -> None:
    turn = Turn("boot:1")
    for ended in pauses:
        turn.pause(ended)
    assert turn.marks == {"end_of_speech": pauses[-1]}


@given(st.lists(TIMES), TIMES, st.lists(TIMES))
def test_a_label_says_when_speech_ended_whatever_the_detector_heard(
    before: list[float], labelled: float, after: list[float]
) -> None:
    turn = Turn("boot:1")
    for ended in before:
        turn.pause(ended)
    turn.label(labelled)
    for ended in after:
        turn.pause(ended)
    assert turn.marks == {"end_of_speech": labelled}
