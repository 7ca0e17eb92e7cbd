"""Laws of the endpoint: time is audio, to the sample, and words that sound finished shorten the wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hub import EndpointSettings
from hub.stt.activity import Activity, Voice
from hub.stt.ending.endpoint import GRACE_S, LONGEST_WAIT_S, End, Endpoint
from wire.pcm import SPEECH

WAIT, NO_SPEECH, LONGEST = 1600, 2400, 16_000  # samples; short, so that every sample can be looked at
FIXED = EndpointSettings(
    mode="fixed",
    wait_ms=round(WAIT / SPEECH.rate * 1000),
    patience=1.0,
    no_speech_s=NO_SPEECH / SPEECH.rate,
    longest_s=LONGEST / SPEECH.rate,
)
ADAPTIVE = msgspec.structs.replace(FIXED, mode="adaptive")
Script = Mapping[int, list[Voice]]
"""The edges of speech, by the sample before which they come."""
SCRIPTS = st.dictionaries(st.integers(0, LONGEST), st.lists(st.sampled_from(Voice), min_size=1, max_size=2), max_size=8)
PROBABILITIES = st.floats(0, 1)
PATIENCE = st.floats(0.2, 5)


@dataclass
class Quiet:
    """Somebody spoke, and has been silent for so many samples."""

    silence: int
    heard: int = 0
    spoken: bool = True
    speaking: bool = False


def wait_s(p_end: float | None, patience: float = 1.0, ready_s: float = 0.0) -> float:
    endpoint = Endpoint(msgspec.structs.replace(ADAPTIVE, patience=patience), ready_s)
    endpoint.expect(p_end)
    return endpoint.wait_s()


def ends(script: Script, cuts: Iterable[int]) -> tuple[int, End] | None:
    """Hears the script in pieces that end at the cuts; returns the samples heard when it was over, and why."""
    endpoint, activity = Endpoint(FIXED), Activity(None, tells=True)
    for start, stop in pairwise(sorted({0, *cuts, *script})):
        for voice in script.get(start, []):
            activity.told(voice)
        activity.sound(bytes(SPEECH.frame_bytes * (stop - start)))
        if end := endpoint.look(activity):
            return stop, end
    return None


def by_the_step(script: Script) -> tuple[int, End] | None:
    """As exactly as matters: looks at each edge, at what is due after each, and at a raster between."""
    due = {edge + after for edge in script for after in (-1, 0, 1, WAIT - 1, WAIT)}
    raster = range(0, LONGEST + 1, 800)
    return ends(script, [at for at in {*due, *raster, NO_SPEECH, LONGEST} if at > 0])


@given(SCRIPTS, st.lists(st.integers(0, 2 * LONGEST), max_size=30))
def test_any_cutting_of_the_sound_ends_at_the_same_sample(script: Script, cuts: list[int]) -> None:
    expected = by_the_step(script)
    assert expected is not None
    at, why = expected
    assert ends(script, [*cuts, at]) == (at, why)
    earlier = [cut for cut in cuts if cut < at]
    assert ends({edge: voices for edge, voices in script.items() if edge < at}, earlier) is None


@given(SCRIPTS)
def test_it_never_ends_while_someone_speaks_before_the_longest_turn(script: Script) -> None:
    at, why = by_the_step(script) or (0, None)
    edges = [voice for edge in sorted(script) if edge < at for voice in script[edge]]
    if why is End.TOO_LONG:
        assert at == LONGEST
    else:
        assert edges[-1:] != [Voice.STARTED]


@given(st.integers(0, 4000), st.integers(1, 4000))
def test_it_ends_exactly_after_the_wait(start: int, length: int) -> None:
    script = {start: [Voice.STARTED], start + length: [Voice.STOPPED]}
    expected = (NO_SPEECH, End.NO_SPEECH) if start >= NO_SPEECH else (start + length + WAIT, End.SILENCE)
    assert by_the_step(script) == expected


def test_speech_that_resumes_begins_the_wait_anew() -> None:
    script = {0: [Voice.STARTED], 100: [Voice.STOPPED], 100 + WAIT - 1: [Voice.STARTED], 2700: [Voice.STOPPED]}
    assert by_the_step(script) == (2700 + WAIT, End.SILENCE)


def test_nobody_speaking_is_noticed_once_and_not_after_speech() -> None:
    assert by_the_step({}) == (NO_SPEECH, End.NO_SPEECH)
    assert by_the_step({NO_SPEECH - 1: [Voice.STARTED]}) == (LONGEST, End.TOO_LONG)


@given(st.integers(0, round(GRACE_S * SPEECH.rate) - 1))
def test_speech_that_resumes_in_the_grace_takes_the_end_back_and_the_next_silence_ends_it(into: int) -> None:
    endpoint, activity = Endpoint(FIXED), Activity(None, tells=True)
    activity.told(Voice.STARTED)
    activity.sound(bytes(2000))
    for _ in range(2):
        activity.told(Voice.STOPPED)
        activity.sound(bytes(SPEECH.frame_bytes * WAIT))
        assert endpoint.look(activity) is End.SILENCE
        activity.sound(bytes(SPEECH.frame_bytes * min(into, 1000)))
        activity.told(Voice.STARTED)
        activity.sound(bytes(2000))
        assert endpoint.look(activity) is None


@given(PROBABILITIES, PROBABILITIES, PATIENCE, st.floats(0, 4))
def test_the_surer_the_end_the_shorter_the_wait(one: float, other: float, patience: float, ready_s: float) -> None:
    less, more = sorted((one, other))
    assert wait_s(more, patience, ready_s) <= wait_s(less, patience, ready_s)


@given(PROBABILITIES, PATIENCE, PATIENCE, st.floats(0, 4))
def test_more_patience_never_waits_less(p_end: float, one: float, other: float, ready_s: float) -> None:
    less, more = sorted((one, other))
    assert wait_s(p_end, less, ready_s) <= wait_s(p_end, more, ready_s)


@given(PROBABILITIES, PATIENCE, st.floats(0, 10))
def test_it_waits_for_the_words_and_never_past_the_cap(p_end: float, patience: float, ready_s: float) -> None:
    wait = wait_s(p_end, patience, ready_s)
    assert min(ready_s, LONGEST_WAIT_S) <= wait <= LONGEST_WAIT_S


@given(st.floats(0, 0.99), st.floats(0, 0.01))
def test_a_little_more_certainty_never_makes_it_jump(p_end: float, more: float) -> None:
    assert wait_s(p_end) - wait_s(p_end + more) < 0.02


def test_the_waits_are_those_of_the_design() -> None:
    waits = {p_end: round(wait_s(p_end), 3) for p_end in (0.0, 0.5, 0.85, 1.0)}
    assert waits == {0.0: 1.5, 0.5: 0.7, 0.85: 0.25, 1.0: 0.25}
    assert wait_s(None) == Endpoint(ADAPTIVE).wait_s() == pytest.approx(0.7)


@given(st.lists(PROBABILITIES, max_size=5), st.integers(100, 5000), st.floats(0, 10))
def test_a_fixed_wait_is_what_it_says_whatever_the_words(expected: list[float], wait_ms: int, ready_s: float) -> None:
    endpoint = Endpoint(msgspec.structs.replace(FIXED, wait_ms=wait_ms), ready_s)
    for p_end in expected:
        endpoint.expect(p_end)
    assert endpoint.wait_s() == wait_ms / 1000


@given(st.lists(PROBABILITIES, min_size=1, max_size=5), st.integers(0, 60_000))
def test_only_the_latest_expectation_counts(expected: list[float], silence: int) -> None:
    often, once = Endpoint(ADAPTIVE), Endpoint(ADAPTIVE)
    for p_end in expected:
        often.expect(p_end)
    once.expect(expected[-1])
    looked = [often.look(Quiet(silence)) for _ in range(2)]
    assert looked == [once.look(Quiet(silence))] * 2
    assert looked[0] is (End.SILENCE if silence >= round(often.wait_s() * SPEECH.rate) else None)


@pytest.mark.parametrize("no_probability", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(no_probability: float) -> None:
    with pytest.raises(ValueError, match="expected a probability"):
        Endpoint(ADAPTIVE).expect(no_probability)
