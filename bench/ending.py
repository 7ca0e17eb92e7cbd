"""What an endpoint sees of one sound, recorded once; then, when different endpoints would have ended it.

The sound goes through the hub's own parts (Activity, Passes, a recognizer) as in hub/stt/utterance.py, but in audio
time: a pass that takes the processor so long gives its words when so much more sound has come. So the times are those
of a machine that does nothing else, whatever this one does meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.stt.activity import Activity
from hub.stt.ending.endpoint import End, Endpoint
from hub.stt.passes import Kind, Pass, Passes
from hub.stt.recognizer import Listener, Recognizer, Words
from wire.pcm import SPEECH, Framer

PIECE_S = 0.02  # of sound at a time: how exactly moments are known


@dataclass(frozen=True, slots=True)
class Moment:
    """What an endpoint sees after one piece of sound (hub.stt.ending.endpoint.Silence), and what is known of words."""

    heard: int
    spoken: bool
    speaking: bool
    silence: int
    settled: bool
    """Whether the words are those of all that was said."""
    words: str | None
    """As they were heard; None before any pass."""
    until: int
    """How much sound the pass that gave them had heard."""


@dataclass(slots=True)
class _Running:
    made: Pass
    words: Words
    until: float  # samples when it is done


Clock = Callable[[], float]
"""Seconds of processor time that the recognizer has used so far."""


async def watch(pcm: bytes, recognizer: Recognizer, activity: Activity, used: Clock) -> list[Moment]:
    """Hears all of a sound; a moment for each piece."""
    async with recognizer.listen() as listener:
        watched = _Watch(listener, Passes(recognizer), activity, used)
        framer = Framer(SPEECH.bytes(PIECE_S))
        return [await watched.hear(piece) for piece in framer.push(pcm)]


class _Watch:
    """One utterance, piece by piece."""

    def __init__(self, listener: Listener, passes: Passes, activity: Activity, used: Clock) -> None:
        self._listener, self._passes, self._activity, self._used = listener, passes, activity, used
        self._running: _Running | None = None
        self._words: Words | None = None
        self._until = 0

    async def hear(self, piece: bytes) -> Moment:
        """Takes a piece, ends the pass that is done by then, and begins the next."""
        activity = self._activity
        activity.sound(piece)
        self._listener.take(piece)
        if self._running is not None and activity.heard >= self._running.until:
            self._done(self._running)
        if self._running is None and (due := self._passes.next(activity)) is not None:
            self._running = await self._run(due)
        text = None if self._words is None else self._words.text
        settled = self._passes.settled(activity)
        return Moment(activity.heard, activity.spoken, activity.speaking, activity.silence, settled, text, self._until)

    async def _run(self, due: Pass) -> _Running:
        before, voiced = self._used(), self._activity.voiced
        if due.kind is Kind.PROMOTED:
            words = self._words or Words()
        else:
            words = await (self._listener.partial if due.kind is Kind.PARTIAL else self._listener.final)(voiced)
        return _Running(due, words, self._activity.heard + (self._used() - before) * SPEECH.rate)

    def _done(self, running: _Running) -> None:
        self._running = None
        self._passes.done(running.made)
        if running.made.kind is Kind.PARTIAL or running.made.revision == self._activity.revision:
            self._words, self._until = running.words, running.made.until


@dataclass(frozen=True, slots=True)
class Ended:
    """When the turn would have ended, in samples; None where the sound does not last so long."""

    first: int | None
    after_speech: int | None
    """The first such moment after the end of speech."""


def ended(moments: Sequence[Moment], judge: Callable[[Moment], float | None], endpoint: Endpoint, end: int) -> Ended:
    """Plays the moments to an endpoint; `end` is that of speech.

    As in hub/stt/hearing.py, the turn ends when the endpoint says so and all words are there.
    """
    first: int | None = None
    for moment in moments:
        endpoint.expect(judge(moment))
        if moment.settled and endpoint.look(moment) is End.SILENCE:
            first = moment.heard if first is None else first
            if moment.heard >= end:
                return Ended(first, moment.heard)
    return Ended(first, None)
