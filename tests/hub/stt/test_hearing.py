"""Laws of hearing, with a scripted recognizer on virtual time."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from config.hub import EndpointSettings
from hub.stt.activity import Activity, Voice
from hub.stt.ending.endpoint import GRACE_S, End, Endpoint
from hub.stt.hearing import Hypothesis, hear
from hub.stt.recognizer import RecognizerError, Voiced, Words
from hub.stt.utterance import Judge
from hub.timeline import Timeline
from tests.fakes import FakeListener, FakeRecognizer, Steps, always_the_end
from tests.virtual_time import run
from wire.pcm import SPEECH

FRAME_S = 0.02
WAIT_S, NO_SPEECH_S, LONGEST_S = 0.5, 5.0, 8.0

TIMES = EndpointSettings(
    mode="fixed", wait_ms=round(WAIT_S * 1000), patience=1.0, no_speech_s=NO_SPEECH_S, longest_s=LONGEST_S
)
Heard = bytes | Voice


def speech(seconds: float) -> list[Heard]:
    return [b"\1\0" * (SPEECH.bytes(FRAME_S) // 2)] * round(seconds / FRAME_S)


def silence(seconds: float) -> list[Heard]:
    return [SPEECH.silence(FRAME_S)] * round(seconds / FRAME_S)


QUESTION: list[Heard] = [Voice.STARTED, *speech(1.0), Voice.STOPPED, *silence(2.0)]
"""Ends half a second after the voice, and stays silent beyond the grace."""
HESITANT: list[Heard] = [Voice.STARTED, *speech(1.0), Voice.STOPPED, *silence(0.3), Voice.STARTED, *speech(0.5)]
HESITANT += [Voice.STOPPED, *silence(2.0)]


async def undecided(words: str) -> float:
    """A judge to whom nothing sounds finished, or unfinished."""
    return 0.5


class Listener:
    """Hears a script with a scripted recognizer, in real time unless told otherwise; keeps the hypotheses and times."""

    def __init__(self, text: str = "turn on the light", final_s: float = 0.2) -> None:
        self.recognizer = FakeRecognizer(text, final_s)
        self.hypotheses: list[Hypothesis] = []
        self.times: list[float] = []
        self.activity = Activity(None, tells=True)
        self.endpoint = Endpoint(TIMES)
        self.judge: Judge = undecided
        self.timeline: Timeline

    async def sound(self, script: Sequence[Heard]) -> AsyncGenerator[Heard, None]:
        for piece in script:
            if isinstance(piece, bytes):
                await asyncio.sleep(SPEECH.seconds(len(piece)))
            yield piece

    async def listen(self, script: Sequence[Heard]) -> None:
        clock = asyncio.get_running_loop().time
        self.timeline = Timeline("boot:1", "kitchen", {}, clock)
        stage = hear(self.sound(script), self.recognizer, self.activity, self.endpoint, self.judge, self.timeline)
        async with asyncio.timeout(120), aclosing(stage) as hypotheses:
            async for hypothesis in hypotheses:
                self.hypotheses.append(hypothesis)
                self.times.append(clock())

    @property
    def finals_s(self) -> list[float]:
        """How much sound each final decode covered."""
        if self.recognizer.latest is None:
            return []
        return [SPEECH.seconds(size) for size in self.recognizer.latest.finals]

    @property
    def texts(self) -> list[str]:
        return [hypothesis.text for hypothesis in self.hypotheses]


def heard(script: Sequence[Heard], text: str = "turn on the light", final_s: float = 0.2) -> Listener:
    listener = Listener(text, final_s)
    run(listener.listen(script))
    assert listener.recognizer.open == 0
    return listener


def test_the_last_hypothesis_is_the_transcript_and_says_why_it_is_over() -> None:
    listener = heard(QUESTION)
    assert (listener.texts[-1], listener.hypotheses[-1].end) == ("turn on the light", End.SILENCE)
    assert all(hypothesis.end is None for hypothesis in listener.hypotheses[:-1])


def test_words_are_published_while_the_person_speaks() -> None:
    listener = heard(QUESTION)
    assert listener.texts[0] == "turn"


@pytest.mark.parametrize("script", [QUESTION, HESITANT])
def test_partial_words_are_published_only_when_they_change_or_become_complete_or_likely(script: list[Heard]) -> None:
    """Used to publish the words of a pause again although they were the same."""
    for text in ("turn on the light", "turn"):
        partials = [(one.text, one.complete, one.likely) for one in heard(script, text).hypotheses[:-1]]
        assert partials
        assert all(earlier != later for earlier, later in pairwise([("", False, False), *partials]))


def test_words_that_two_passes_heard_and_that_sound_finished_are_likely_all() -> None:
    for judge, likely in ((always_the_end, True), (undecided, False)):
        listener = Listener("turn")
        listener.judge = judge
        run(listener.listen(QUESTION))
        assert [one.likely for one in listener.hypotheses if not one.complete] == [False, likely][: 1 + likely]


def test_words_that_change_back_after_a_pause_are_published_again() -> None:
    """Used to be taken for the words that were published before the pause."""
    said = ["turn", "turn on the light"]
    assert heard(HESITANT).texts == [*said, "turn on the light", *said, "turn on the light"]


def test_a_pause_that_lasts_is_decoded_once_and_its_words_are_the_transcript() -> None:
    listener = heard(QUESTION)
    assert listener.finals_s == pytest.approx([1.0])


def test_the_final_decode_happens_inside_the_wait() -> None:
    listener = heard(QUESTION)
    assert listener.timeline.marks["final"] == pytest.approx(1.0 + 0.2)
    assert listener.timeline.marks["endpoint"] == pytest.approx(1.0 + WAIT_S)
    assert listener.times[-1] == listener.timeline.marks["endpoint"]
    assert listener.timeline.spans["stt"] == pytest.approx(0.2)


def test_a_decode_that_is_slower_than_the_wait_delays_the_end_by_itself_alone() -> None:
    listener = heard(QUESTION, final_s=0.9)
    assert listener.times[-1] == pytest.approx(1.0 + 0.9)
    assert listener.timeline.marks["endpoint"] == pytest.approx(1.0 + WAIT_S)


def test_the_words_of_a_pause_are_dropped_when_speech_resumes() -> None:
    listener = heard(HESITANT)
    assert len(listener.finals_s) == 2
    assert [one.revision for one in listener.hypotheses] == [0, 0, 1, 1, 1, 1]
    assert [one.complete for one in listener.hypotheses] == [False, True, False, False, True, True]
    assert [one.end for one in listener.hypotheses] == [None] * 5 + [End.SILENCE]


def test_a_final_that_comes_when_speech_has_resumed_is_never_seen() -> None:
    listener = heard(HESITANT, final_s=0.35)  # the pause lasts 0.3 s
    assert listener.texts == ["turn", "turn on the light", "turn on the light"]
    assert [one.revision for one in listener.hypotheses] == [0, 1, 1]


def test_sound_that_came_during_the_wait_is_decoded_when_speech_resumes() -> None:
    assert heard(HESITANT).finals_s == pytest.approx([1.0, 1.0 + 0.3 + 0.5])


def test_the_tail_is_decoded_when_the_longest_turn_is_cut_off() -> None:
    listener = heard([Voice.STARTED, *speech(LONGEST_S + 1)])
    assert listener.hypotheses[-1].end is End.TOO_LONG
    assert listener.finals_s == pytest.approx([LONGEST_S])


def test_nobody_speaking_is_no_words_and_no_decode() -> None:
    listener = heard(silence(NO_SPEECH_S + 1))
    assert listener.hypotheses == [Hypothesis(words=Words(), end=End.NO_SPEECH, complete=True)]
    assert listener.finals_s == []


def test_a_source_that_ends_ends_the_utterance() -> None:
    listener = heard([Voice.STARTED, *speech(1.0)])
    assert listener.hypotheses[-1].text == "turn on the light"
    assert listener.hypotheses[-1].end is End.SILENCE
    assert listener.finals_s == pytest.approx([1.0])


def ends(listener: Listener) -> list[tuple[int, float]]:
    """The revision and time of each end."""
    pairs = zip(listener.hypotheses, listener.times, strict=True)
    return [(one.revision, at) for one, at in pairs if one.end is not None]


@given(st.integers(1, 39))
def test_speech_that_resumes_within_the_grace_takes_the_end_back(frames: int) -> None:
    """The words so far are told again without an end, at once, and the next end is of the whole."""
    after = frames * FRAME_S
    more = [Voice.STARTED, *speech(0.5), Voice.STOPPED, *silence(2.0)]
    listener = heard([*QUESTION[: 1 + 50 + 1], *silence(WAIT_S + after), *more])
    resumed = 1.0 + WAIT_S + after
    assert [revision for revision, _ in ends(listener)] == [0, 1]
    assert [at for _, at in ends(listener)] == pytest.approx([1.0 + WAIT_S, resumed + 0.5 + WAIT_S])
    taken_back = next(at for one, at in zip(listener.hypotheses, listener.times, strict=True) if one.revision == 1)
    assert taken_back == pytest.approx(resumed, abs=FRAME_S + 1e-6)
    assert listener.finals_s[-1] == pytest.approx(resumed + 0.5)


def test_it_stops_listening_when_the_grace_is_over() -> None:
    late = [Voice.STARTED, *speech(0.5), Voice.STOPPED, *silence(2.0)]
    listener = heard([*QUESTION[: 1 + 50 + 1], *silence(WAIT_S + GRACE_S + FRAME_S), *late])
    assert [revision for revision, _ in ends(listener)] == [0]
    assert listener.times[-1] == pytest.approx(1.0 + WAIT_S)


def test_a_decode_that_fails_is_told_when_its_words_are_needed_and_not_before() -> None:
    class Failing(FakeListener):
        async def partial(self, voiced: Voiced) -> Words:
            raise RecognizerError("the decoder died; say it again")

    class Broken(FakeRecognizer):
        @asynccontextmanager
        async def listen(self, language: str | None = None) -> AsyncIterator[FakeListener]:
            yield Failing([], 0.0, self.steps)

    listener = Listener()
    listener.recognizer = Broken("")
    ended = 0.0

    async def scenario() -> None:
        nonlocal ended
        with pytest.raises(RecognizerError, match="died"):
            await listener.listen(QUESTION)
        ended = asyncio.get_running_loop().time()

    run(scenario())
    assert ended == pytest.approx(1.0 + WAIT_S)


def test_an_engine_that_takes_over_is_asked_in_its_own_way() -> None:
    """Partials of the first were as good as finals; those of the second, which have heard all as well, are not."""

    class TakenOver(FakeRecognizer):
        @asynccontextmanager
        async def listen(self, language: str | None = None) -> AsyncIterator[FakeListener]:
            self.promotes = False
            async with super().listen(language) as listener:
                yield listener

    listener = Listener()
    listener.recognizer = TakenOver("turn on the light", promotes=True)
    run(listener.listen([Voice.STARTED, *speech(1.0), *[b""] * 20, Voice.STOPPED, *silence(2.0)]))
    assert listener.texts[-1] == "turn on the light"
    assert listener.finals_s == pytest.approx([1.0])


def test_a_source_that_breaks_is_told_at_once() -> None:
    class BrokenError(Exception):
        pass

    async def sound() -> AsyncGenerator[Heard, None]:
        yield Voice.STARTED
        raise BrokenError

    async def scenario() -> None:
        timeline = Timeline("boot:1", "kitchen", {}, asyncio.get_running_loop().time)
        stage = hear(sound(), FakeRecognizer(""), Activity(None, tells=True), Endpoint(TIMES), always_the_end, timeline)
        async with aclosing(stage) as hypotheses:
            with pytest.raises(BrokenError):
                await anext(hypotheses)

    run(scenario())


def test_a_voice_detector_that_fails_is_told_at_once() -> None:
    """Nothing more can be heard; used to wait for ever."""

    class Deaf:
        frame_bytes = SPEECH.bytes(FRAME_S)
        threshold = 0.5

        def probability(self, frame: bytes) -> float:
            raise RecognizerError("the detector died; start the hub anew")

    async def sound() -> AsyncGenerator[Heard, None]:
        for piece in silence(60):
            await asyncio.sleep(FRAME_S)
            yield piece

    async def scenario() -> float:
        clock = asyncio.get_running_loop().time
        timeline = Timeline("boot:1", "kitchen", {}, clock)
        activity = Activity(Deaf(), tells=False)
        stage = hear(sound(), FakeRecognizer(""), activity, Endpoint(TIMES), always_the_end, timeline)
        async with asyncio.timeout(60), aclosing(stage) as hypotheses:
            with pytest.raises(RecognizerError, match="died"):
                await anext(hypotheses)
        return clock()

    assert run(scenario()) == pytest.approx(FRAME_S)


def test_words_that_sound_finished_after_the_longest_turn_was_cut_off_end_it_all_the_same() -> None:
    """Used to wait for ever for the grace after a silence, of which nothing was heard any more."""

    async def judge(words: str) -> float:
        return 1.0 if words.endswith("light") else 0.0

    listener = Listener(final_s=1.0)
    listener.endpoint, listener.judge = Endpoint(replace(TIMES, mode="adaptive")), judge
    run(listener.listen([Voice.STARTED, *speech(LONGEST_S - 0.5), Voice.STOPPED, *silence(60)]))
    assert listener.times[-1] == pytest.approx(LONGEST_S - 0.5 + 1.0)
    assert listener.texts[-1] == "turn on the light"
    assert listener.hypotheses[-1].end is not None


def test_speech_that_resumes_and_ends_in_one_burst_of_late_sound_takes_the_end_back() -> None:
    """A network that stalls gives a second of sound at once; words in it used to be lost."""

    class Stalled(Listener):
        async def sound(self, script: Sequence[Heard]) -> AsyncGenerator[Heard, None]:
            async for piece in super().sound(QUESTION[: 1 + 50 + 1 + 30]):
                yield piece
            await asyncio.sleep(1.0)
            for piece in [Voice.STARTED, *speech(0.5), Voice.STOPPED, *silence(WAIT_S)]:
                yield piece
            async for piece in super().sound(silence(2.0)):
                yield piece

    listener = Stalled()
    run(listener.listen([]))
    assert [(one.revision, one.end) for one in listener.hypotheses[-3:]] == [
        (0, End.SILENCE),
        (1, None),
        (1, End.SILENCE),
    ]
    assert listener.finals_s[-1] == pytest.approx(1.0 + 0.6 + 0.5 + WAIT_S)


def test_a_source_that_ends_before_anyone_spoke_is_nobody_speaking() -> None:
    assert heard(silence(1.0)).hypotheses == [Hypothesis(words=Words(), end=End.NO_SPEECH, complete=True)]
    assert heard([]).hypotheses == [Hypothesis(words=Words(), end=End.NO_SPEECH, complete=True)]


SCRIPTS = st.lists(st.integers(1, 3000) | st.sampled_from(Voice), max_size=60)


def sounding(script: list[int | Voice]) -> list[Heard]:
    """With so many samples of sound for each number."""
    return [b"\1\0" * piece if isinstance(piece, int) else piece for piece in script]


@given(SCRIPTS)
def test_the_transcript_covers_all_that_was_spoken(script: list[int | Voice]) -> None:
    """Whatever comes: it ends, and by then a final has covered the voice until there."""
    listener = Listener()
    run(listener.listen(sounding(script)))
    assert listener.hypotheses[-1].end is not None
    last = listener.finals_s[-1] if listener.finals_s else 0.0
    assert listener.activity.voice_end / SPEECH.rate <= last + 1e-9
    assert bool(listener.finals_s) == (listener.hypotheses[-1].end is not End.NO_SPEECH and listener.texts[-1] != "")


def test_cancelling_at_each_await_frees_the_decoder() -> None:
    whole = Listener()
    run(whole.listen(HESITANT))
    assert whole.recognizer.steps.count > 10
    for stop in range(whole.recognizer.steps.count):
        listener = Listener()

        async def scenario(listener: Listener = listener, stop: int = stop) -> None:
            task = asyncio.create_task(listener.listen(HESITANT))
            listener.recognizer.steps = Steps(stop, task.cancel)
            await asyncio.wait([task])
            assert task.cancelled()

        run(scenario())
        assert listener.recognizer.open == 0


def test_nothing_of_an_utterance_waits_for_the_garbage_collector() -> None:
    """Its detector and sound are megabytes: used to be kept until the collector came by, 50 MB in twenty turns."""
    kept: list[weakref.ref[Activity]] = []

    async def scenario() -> None:
        async def sound() -> AsyncGenerator[Heard, None]:
            for piece in QUESTION:
                await asyncio.sleep(FRAME_S)
                yield piece

        activity = Activity(None, tells=True)
        kept.append(weakref.ref(activity))
        timeline = Timeline("boot:1", "kitchen", {}, asyncio.get_running_loop().time)
        stage = hear(sound(), FakeRecognizer("yes"), activity, Endpoint(TIMES), always_the_end, timeline)
        async with aclosing(stage) as hypotheses:
            async for _ in hypotheses:
                pass

    gc.disable()
    try:
        run(scenario())
        assert kept[0]() is None
    finally:
        gc.enable()
