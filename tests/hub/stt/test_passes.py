"""Laws of which decode comes next."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.activity import Activity, Voice
from hub.stt.passes import VOICELESS_S, Kind, Pass, Passes
from tests.fakes import FakeRecognizer
from wire.pcm import SPEECH

STEP_S = 0.5
STEP = round(STEP_S * SPEECH.rate)


@dataclass
class Speech:
    """An utterance whose edges are told, and its passes, which take no time."""

    promotes: bool = False

    def __post_init__(self) -> None:
        self.activity = Activity(None, tells=True)
        self.passes = Passes(FakeRecognizer("", step_s=STEP_S, promotes=self.promotes))

    def next(self) -> Pass | None:
        return self.passes.next(self.activity)

    def sound(self, samples: int) -> None:
        self.activity.sound(bytes(samples * SPEECH.frame_bytes))

    def speak(self, samples: int) -> None:
        self.activity.told(Voice.STARTED)
        self.sound(samples)

    def pause(self) -> None:
        self.activity.told(Voice.STOPPED)

    def run(self, due: Pass | None, kind: Kind) -> None:
        assert due is not None
        assert due.kind is kind
        self.passes.done(due)


def test_nothing_is_decoded_before_somebody_speaks() -> None:
    speech = Speech()
    speech.sound(10 * STEP)
    assert speech.next() is None


def test_a_partial_is_due_with_every_step_of_new_sound() -> None:
    speech = Speech()
    speech.speak(STEP - 1)
    assert speech.next() is None
    speech.sound(1)
    speech.run(speech.next(), Kind.PARTIAL)
    assert speech.next() is None
    speech.sound(STEP)
    assert speech.next() == Pass(Kind.PARTIAL, 2 * STEP, 0)


def test_ticks_that_were_missed_are_one_pass_over_the_newest_sound() -> None:
    speech = Speech()
    speech.speak(7 * STEP)
    assert speech.next() == Pass(Kind.PARTIAL, 7 * STEP, 0)
    speech.run(speech.next(), Kind.PARTIAL)
    assert speech.next() is None


def test_a_pause_is_decoded_once_and_at_once() -> None:
    speech = Speech()
    speech.speak(10)
    speech.pause()
    speech.run(speech.next(), Kind.FINAL)
    speech.sound(10 * STEP)
    assert speech.next() is None
    assert speech.passes.settled(speech.activity)


def test_speech_that_resumes_wants_another_final_at_its_next_pause() -> None:
    speech = Speech()
    speech.speak(STEP)
    speech.pause()
    due = speech.next()
    speech.speak(10)
    speech.run(due, Kind.FINAL)
    assert not speech.passes.settled(speech.activity)
    speech.pause()
    assert speech.next() == Pass(Kind.FINAL, STEP + 10, 1)


@pytest.mark.parametrize(("promotes", "kind"), [(True, Kind.PROMOTED), (False, Kind.FINAL)])
def test_a_partial_that_heard_all_is_promoted_where_the_recognizer_allows_it(promotes: bool, kind: Kind) -> None:
    speech = Speech(promotes)
    speech.speak(STEP)
    speech.run(speech.next(), Kind.PARTIAL)
    speech.pause()
    speech.sound(100)
    speech.run(speech.next(), kind)
    assert speech.passes.settled(speech.activity)


def test_a_partial_that_lacks_a_sample_of_speech_is_not_promoted() -> None:
    speech = Speech(promotes=True)
    speech.speak(STEP)
    speech.run(speech.next(), Kind.PARTIAL)
    speech.sound(1)
    speech.pause()
    speech.run(speech.next(), Kind.FINAL)


def test_a_final_that_speech_overtook_is_not_promoted_its_words_were_dropped() -> None:
    speech = Speech(promotes=True)
    speech.speak(STEP)
    speech.pause()
    due = speech.next()
    speech.activity.told(Voice.STARTED)
    speech.pause()
    speech.run(due, Kind.FINAL)
    speech.run(speech.next(), Kind.FINAL)
    assert speech.passes.settled(speech.activity)


def test_no_partial_starts_where_the_voice_is_gone() -> None:
    class Gone:
        frame_bytes = SPEECH.bytes(0.01)
        threshold = 0.5
        number = 0

        def probability(self, frame: bytes) -> float:
            self.number += 1
            return float(self.number <= 10)

    activity = Activity(Gone(), tells=False)
    passes = Passes(FakeRecognizer("", step_s=0.01, promotes=True))
    frames = 0
    while activity.speaking or not activity.spoken:
        activity.sound(SPEECH.silence(0.01))
        frames += 1
        due = passes.next(activity)
        if due is not None and due.kind is Kind.PARTIAL:
            assert activity.heard - 10 * 160 <= VOICELESS_S * SPEECH.rate
            passes.done(due)
    assert frames > 10


def test_what_is_finished_is_decoded_though_the_person_speaks_on() -> None:
    speech = Speech()
    speech.speak(10)
    speech.passes.finish()
    speech.run(speech.next(), Kind.FINAL)
    assert speech.next() is None
    assert speech.passes.settled(speech.activity)


def test_a_finished_utterance_in_which_nobody_spoke_is_settled_without_a_decode() -> None:
    speech = Speech()
    speech.sound(STEP)
    assert not speech.passes.settled(speech.activity)
    speech.passes.finish()
    assert speech.next() is None
    assert speech.passes.settled(speech.activity)


STEPS = st.lists(st.integers(1, 2 * STEP) | st.sampled_from(Voice), max_size=40)


@given(STEPS, st.booleans())
def test_whatever_comes_it_is_settled_when_all_due_passes_are_done_after_a_pause(
    steps: list[int | Voice], promotes: bool
) -> None:
    speech = Speech(promotes)
    covered = 0
    for step in steps:
        if isinstance(step, Voice):
            speech.activity.told(step)
        else:
            speech.sound(step)
        while (due := speech.next()) is not None:
            if due.kind is Kind.PROMOTED:
                assert covered >= speech.activity.voice_end
            covered = due.until
            speech.passes.done(due)
        assert speech.passes.settled(speech.activity) == (speech.activity.spoken and not speech.activity.speaking)
