"""One utterance while it is heard: two tasks, one that reads its sound and one that has it decoded.

Reading never waits for decoding, so a pause is noticed while a pass is running, and its decode begins as soon as the
engine is free. Iterating goes on whenever there is something new: sound, an edge of speech, or words.

Rules: leaving the context ends both tasks and frees the engine. What the engine raises is told when its words are
needed, so that nobody is interrupted for it; what ends the reading (a source or a voice detector that breaks), at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Self

from hub.load.scheduler import Superseded
from hub.stt.activity import Activity, Voice
from hub.stt.passes import Kind, Pass, Passes
from hub.stt.recognizer import Listener, Recognizer, RecognizerError, Words
from hub.timeline import Timeline

Judge = Callable[[str], Awaitable[float]]
"""How finished words sound, from 0 to 1; does not hold the event loop."""


class Utterance:
    """`activity` is kept up to date with the sound; `language` None is the recognizer's own."""

    def __init__(
        self,
        sound: AsyncIterator[bytes | Voice],
        recognizer: Recognizer,
        activity: Activity,
        judge: Judge,
        timeline: Timeline,
        language: str | None = None,
        stretch: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self._sound = sound
        self._recognizer = recognizer
        self._activity = activity
        self._judge = judge
        self._timeline = timeline
        self._language = language
        self._passes = Passes(recognizer, stretch)
        self._waiting = bytearray()  # sound that no pass has had, bounded by the longest turn
        self._work = asyncio.Event()
        self._news = asyncio.Event()
        self._failure: RecognizerError | None = None
        self._broken: Exception | None = None
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []
        self.words = Words()
        """What was heard so far."""
        self.p_end: float | None = None
        """How finished those words sound, None while nobody knows."""
        self.agreed = False
        """Whether two passes in a row heard these words."""
        self.ended = False
        """Whether there is no more sound, or none that counts."""

    @property
    def settled(self) -> bool:
        """Whether `words` are those of all that was said; raises what kept the engine from it."""
        if self._failure is not None:
            raise self._failure
        return self._passes.settled(self._activity)

    @property
    def complete(self) -> bool:
        """Whether the person pauses, and `words` are all so far."""
        return self._failure is None and self._passes.settled(self._activity)

    def finish(self) -> None:
        """No more of it counts: decodes what was heard, pause or not."""
        self.ended = True
        self._tasks[0].cancel()
        self._passes.finish()
        self._work.set()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._tasks = [self._group.create_task(self._told(work)) for work in (self._read, self._decode)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await self._group.__aexit__(None, None, None)  # not told of the body's error, which it would wrap
        self._tasks.clear()  # they hold this, which holds a detector of 2.5 MB and the sound: let it go at once

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> None:
        await self._news.wait()
        self._news.clear()
        if self._broken is not None:
            raise self._broken

    async def _told(self, work: Callable[[], Awaitable[None]]) -> None:
        """Whatever breaks in a task belongs to who iterates."""
        try:
            await work()
        except Exception as error:
            self._broken = error
        self._news.set()

    async def _read(self) -> None:
        async for heard in self._sound:
            spoke = self._activity.speaking
            if isinstance(heard, Voice):
                self._activity.told(heard)
            else:
                self._activity.sound(heard)
                self._waiting += heard
            if spoke and not self._activity.speaking:
                self._timeline.mark("raw_pause")
            self._work.set()
            self._news.set()
        self.ended = True

    async def _decode(self) -> None:
        try:
            async with self._recognizer.listen(self._language) as listener:
                while True:
                    await self._work.wait()
                    self._work.clear()
                    while (due := self._passes.next(self._activity)) is not None:
                        await self._run(due, listener)
        except RecognizerError as error:
            self._failure = error

    async def _run(self, due: Pass, listener: Listener) -> None:
        listener.take(bytes(self._waiting))
        self._waiting.clear()
        voiced = self._activity.voiced
        if due.kind is Kind.PARTIAL:
            try:
                words = await listener.partial(voiced)
            except Superseded:  # it waited so long that there is newer sound, or the pause
                return
        else:
            with self._timeline.span("stt"):
                words = self.words if due.kind is Kind.PROMOTED else await listener.final(voiced)
            self._timeline.mark("final")
        self._passes.done(due)
        if due.kind is Kind.PARTIAL or due.revision == self._activity.revision:  # else the person goes on speaking
            self.agreed = words.text == self.words.text
            self.words, self.p_end = words, self.p_end if self.agreed else None
            self._news.set()  # a reply to them need not wait for the judge
            self.p_end = await self._judge(words.text)
        self._news.set()
