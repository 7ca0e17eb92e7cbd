"""Laws of the satellite's table and its watchdog."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.phases import KEPT_ALIVE, TABLE, Action, Event, Phase, Sign, Unexpected, Watchdog, step

LIMITS = dict.fromkeys(Phase, 10.0)


def test_every_phase_ends_or_mends_itself_when_its_watchdog_barks() -> None:
    for phase in Phase:
        after, actions = step(phase, Event.TIMEOUT)
        assert after is not phase or Action.REOPEN_MICROPHONE in actions


def test_a_lost_controller_is_survived_in_every_phase_that_has_one() -> None:
    for phase in set(Phase) - {Phase.ALONE}:
        assert step(phase, Event.LEFT)[0] is Phase.ALONE


def test_the_wake_word_is_heard_in_every_phase() -> None:
    for phase in Phase:
        step(phase, Event.WAKE)


def test_whoever_leaves_listening_stops_the_stream() -> None:
    for (phase, _), (after, actions) in TABLE.items():
        if phase is Phase.LISTENING and after is not Phase.LISTENING:
            assert Action.STOP_STREAM in actions


def test_whoever_leaves_speaking_early_silences_the_speaker() -> None:
    for (phase, event), (after, actions) in TABLE.items():
        if phase is Phase.SPEAKING and after is not Phase.SPEAKING and event is not Event.PLAYED:
            assert Action.FLUSH in actions


@given(st.lists(st.sampled_from(Event)))
def test_turns_begin_and_end_in_pairs_whatever_happens(events: list[Event]) -> None:
    phase, open_turns, streaming = Phase.ALONE, 0, False
    for event in events:
        try:
            phase, actions = step(phase, event)
        except Unexpected:
            continue
        for action in actions:
            if action is Action.BEGIN_TURN:
                assert open_turns == 0 or phase is Phase.LISTENING
                open_turns = 1
            elif action is Action.END_TURN:
                open_turns = 0
            elif action in (Action.STREAM, Action.STOP_STREAM):
                streaming = action is Action.STREAM
        assert streaming is (phase is Phase.LISTENING)
        if phase in (Phase.IDLE, Phase.ALONE):
            assert open_turns == 0


def test_an_unexpected_event_is_an_error_that_names_both() -> None:
    with pytest.raises(Unexpected) as error:
        step(Phase.ALONE, Event.PLAYED)
    assert Phase.ALONE.value in str(error.value)
    assert Event.PLAYED.value in str(error.value)


@given(st.sampled_from(Phase), st.lists(st.floats(0.01, 9.9), max_size=20))
def test_a_watchdog_never_barks_while_its_signs_come_in_time(phase: Phase, gaps: list[float]) -> None:
    if phase not in KEPT_ALIVE:
        return
    now = 0.0
    watchdog = Watchdog(LIMITS, now)
    watchdog.enter(phase, now)
    for gap in gaps:
        now += gap
        assert not watchdog.barks(now)
        watchdog.sign(KEPT_ALIVE[phase], now)


@given(st.sampled_from(Phase), st.sampled_from(Sign))
def test_a_watchdog_barks_once_a_limit_without_its_sign(phase: Phase, sign: Sign) -> None:
    watchdog = Watchdog(LIMITS, 0.0)
    watchdog.enter(phase, 0.0)
    if KEPT_ALIVE.get(phase) is not sign:
        watchdog.sign(sign, 9.0)
    assert watchdog.barks(10.0)
    assert not watchdog.barks(19.9)
    assert watchdog.barks(20.0)
