"""Laws of where somebody speaks: to the sample, however the sound is cut; clicks and noise are nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.activity import (
    LEAD_S,
    LONGEST_SPANS,
    MERGE_S,
    ONSET_FRAMES,
    PAUSE_FRAMES,
    SOFT_FRAMES,
    WAKE_S,
    Activity,
    Voice,
)
from wire.pcm import SPEECH

FRAME = 512  # samples
TOLD = 1000.0  # a frame's samples tell its probability in thousandths
MERGED = round(MERGE_S * SPEECH.rate) // FRAME  # frames of a gap that is one no more; its part of a frame is dropped
WAKE = round(WAKE_S * SPEECH.rate)
NO, SOFT, YES = 0.0, 0.6, 1.0
Edges = dict[int, list[Voice]]
"""By the sample before which they come."""


class Scripted:
    """Hears the probability that a frame tells."""

    frame_bytes = FRAME * SPEECH.frame_bytes
    threshold = 0.5

    def probability(self, frame: bytes) -> float:
        told = np.frombuffer(frame, "<i2")
        assert told.size == FRAME
        return float(told[0]) / TOLD


def sound(probabilities: Iterable[float]) -> bytes:
    return np.repeat(np.array([round(p * TOLD) for p in probabilities], "<i2"), FRAME).tobytes()


def hear(activity: Activity, pcm: bytes, edges: Edges, cuts: Iterable[int]) -> Activity:
    """Gives it all of the sound in pieces that end at the cuts and before edges."""
    size = len(pcm) // SPEECH.frame_bytes
    for start, stop in pairwise(sorted({0, size, *(at for at in [*cuts, *edges] if at <= size)})):
        for voice in edges.get(start, []):
            activity.told(voice)
        activity.sound(pcm[start * SPEECH.frame_bytes : stop * SPEECH.frame_bytes])
    return activity


def heard(probabilities: Sequence[float], edges: Edges | None = None, tells: bool = False) -> Activity:
    return hear(Activity(Scripted(), tells), sound(probabilities), edges or {}, [])


def state(activity: Activity) -> tuple[object, ...]:
    told = activity.heard, activity.voice_end, activity.spoken, activity.speaking, activity.silence, activity.revision
    return (*told, tuple(activity.voiced))


PROBABILITIES = st.lists(st.sampled_from([NO, 0.2, 0.4, SOFT, 0.79, 0.85, YES]), max_size=90).map(
    lambda drawn: [p for p in drawn for _ in range(2)]
)
EDGES = st.dictionaries(st.integers(0, 180 * FRAME), st.lists(st.sampled_from(Voice), min_size=1, max_size=2))
CUTS = st.lists(st.integers(0, 180 * FRAME), max_size=30)


@given(PROBABILITIES, EDGES, CUTS, st.integers(0, 180 * FRAME), st.booleans(), st.booleans())
def test_any_cutting_of_the_sound_gives_the_same_activity_at_the_same_sample(
    script: list[float], edges: Edges, cuts: list[int], at: int, detects: bool, tells: bool
) -> None:
    pcm = sound(script)[: at * SPEECH.frame_bytes]
    whole, cut = (Activity(Scripted() if detects else None, tells) for _ in range(2))
    assert state(hear(cut, pcm, edges, cuts)) == state(hear(whole, pcm, edges, []))


@given(PROBABILITIES, EDGES, st.booleans(), st.booleans())
def test_what_it_says_fits_together_at_every_frame(
    script: list[float], edges: Edges, detects: bool, tells: bool
) -> None:
    activity, spoken, revision = Activity(Scripted() if detects else None, tells), False, 0
    for number, probability in enumerate(script):
        for voice in (voice for at in sorted(edges) if at // FRAME == number for voice in edges[at]):
            activity.told(voice)
        activity.sound(sound([probability]))
        assert activity.heard == (number + 1) * FRAME
        assert activity.silence + activity.voice_end == activity.heard
        assert 0 <= activity.voice_end <= activity.heard
        assert activity.spoken >= max(spoken, activity.speaking)
        assert activity.revision >= revision
        spoken, revision = activity.spoken, activity.revision
        assert all(start < end for start, end in activity.voiced)
        assert all(end + MERGE_S <= start for (_, end), (start, _) in pairwise(activity.voiced))
        assert [end for _, end in activity.voiced[-1:]] == [activity.voice_end / SPEECH.rate] * bool(activity.voice_end)


def test_voice_is_known_to_the_frame_from_its_beginning_to_its_end() -> None:
    activity = heard([NO] * 7 + [YES] * 20 + [NO] * 5)
    assert activity.voiced == ((7 * FRAME / SPEECH.rate, 27 * FRAME / SPEECH.rate),)
    assert activity.voice_end == 27 * FRAME
    assert activity.silence == 5 * FRAME


def test_a_pause_is_noticed_after_its_frames_and_not_before() -> None:
    talk = [YES] * 20
    assert heard(talk + [NO] * (PAUSE_FRAMES - 1)).speaking
    assert not heard(talk + [NO] * PAUSE_FRAMES).speaking


def test_a_click_is_no_voice_and_does_not_prolong_one() -> None:
    click = [YES] * (ONSET_FRAMES - 1)
    assert not heard([NO, *click, NO] * 20).spoken
    after = heard([YES] * 10 + [NO] * 5 + click + [NO] * 5)
    assert (after.voice_end, after.revision) == (10 * FRAME, 0)


def test_the_detectors_hang_over_is_no_voice() -> None:
    """Silero's probabilities after the last sound of "kitchen"."""
    activity = heard([YES] * 20 + [0.76, 0.52, 0.38, 0.38, 0.27, 0.18])
    assert activity.voice_end == 20 * FRAME
    assert activity.revision == 0


