"""Speech-to-text with CMU pocketsphinx and a language model of this home's own sentences: nothing to download.

Strategy: the model is built at start from the home's names (sentences.py, language_model.py), and each of a fixed
number of decoders, a child process each, hears one utterance at a time. More utterances than decoders wait in order.
Every call goes through the scheduler.

Rules: an utterance that is left in the middle of a call leaves a usable decoder. The model is of the names that the
home had at start. Sound is only ever in memory.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib.metadata import version
from types import TracebackType
from typing import Self

from hub.home.home import Home
from hub.load.scheduler import Scheduler
from hub.stt.decoder import Decoder, Hearing
from hub.stt.language_model import language_model
from hub.stt.recognizer import RecognizerError
from hub.stt.sentences import home_sentences
from wire.pcm import SPEECH

LONGEST_S = 30.0
"""Of one utterance. The hub ends a turn long before; what is kept for the final decode must be bounded somewhere."""

_log = logging.getLogger(__name__)


class PocketSphinx:
    """See hub.stt.recognizer.Recognizer. As an async context it loads its decoders, and ends them on leaving."""

    def __init__(
        self, home: Home, scheduler: Scheduler, *, decoders: int = 1, wake_phrases: Sequence[str] = ()
    ) -> None:
        """`wake_phrases`, as "hey jarvis", may be heard before a sentence, whole or cut off, and are left out."""
        self.name = f"pocketsphinx {version('pocketsphinx')} en-us, the home's sentences"
        self._home = home
        self._scheduler = scheduler
        self._wake_phrases = [phrase.lower() for phrase in wake_phrases]
        self._count = decoders
        self._decoders: list[Decoder] = []
        self._free: asyncio.Queue[Decoder] = asyncio.Queue()  # bounded by the number of decoders

    @asynccontextmanager
    async def utterance(self) -> AsyncGenerator[_Utterance]:
        """See hub.stt.recognizer.Recognizer; waits while every decoder hears another utterance."""
        decoder = await self._free.get()
        hearing = Hearing()
        try:
            await self._scheduler.run(lambda: decoder.begin(hearing))
            yield _Utterance(decoder, hearing, self._scheduler)
        finally:
            hearing.over = True
            self._free.put_nowait(decoder)

    async def __aenter__(self) -> Self:
        started = time.monotonic()
        _log.info("building the language model of a home of %d things", len(self._home.things))
        model = await self._scheduler.run(self._model)
        _log.info("loading %d speech decoder%s", self._count, "s" if self._count > 1 else "")
        self._decoders = [Decoder(model) for _ in range(self._count)]
        try:
            await asyncio.gather(*(self._scheduler.run(decoder.start) for decoder in self._decoders))
        except BaseException:
            self._stop()
            raise
        for decoder in self._decoders:
            self._free.put_nowait(decoder)
        _log.info("speech-to-text is ready after %.1f s", time.monotonic() - started)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _model(self) -> bytes:
        model = language_model(home_sentences(self._home, wake=bool(self._wake_phrases)))
        return json.dumps({**asdict(model), "wake": self._wake_phrases}).encode()

    def _stop(self) -> None:
        for decoder in self._decoders:
            decoder.stop()


class _Utterance:
    """See hub.stt.recognizer.Utterance."""

    def __init__(self, decoder: Decoder, hearing: Hearing, scheduler: Scheduler) -> None:
        self._decoder = decoder
        self._hearing = hearing
        self._scheduler = scheduler
        self._heard = 0

    async def hear(self, pcm: bytes) -> str:
        """See hub.stt.recognizer.Utterance; raises RecognizerError beyond LONGEST_S of sound."""
        self._heard += len(pcm)
        if self._heard > SPEECH.bytes(LONGEST_S):
            raise RecognizerError(f"nobody speaks for {LONGEST_S:.0f} s; end the turn earlier")
        return await self._scheduler.run(lambda: self._decoder.hear(self._hearing, pcm))

    async def final(self) -> str:
        """See hub.stt.recognizer.Utterance."""
        return await self._scheduler.run(lambda: self._decoder.final(self._hearing))
