"""Laws of the satellite's table and its watchdog."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.turns.phases import KEPT_ALIVE, TABLE, Action, Event, Phase, Unexpected, Watchdog, step

LIMITS = dict.fromkeys(set(Phase) - {Phase.IDLE}, 10.0)
PEOPLE = [Event.WAKE, Event.CLAIM, Event.STOP, Event.MUTED, Event.PAUSED]
TURN = [Phase.LISTENING, Phase.THINKING]


def walked(events: list[Event]) -> Iterator[tuple[Phase, tuple[Action, ...]]]:
    """The phases that these events lead to, each with what is done; those that have no place are passed over."""
    phase = Phase.IDLE
    for event in events:
        with suppress(Unexpected):
            phase, actions = step(phase, event)
            yield phase, actions


@pytest.mark.parametrize("phase", set(Phase) - {Phase.IDLE}, ids=str)
def test_every_phase_but_idle_ends_by_itself(phase: Phase) -> None:
    assert step(phase, Event.TIMEOUT)[0] is Phase.IDLE


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("event", [*PEOPLE, Event.LEFT, Event.HANDED], ids=str)
def test_what_a_person_does_and_a_lost_leader_have_a_place_in_every_phase(phase: Phase, event: Event) -> None:
    step(phase, event)


@pytest.mark.parametrize("phase", Phase)
def test_the_wake_word_always_leads_to_listening_and_stop_to_idle(phase: Phase) -> None:
    assert step(phase, Event.WAKE)[0] is step(phase, Event.CLAIM)[0] is Phase.LISTENING
    assert step(phase, Event.STOP)[0] is Phase.IDLE


@pytest.mark.parametrize("event", [Event.MUTED, Event.PAUSED], ids=str)
def test_who_is_muted_does_not_listen(event: Event) -> None:
    assert all(step(phase, event)[0] is not Phase.LISTENING for phase in Phase)


def test_only_the_words_that_were_not_understood_yet_are_said_to_the_stand_by() -> None:
    replays = [(phase, event) for (phase, event), (_, actions) in TABLE.items() if Action.REPLAY in actions]
    assert replays == [(Phase.LISTENING, Event.HANDED)]


def test_whoever_leaves_listening_stops_the_stream() -> None:
    for (phase, _), (after, actions) in TABLE.items():
        if phase is Phase.LISTENING and after is not Phase.LISTENING:
            assert Action.STOP_STREAM in actions


def test_whoever_leaves_speaking_early_silences_the_speaker() -> None:
    for (phase, event), (after, actions) in TABLE.items():
        if phase is Phase.SPEAKING and after is not Phase.SPEAKING and event not in (Event.PLAYED, Event.ASKED):
            assert Action.FLUSH in actions


def test_whoever_ends_what_the_controller_still_works_at_tells_it() -> None:
    told = {Event.OVER, Event.REFUSED, Event.FAILED, Event.CANCELLED, Event.PLAYED, Event.ASKED}
    told |= {Event.LEFT, Event.HANDED, Event.ALONE, Event.GIVEN_UP, Event.ELSEWHERE}
    for (phase, event), (_, actions) in TABLE.items():
        if phase is not Phase.IDLE and Action.END_TURN in actions and event not in told:
            assert Action.CANCEL in actions


def test_the_awake_sound_comes_at_once_or_with_the_grant_never_both() -> None:
    for (_, event), (_, actions) in TABLE.items():
        assert not (Action.CHIME_AWAKE in actions and Action.AWAIT_GRANT in actions)
        if Action.CHIME_AWAKE in actions:
            assert event in (Event.WAKE, Event.ASKED, Event.GRANTED)


def test_who_is_not_to_answer_goes_without_a_sound() -> None:
    assert step(Phase.LISTENING, Event.ELSEWHERE) == (Phase.IDLE, (Action.STOP_STREAM, Action.END_TURN))


@given(st.lists(st.sampled_from(Event)))
def test_turns_begin_and_end_in_pairs_whatever_happens(events: list[Event]) -> None:
    open_turns = 0
    for phase, actions in walked(events):
        for action in actions:
            if action is Action.BEGIN_TURN:
                assert open_turns == 0
                open_turns = 1
            elif action is Action.END_TURN:
                open_turns = 0
        if phase is Phase.IDLE:
            assert open_turns == 0
        if phase in TURN:
            assert open_turns == 1


@given(st.lists(st.sampled_from(Event)))
def test_nothing_is_streamed_outside_listening(events: list[Event]) -> None:
    streaming = False
    for phase, actions in walked(events):
        for action in actions:
            if action in (Action.STREAM, Action.STREAM_ON, Action.REPLAY, Action.STOP_STREAM):
                streaming = action is not Action.STOP_STREAM
        assert phase is Phase.LISTENING or not streaming


def test_an_unexpected_event_is_an_error_that_names_both() -> None:
    with pytest.raises(Unexpected) as error:
        step(Phase.IDLE, Event.PLAYED)
    assert Phase.IDLE.value in str(error.value)
    assert Event.PLAYED.value in str(error.value)


@given(st.lists(st.floats(0.01, 9.9), max_size=20))
def test_a_watchdog_never_barks_while_its_signs_come_in_time(gaps: list[float]) -> None:
    now = 0.0
    watchdog = Watchdog(LIMITS, now)
    watchdog.enter(Phase.SPEAKING, now)
    for gap in gaps:
        now += gap
        assert not watchdog.barks(now)
        watchdog.progress(now)


@given(st.sampled_from(sorted(LIMITS, key=str)))
def test_a_watchdog_barks_once_a_limit(phase: Phase) -> None:
    watchdog = Watchdog(LIMITS, 0.0)
    watchdog.enter(phase, 0.0)
    if phase not in KEPT_ALIVE:
        watchdog.progress(9.0)
    assert watchdog.barks(10.0)
    assert not watchdog.barks(19.9)
    assert watchdog.barks(20.0)


def test_idle_may_last_for_years() -> None:
    watchdog = Watchdog(LIMITS, 0.0)
    assert not watchdog.barks(1e9)
