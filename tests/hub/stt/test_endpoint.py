"""Laws of the endpoint: time is audio, to the sample."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.stt.endpoint import End, Endpoint, Voice
from wire.pcm import SPEECH

WAIT, NO_SPEECH, LONGEST = 500, 900, 2500  # samples; short, so that every sample can be looked at
Script = dict[int, list[Voice]]
"""The edges of speech, by the sample before which they come."""


def endpoint() -> Endpoint:
    return Endpoint(WAIT / SPEECH.rate, NO_SPEECH / SPEECH.rate, LONGEST / SPEECH.rate)


def ends(script: Script, cuts: Iterable[int]) -> tuple[int, End] | None:
    """Hears the script in pieces that end at the cuts; returns the samples heard when it was over, and why."""
    made = endpoint()
    for start, stop in pairwise(sorted({0, *cuts, *script})):
        for voice in script.get(start, []):
            made.voice(voice)
        made.sound(stop - start)
        if made.end:
            return stop, made.end
    return None


def by_the_sample(script: Script) -> tuple[int, End] | None:
    return ends(script, range(LONGEST + 1))


SCRIPTS = st.dictionaries(st.integers(0, LONGEST), st.lists(st.sampled_from(Voice), min_size=1, max_size=2), max_size=8)


@given(SCRIPTS, st.lists(st.integers(0, 2 * LONGEST), max_size=30))
def test_any_cutting_of_the_sound_ends_at_the_same_sample(script: Script, cuts: list[int]) -> None:
    expected = by_the_sample(script)
    assert expected is not None
    at, why = expected
    assert ends(script, [*cuts, at]) == (at, why)
    earlier = [cut for cut in cuts if cut < at]
    assert ends({edge: voices for edge, voices in script.items() if edge < at}, earlier) is None


@given(SCRIPTS)
def test_it_never_ends_while_someone_speaks_before_the_longest_turn(script: Script) -> None:
    at, why = by_the_sample(script) or (0, None)
    edges = [voice for edge in sorted(script) if edge < at for voice in script[edge]]
    if why is End.TOO_LONG:
        assert at == LONGEST
    else:
        assert edges[-1:] != [Voice.STARTED]


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_it_ends_exactly_after_the_wait(start: int, length: int) -> None:
    script = {start: [Voice.STARTED], start + length: [Voice.STOPPED]}
    if start == start + length:
        script = {start: [Voice.STARTED, Voice.STOPPED]}
    expected = (NO_SPEECH, End.NO_SPEECH) if start >= NO_SPEECH else (start + length + WAIT, End.SILENCE)
    assert by_the_sample(script) == expected


def test_frames_that_add_up_to_the_wait_end_it_with_the_last() -> None:
    """Used to add up seconds, which come to a little less than the wait for some frames: one frame too late."""
    for frame in (1, 7, 10, 160, 320, 512, 1600):
        for frames in (3, 6, 10, 30, 60, 90):
            made = Endpoint(frame * frames / SPEECH.rate, 5.0, 15.0)
            made.voice(Voice.STOPPED)
            for _ in range(frames - 1):
                made.sound(frame)
                assert made.end is None
            made.sound(frame)
            assert made.end is End.SILENCE


def test_speech_that_resumes_begins_the_wait_anew() -> None:
    script = {0: [Voice.STARTED], 100: [Voice.STOPPED], 100 + WAIT - 1: [Voice.STARTED], 700: [Voice.STOPPED]}
    assert by_the_sample(script) == (700 + WAIT, End.SILENCE)


def test_nobody_speaking_is_noticed_once_and_not_after_speech() -> None:
    assert by_the_sample({}) == (NO_SPEECH, End.NO_SPEECH)
    assert by_the_sample({NO_SPEECH - 1: [Voice.STARTED]}) == (LONGEST, End.TOO_LONG)
