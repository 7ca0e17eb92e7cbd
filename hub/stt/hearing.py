"""The first stage of a turn: from its sound to its words, heard while they are spoken.

The final decode starts at each raw pause, in the time that the endpoint waits anyway. If speech resumes, that
result is dropped; if the endpoint confirms it, it is the transcript, at no further wait. For a grace after the end the
stage goes on listening: speech that resumes then takes the end back, so long as whoever reads still wants to know.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from hub.stt.activity import Activity, Voice
from hub.stt.ending.endpoint import GRACE_S, End, Endpoint
from hub.stt.recognizer import Recognizer, Words
from hub.stt.utterance import Judge, Utterance
from hub.timeline import Timeline
from wire.pcm import SPEECH

LIKELY = 0.6  # of P(end): a whole sentence has more (completeness.WHOLE), words that no home's sentence has less


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The words so far; with `end`, all of them, and why the turn is over. `revision` grows when speech resumes."""

    words: Words
    revision: int = 0
    end: End | None = None
    complete: bool = False
    """Whether the person pauses, and these are the words of all so far."""
    likely: bool = False
    """Whether they may well be all: two passes in a row heard them, and they sound finished."""

    @property
    def text(self) -> str:
        """All words."""
        return self.words.text


async def hear(
    sound: AsyncIterator[bytes | Voice],
    recognizer: Recognizer,
    activity: Activity,
    endpoint: Endpoint,
    judge: Judge,
    timeline: Timeline,
    language: str | None = None,
    stretch: Callable[[], float] = lambda: 1.0,
) -> AsyncGenerator[Hypothesis, None]:
    """Yields hypotheses as they change, and at the end the final one; after a resumption, again.

    A source that ends, ends the turn at once. Raises RecognizerError.
    """
    told = Hypothesis(Words())  # what was yielded last
    due: End | None = None
    until = 0  # sample at which the grace is over
    async with Utterance(sound, recognizer, activity, judge, timeline, language, stretch) as utterance:
        async for _ in utterance:
            endpoint.expect(utterance.p_end)
            before, due = due, endpoint.look(activity) or _of_source(utterance, activity)
            if due is not None and before is None:
                timeline.mark("endpoint")
            if due in (End.TOO_LONG, End.NO_SPEECH) or utterance.ended:
                utterance.finish()
            for now in _news(told, utterance, activity, due):
                told, until = now, activity.heard + round(GRACE_S * SPEECH.rate)
                yield now
            if told.end is not None and (utterance.ended or activity.heard >= until):
                return


def _of_source(utterance: Utterance, activity: Activity) -> End | None:
    """What the end of the sound is, where it has ended."""
    if not utterance.ended:
        return None
    return End.SILENCE if activity.spoken else End.NO_SPEECH


def _news(told: Hypothesis, utterance: Utterance, activity: Activity, due: End | None) -> Iterator[Hypothesis]:
    """Other words, more that will not change, a pause, an end, or that an end was none; times alone are no news."""
    if told.end is not None:
        if told.revision == activity.revision:
            return
        told = Hypothesis(utterance.words, activity.revision)  # before a new end, so that none is taken for the other
        yield told
    end = due if due is not None and utterance.settled else None
    likely = utterance.agreed and (utterance.p_end or 0.0) >= LIKELY
    now = Hypothesis(utterance.words, activity.revision, end, utterance.complete, likely)
    if _told(now) != _told(told):
        yield now


def _told(one: Hypothesis) -> tuple[object, ...]:
    return one.text, len(one.words.committed), one.complete, one.likely, one.end
