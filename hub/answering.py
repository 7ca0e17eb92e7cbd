"""The reply of a turn while its words may still change: begun early, kept or dropped, and never heard of before.

Strategy: a reply is a task that waits in `room.commit` before it does or says anything. Begun at a raw pause, or at
words that may well be all, it gets as far as its first sound; the end of the turn with the same words lets it go on,
other words or resumed speech drop it.

Rules: what it is kept for is the whole request: words, conversation, area. What it shows is shown once it is certain.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from hub.llm.responder import Request
from hub.llm.speculation import Outcome, Speculation
from hub.room import Room
from hub.stages import latest
from hub.watch import Seen, Watch

Answer = Callable[[Request, Watch], Coroutine[Any, Any, None]]
"""Answers a request aloud."""


@dataclass(slots=True)
class _Held:
    """Shows nothing before it is certain, then all of it in order."""

    watch: Watch
    certain: bool = False
    waiting: list[Seen] = field(default_factory=list)

    def __call__(self, seen: Seen) -> None:
        if self.certain:
            self.watch(seen)
        else:
            self.waiting.append(seen)

    def open(self) -> None:
        self.certain = True
        for seen in self.waiting:
            self.watch(seen)
        self.waiting.clear()


@dataclass(slots=True)
class _Begun:
    request: Request
    shown: _Held
    at: float
    early: Speculation | None
    """Who is to know what comes of it; None once it is certain."""


class Answering:
    """One turn's; `clock` gives seconds, `forget` drops what a reply that is dropped left in the timeline."""

    def __init__(
        self,
        room: Room,
        work: latest,
        answer: Answer,
        watch: Watch,
        clock: Callable[[], float],
        forget: Callable[[], None],
    ) -> None:
        self._room, self._work, self._answer = room, work, answer
        self._watch, self._clock, self._forget = watch, clock, forget
        self._begun: _Begun | None = None
        self._tries = 0

    async def expect(self, request: Request, trigger: Speculation, speech_s: float, loaded: bool) -> None:
        """The person may be done with these words: begins the reply to them, where that pays."""
        if self._begun is not None and self._begun.request == request:
            return
        await self.drop(Outcome.CHANGED)
        if trigger.pays(request.text, self._tries, speech_s, loaded):
            self._tries += 1
            await self._begin(request, trigger)

    async def confirm(self, request: Request) -> None:
        """The turn is over with these words: the reply to them may be heard."""
        begun = self._begun
        if begun is None or begun.request != request:
            await self.drop(Outcome.CHANGED)
            begun = await self._begin(request, None)
        elif begun.early is not None:
            begun.early.ended(Outcome.HIT, self._clock() - begun.at)
            begun.early = None
        begun.shown.open()
        self._room.certain.set()

    async def drop(self, outcome: Outcome = Outcome.RESUMED) -> None:
        """The reply that was begun is none to what the person says."""
        if self._begun is None:
            return
        self._room.certain.clear()
        await self._work.replace(None)
        if self._begun.early is not None:
            self._begun.early.ended(outcome, self._clock() - self._begun.at)
        self._begun = None
        self._forget()

    async def _begin(self, request: Request, early: Speculation | None) -> _Begun:
        self._begun = _Begun(request, _Held(self._watch), self._clock(), early)
        await self._work.replace(self._answer(request, self._begun.shown))
        return self._begun
