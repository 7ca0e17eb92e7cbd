"""Laws of a turn's times."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.timeline import ARRIVED, MARKS, STAGES, Timeline

TIMES = st.floats(0, 10)


class Clock:
    """A clock that stands where it is put."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def timeline(marks: dict[str, float] | None = None, spans: dict[str, float] | None = None) -> Timeline:
    return Timeline("boot:1", "kitchen", {"stt": "scripted"}, Clock(), marks=marks or {}, spans=spans or {})


def made_of(
    start: float, wait: float, pause: float, stt: float, llm: float, tts: float, playout: float, overhead: float
) -> Timeline:
    """A turn of which every part is known: the reply is heard `overhead` later than the parts need."""
    heard = start + max(wait, pause + stt + llm) + tts + playout + overhead
    marks = {
        "end_of_speech": start,
        "raw_pause": start + pause,
        "endpoint": start + wait,
        ARRIVED: heard - playout,
        "first_audio_played": heard,
    }
    return timeline(marks, {"stt": stt, "llm": llm, "tts": tts})


@given(st.floats(-1e5, 1e5), TIMES, TIMES, TIMES, TIMES, TIMES, TIMES, st.floats(-1, 10))
def test_the_overhead_is_what_the_parts_do_not_explain(
    start: float, wait: float, pause: float, stt: float, llm: float, tts: float, playout: float, overhead: float
) -> None:
    found = made_of(start, wait, pause, stt, llm, tts, playout, overhead).overhead_ms()
    assert found == pytest.approx(overhead * 1000, abs=0.06)


def test_what_fits_inside_the_wait_adds_nothing() -> None:
    quick = made_of(10.0, 0.5, 0.1, 0.2, 0.1, 0.05, 0.04, 0.02)
    quicker = made_of(10.0, 0.5, 0.1, 0.1, 0.0, 0.05, 0.04, 0.02)
    assert quick.marks == quicker.marks
    assert quick.overhead_ms() == quicker.overhead_ms() == 20.0


@pytest.mark.parametrize("missing", ["end_of_speech", "raw_pause", "endpoint", ARRIVED, "first_audio_played"])
def test_a_missing_mark_leaves_the_overhead_unknown(missing: str) -> None:
    turn = made_of(10.0, 0.5, 0.1, 0.2, 0.1, 0.05, 0.04, 0.02)
    del turn.marks[missing]
    assert turn.overhead_ms() is None


@pytest.mark.parametrize("missing", ["stt", "llm", "tts"])
def test_a_missing_span_leaves_the_overhead_unknown(missing: str) -> None:
    turn = made_of(10.0, 0.5, 0.1, 0.2, 0.1, 0.05, 0.04, 0.02)
    del turn.spans[missing]
    assert turn.overhead_ms() is None


def test_a_stage_runs_from_the_latest_of_its_starts_to_its_end() -> None:
    turn = timeline(
        {
            "end_of_speech": 10.0,
            "raw_pause": 10.12,
            "final": 10.32,
            "endpoint": 10.62,
            "first_clause": 10.72,
            "first_audio_made": 10.78,
            "first_audio_played": 10.88,
        }
    )
    expected = {"vad": 120.0, "stt": 200.0, "wait": 620.0, "llm": 100.0, "tts": 60.0, "playout": 100.0, "whole": 880.0}
    assert turn.stages_ms() == expected
    turn.marks["final"] = 10.70  # a slow decode: the model waits for it and no longer for the endpoint
    assert turn.stages_ms()["llm"] == 20.0


ANY_MARKS = st.dictionaries(st.sampled_from([*MARKS, ARRIVED, "unknown"]), st.floats(-1e10, 1e10))


@given(ANY_MARKS)
def test_stages_never_take_less_than_nothing_and_are_known_by_their_marks(marks: dict[str, float]) -> None:
    stages = timeline(marks).stages_ms()
    assert all(took >= 0 and math.isfinite(took) for took in stages.values())
    assert all(STAGES[name][1] in marks for name in stages)


@given(ANY_MARKS)
def test_marks_are_told_from_the_end_of_speech_in_their_order(marks: dict[str, float]) -> None:
    told = timeline(marks).since_speech_ms()
    assert list(told) == [mark for mark in MARKS if mark in told]
    assert set(told) <= set(marks)
    zero = "end_of_speech" if "end_of_speech" in marks else "wake"
    assert told.get(zero, 0.0) == 0.0
    assert bool(told) is (zero in marks)


def test_a_mark_is_now_and_the_first_stays_the_first() -> None:
    turn = timeline()
    clock = turn.clock
    assert isinstance(clock, Clock)
    turn.mark("final")
    turn.first("first_token")
    clock.now = 1.0
    turn.mark("final")
    turn.first("first_token")
    assert turn.marks == {"final": 1.0, "first_token": 0.0}


def test_a_span_is_the_latest_or_the_first_alone() -> None:
    turn = timeline()
    clock = turn.clock
    assert isinstance(clock, Clock)
    for took in (1.0, 2.0):
        with turn.span("stt"):
            clock.now += took
        with turn.span("tts", only_first=True):
            clock.now += took
    assert turn.spans == {"stt": 2.0, "tts": 1.0}


def test_a_span_that_fails_is_not_told() -> None:
    turn = timeline()
    with pytest.raises(ValueError, match="broken"), turn.span("stt"):
        raise ValueError("broken")
    assert turn.spans == {}
