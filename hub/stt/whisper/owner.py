"""A model and its line: what waits together is decoded together, one batch after the other.

Rules: the model is never called twice at the same time. A caller who goes leaves the line; a batch that runs goes on,
since no library can be stopped from outside, and the result of who has gone is dropped. A batch that fails fails for
all in it, and the next one is decoded.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Self

from hub.load.estimates import Estimate
from hub.load.need import Kind, Need, Stage, Tier, Work, soon
from hub.load.scheduler import Scheduler
from hub.stt.rolling.transcriber import Ask, Transcription
from hub.stt.whisper.line import Line, Request
from hub.stt.whisper.overload import wait_s
from wire.pcm import SPEECH

Decode = Callable[[Sequence[bytes], Ask], list[Transcription]]
"""Blocking: one transcription for each of the sounds, all asked in the same way; raises RecognizerError."""


class Owner:
    """A batch is one job of `scheduler`. Leaving the context waits for what still runs."""

    def __init__(
        self,
        decode: Decode,
        scheduler: Scheduler,
        tier: Tier = Tier.FULL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._decode = decode
        self._scheduler = scheduler
        self._tier = tier
        self._clock = clock
        self._line = Line()
        self._group = asyncio.TaskGroup()
        self._work: asyncio.Task[None] | None = None
        self._began: float | None = None
        self._service = Estimate()  # seconds that a batch takes

    def wait_s(self, ask: Ask) -> float:
        """How long a final that comes now would wait, as far as can be told."""
        running = None if self._began is None else self._clock() - self._began
        return wait_s(self._service.value, running, self._line.ahead(ask))

    async def transcribe(self, pcm: bytes, ask: Ask) -> Transcription:
        """In its turn; raises RecognizerError."""
        request = Request(pcm, ask, asyncio.get_running_loop().create_future())
        self._line.join(request)
        if self._work is None or self._work.done():
            self._work = self._group.create_task(self._run())
        return await request.answer

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._group.__aexit__(None, None, None)

    async def _run(self) -> None:
        while batch := self._line.next_batch():
            self._began = self._clock()
            try:
                self._answer(batch, await self._scheduler.run(partial(self._decoded, batch), self._need(batch)))
            except Exception as error:  # whatever it is, those who wait must hear of it
                self._fail(batch, error)
            finally:
                self._service.add(self._clock() - self._began)
                self._began = None

    def _need(self, batch: list[Request]) -> Need:
        if not batch[0].ask.final:
            return Need(Kind.PARTIAL)
        seconds = sum(SPEECH.seconds(len(request.pcm)) for request in batch)
        return soon(work=Work(Stage.STT, self._tier, seconds))

    def _decoded(self, batch: list[Request]) -> list[Transcription]:
        return self._decode([request.pcm for request in batch], batch[0].ask)

    def _answer(self, batch: list[Request], results: list[Transcription]) -> None:
        for request, result in zip(batch, results, strict=True):
            if not request.answer.done():
                request.answer.set_result(result)

    def _fail(self, batch: list[Request], error: Exception) -> None:
        for request in batch:
            if not request.answer.done():
                request.answer.set_exception(error)
