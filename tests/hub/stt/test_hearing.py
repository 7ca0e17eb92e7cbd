"""Laws of hearing, with a scripted recognizer on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.endpoint import End, Endpoint, Voice
from hub.stt.hearing import BATCH_S, Hypothesis, hear
from hub.timeline import Timeline
from tests.fakes import FakeRecognizer, Steps
from tests.virtual_time import run
from wire.pcm import SPEECH

FRAME_S = 0.02
WAIT_S, NO_SPEECH_S, LONGEST_S = 0.5, 5.0, 8.0

Heard = bytes | Voice


def speech(seconds: float) -> list[Heard]:
    return [b"\1\0" * (SPEECH.bytes(FRAME_S) // 2)] * round(seconds / FRAME_S)


def silence(seconds: float) -> list[Heard]:
    return [SPEECH.silence(FRAME_S)] * round(seconds / FRAME_S)


QUESTION: list[Heard] = [Voice.STARTED, *speech(1.0), Voice.STOPPED, *silence(2.0)]
HESITANT: list[Heard] = [Voice.STARTED, *speech(1.0), Voice.STOPPED, *silence(0.3), Voice.STARTED, *speech(0.5)]
HESITANT += [Voice.STOPPED, *silence(2.0)]


class Listener:
    """Hears a script with a scripted recognizer; keeps the hypotheses and the times."""

    def __init__(self, text: str = "turn on the light", final_s: float = 0.2) -> None:
        self.recognizer = FakeRecognizer(text, final_s)
        self.hypotheses: list[Hypothesis] = []
        self.timeline: Timeline

    async def listen(self, script: Sequence[Heard], real_time: bool = False) -> None:
        async def sound() -> AsyncGenerator[Heard, None]:
            for piece in script:
                if real_time and isinstance(piece, bytes):
                    await asyncio.sleep(SPEECH.seconds(len(piece)))
                yield piece

        self.timeline = Timeline("boot:1", "kitchen", {}, asyncio.get_running_loop().time)
        endpoint = Endpoint(WAIT_S, NO_SPEECH_S, LONGEST_S)
        async with (
            aclosing(sound()) as pieces,
            aclosing(hear(pieces, self.recognizer, endpoint, self.timeline)) as hypotheses,
        ):
            async for hypothesis in hypotheses:
                self.hypotheses.append(hypothesis)

    @property
    def finals_s(self) -> list[float]:
        """How much sound each final decode covered."""
        assert self.recognizer.latest is not None
        return [SPEECH.seconds(size) for size in self.recognizer.latest.finals]

    @property
    def texts(self) -> list[str]:
        return [hypothesis.text for hypothesis in self.hypotheses]


def heard(script: Sequence[Heard], text: str = "turn on the light", real_time: bool = False) -> Listener:
    listener = Listener(text)
    run(listener.listen(script, real_time))
    assert listener.recognizer.open == 0
    return listener


def test_the_last_hypothesis_is_the_transcript_and_says_why_it_is_over() -> None:
    listener = heard(QUESTION)
    assert listener.hypotheses[-1] == Hypothesis("turn on the light", End.SILENCE)
    assert all(hypothesis.end is None for hypothesis in listener.hypotheses[:-1])


def test_words_are_published_while_the_person_speaks() -> None:
    listener = heard(QUESTION)
    assert listener.texts[0] == "turn"


@pytest.mark.parametrize("script", [QUESTION, HESITANT])
def test_partial_words_are_published_only_when_they_change(script: list[Heard]) -> None:
    """Used to publish the words of a pause again although they were the same."""
    for text in ("turn on the light", "turn"):
        partials = heard(script, text).texts[:-1]
        assert partials
        assert all(earlier != later for earlier, later in pairwise(["", *partials]))


def test_words_that_change_back_after_a_pause_are_published_again() -> None:
    """Used to be taken for the words that were published before the pause."""
    assert heard(HESITANT).texts == ["turn", "turn on the light", "turn", "turn on the light", "turn on the light"]


def test_a_pause_that_lasts_is_decoded_once_and_its_words_are_the_transcript() -> None:
    listener = heard(QUESTION)
    assert listener.finals_s == [1.0]


def test_the_final_decode_happens_inside_the_wait() -> None:
    listener = heard(QUESTION, real_time=True)
    assert listener.timeline.marks["final"] == pytest.approx(1.0 + 0.2)
    assert listener.timeline.marks["final"] < listener.timeline.marks["endpoint"]
    assert listener.timeline.spans["stt"] == pytest.approx(0.2)


def test_the_words_of_a_pause_are_dropped_when_speech_resumes() -> None:
    listener = heard(HESITANT)
    assert len(listener.finals_s) == 2
    assert listener.hypotheses[-1].end is End.SILENCE


def test_sound_that_came_during_the_wait_is_decoded_when_speech_resumes() -> None:
    assert heard(HESITANT).finals_s == pytest.approx([1.0, 1.0 + 0.3 + 0.5])


def test_the_tail_is_decoded_when_the_longest_turn_is_cut_off() -> None:
    listener = heard([Voice.STARTED, *speech(LONGEST_S + 1)])
    assert listener.hypotheses[-1].end is End.TOO_LONG
    assert listener.finals_s == pytest.approx([LONGEST_S])


def test_nobody_speaking_is_no_words_and_no_decode() -> None:
    listener = heard(silence(NO_SPEECH_S + 1))
    assert listener.hypotheses[-1] == Hypothesis("", End.NO_SPEECH)
    assert listener.finals_s == []


def test_a_source_that_ends_ends_the_utterance() -> None:
    listener = heard([Voice.STARTED, *speech(1.0)])
    assert listener.hypotheses[-1].text == "turn on the light"
    assert listener.finals_s == pytest.approx([1.0])


SCRIPTS = st.lists(st.integers(1, 3000) | st.sampled_from(Voice), max_size=60)


def sounding(script: list[int | Voice]) -> list[Heard]:
    """With so many samples of sound for each number."""
    return [b"\1\0" * piece if isinstance(piece, int) else piece for piece in script]


def spoken_s(script: list[int | Voice]) -> float:
    """The seconds before the last pause, or before the end where someone still speaks then."""
    endpoint = Endpoint(WAIT_S, NO_SPEECH_S, LONGEST_S)
    heard = paused = 0
    speaking = False
    for piece in script:
        if isinstance(piece, int):
            heard += piece
            endpoint.sound(piece)
        else:
            endpoint.voice(piece)
            speaking, paused = piece is Voice.STARTED, heard
        if endpoint.end:
            break
    return (heard if speaking else paused) / SPEECH.rate


@given(SCRIPTS)
def test_the_transcript_covers_all_that_was_spoken(script: list[int | Voice]) -> None:
    listener = heard(sounding(script))
    over = listener.hypotheses[-1]
    assert [hypothesis.end for hypothesis in listener.hypotheses[:-1]] == [None] * (len(listener.hypotheses) - 1)
    if over.end is End.NO_SPEECH:
        assert listener.finals_s == []
    else:
        assert over.text == "turn on the light"
        assert listener.finals_s[-1] >= spoken_s(script) - 1e-9


@given(SCRIPTS)
def test_less_than_a_batch_waits_while_someone_speaks(script: list[int | Voice]) -> None:
    listener = Listener()
    given_s = 0.0

    async def scenario() -> None:
        nonlocal given_s

        async def sound() -> AsyncGenerator[Heard, None]:
            nonlocal given_s
            yield Voice.STARTED
            for piece in sounding(script):
                if isinstance(piece, bytes):
                    yield piece
                    given_s += SPEECH.seconds(len(piece))
                    assert listener.recognizer.latest is not None
                    assert given_s - SPEECH.seconds(listener.recognizer.latest.heard) < BATCH_S

        timeline = Timeline("boot:1", "kitchen", {}, asyncio.get_running_loop().time)
        endpoint = Endpoint(WAIT_S, NO_SPEECH_S, 1000.0)
        async with (
            aclosing(sound()) as pieces,
            aclosing(hear(pieces, listener.recognizer, endpoint, timeline)) as hypotheses,
        ):
            async for _ in hypotheses:
                pass

    run(scenario())


def test_cancelling_at_each_await_frees_the_decoder() -> None:
    whole = Listener()
    run(whole.listen(HESITANT, real_time=True))
    for stop in range(whole.recognizer.steps.count):
        listener = Listener()

        async def scenario(listener: Listener = listener, stop: int = stop) -> None:
            task = asyncio.create_task(listener.listen(HESITANT, real_time=True))
            listener.recognizer.steps = Steps(stop, task.cancel)
            await asyncio.wait([task])
            assert task.cancelled()

        run(scenario())
        assert listener.recognizer.open == 0