def test_a_voice_that_stays_soft_is_one_pause_at_most() -> None:
    soft = heard([YES] * 10 + [SOFT] * (SOFT_FRAMES - 1))
    assert not soft.speaking
    longer = heard([YES] * 10 + [SOFT] * 50)
    assert longer.speaking
    assert (longer.revision, longer.silence) == (1, 0)
    assert heard([YES] * 10 + [SOFT] * 50 + [NO] * 5).silence == 5 * FRAME


@given(st.integers(0, 50))
def test_a_voice_that_begins_softly_begins_at_once(quiet: int) -> None:
    assert heard([NO] * quiet + [SOFT] * ONSET_FRAMES).speaking


def test_speech_that_resumes_is_a_revision_and_the_first_is_none() -> None:
    assert heard([NO] * 9 + [YES] * 9).revision == 0
    assert heard([YES] * 9 + [NO] * 9 + [YES] * 9).revision == 1


def test_a_dip_within_hysteresis_starts_no_voice_but_does_not_end_one() -> None:
    assert not heard([0.4] * 50).spoken
    assert heard([YES] * 9 + [0.4] * 50).speaking


def test_the_wake_word_is_no_speech_until_the_satellite_hears_some() -> None:
    wake = [YES] * 20 + [NO] * 5
    assert not heard(wake, tells=True).spoken
    assert heard(wake, tells=False).spoken
    speech = heard(wake + [YES] * 9, {28 * FRAME: [Voice.STARTED]}, tells=True)
    assert speech.voiced == ((25 * FRAME / SPEECH.rate, 34 * FRAME / SPEECH.rate),)


def test_a_wake_word_that_runs_into_the_speech_is_left_out() -> None:
    told = heard([YES] * 60, {20 * FRAME: [Voice.STARTED], 30 * FRAME: [Voice.STARTED]}, tells=True)
    assert told.voiced == ((20 * FRAME / SPEECH.rate - LEAD_S, 60 * FRAME / SPEECH.rate),)
    assert heard([YES] * 60, tells=True).voiced == ((WAKE_S, 60 * FRAME / SPEECH.rate),)


def test_a_soft_voice_that_the_satellite_misses_is_heard_after_the_wake_word() -> None:
    quiet = [NO] * (WAKE // FRAME + 1)
    assert heard(quiet + [YES] * 9, tells=True).spoken


def test_a_word_that_is_over_when_the_satellite_tells_of_it_was_spoken() -> None:
    told = heard([NO] * 10 + [YES] * 6 + [NO] * 4, {19 * FRAME: [Voice.STARTED]}, tells=True)
    assert (told.spoken, told.speaking, told.voice_end) == (True, False, 16 * FRAME)


@given(st.dictionaries(st.integers(0, 60 * FRAME), st.lists(st.sampled_from(Voice), max_size=2)))
def test_noise_that_the_satellite_takes_for_voice_is_silence(edges: Edges) -> None:
    activity = heard([0.3] * 60, edges, tells=True)
    assert not activity.spoken
    assert activity.silence == activity.heard


def test_a_pause_that_the_satellite_alone_hears_is_none() -> None:
    activity = heard([YES] * 60, {20 * FRAME: [Voice.STARTED], 40 * FRAME: [Voice.STOPPED]}, tells=True)
    assert (activity.speaking, activity.revision) == (True, 0)


def test_without_a_detector_the_edges_are_believed() -> None:
    activity = Activity(None, tells=True)
    hear(activity, bytes(2000), {300: [Voice.STARTED], 700: [Voice.STOPPED]}, [])
    assert (activity.voice_end, activity.silence, activity.speaking) == (700, 300, False)
    assert activity.voiced == ((300 / SPEECH.rate, 700 / SPEECH.rate),)


def test_without_detector_and_edges_all_sound_is_voice() -> None:
    activity = hear(Activity(None, tells=False), bytes(2000), {}, [])
    assert (activity.speaking, activity.silence) == (True, 0)


def test_spans_are_bounded_however_long_somebody_talks_and_cover_what_was_voiced() -> None:
    word = [YES] * 4 + [NO] * (MERGED + 2)
    activity = heard(word * (3 * LONGEST_SPANS))
    assert len(activity.voiced) == LONGEST_SPANS
    assert activity.voiced[0][0] == 0
    assert activity.voiced[-1][1] == activity.voice_end / SPEECH.rate


def test_no_sound_at_all_is_nothing() -> None:
    activity = Activity(Scripted(), tells=False)
    activity.sound(b"")
    assert state(activity) == (0, 0, False, False, 0, 0, ())
