"""Speech-to-text with CMU pocketsphinx and a language model of this home's own sentences: nothing to download.

Strategy: the model is built from the home's names (sentences.py, language_model.py), and each of a fixed number of
decoders, a child process each, hears one utterance at a time. Every call goes through the scheduler. As an utterance
begins, the home's names are compared with the model's: where they differ, a new model is built and loaded in the
background, and the utterance is heard with the old one.

Finals that are no sentence of the home are given to `snap` (hub/stt/nearest), which may know what was meant.

Rules: an utterance that is left in the middle of a call leaves a usable decoder. Sound is only ever in memory.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib.metadata import version
from types import TracebackType
from typing import Self

from hub.home.home import Home
from hub.load.need import Kind, Need, Stage, Tier, Work, soon
from hub.load.scheduler import Scheduler
from hub.stt.recognizer import RecognizerError, Voiced, Word, Words
from hub.stt.sphinx.classes import names
from hub.stt.sphinx.decoder import Decoder, Hearing
from hub.stt.sphinx.decoders import Decoders
from hub.stt.sphinx.hesitation import hesitating
from hub.stt.sphinx.language_model import language_model
from hub.stt.sphinx.sentences import Sentences, home_sentences
from wire.pcm import SPEECH

LANGUAGE = "en"
LONGEST_S = 30.0
"""Of one utterance. The hub ends a turn long before; what is kept for the final decode must be bounded somewhere."""

LOOK_S = 1.0  # between two looks at the home's names; it tells nobody that they are others

Snap = Callable[[Words], Words]
"""From what was heard to what was meant, which is mostly the same; called in a thread of the scheduler."""

_log = logging.getLogger(__name__)


class PocketSphinx:
    """See hub.stt.recognizer.Recognizer. As an async context it loads its decoders, and ends them on leaving."""

    languages = (LANGUAGE,)
    step_s = 0.1
    promotes = False

    def __init__(
        self,
        home: Home,
        scheduler: Scheduler,
        *,
        decoders: int = 1,
        wake_phrases: Sequence[str] = (),
        snap: Snap | None = None,
    ) -> None:
        """`wake_phrases`, as "hey jarvis", may be heard before a sentence, whole or cut off, and are left out."""
        self.name = f"pocketsphinx {version('pocketsphinx')} en-us, the home's sentences"
        self._home = home
        self._scheduler = scheduler
        self._wake_phrases = [phrase.lower() for phrase in wake_phrases]
        self._count = decoders
        self._snap = snap
        self._names: tuple[object, ...] = ()
        self._keeping_up: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncGenerator[SphinxListener]:
        """See hub.stt.recognizer.Recognizer; waits while every decoder hears another utterance."""
        if language not in (None, *self.languages):
            raise RecognizerError(f"pocketsphinx understands English, not {language!r}; choose another speech engine")
        async with self._decoders.one() as decoder:
            hearing = Hearing()
            try:
                await self._scheduler.run(lambda: decoder.begin(hearing), soon())
                yield SphinxListener(decoder, hearing, self._scheduler, self._snap)
            finally:
                hearing.over = True

    async def __aenter__(self) -> Self:
        started = time.monotonic()
        _log.info("building the language model of a home of %d things", len(self._home.things))
        self._names = names(self._home)
        self._decoders = Decoders(self._count, await self._scheduler.run(self._model), self._scheduler)
        await self._decoders.start()
        self._keeping_up = asyncio.create_task(self._keep_up(), name="names of the home")
        _log.info("speech-to-text is ready after %.1f s", time.monotonic() - started)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeping_up:
            self._keeping_up.cancel()
            await asyncio.wait([self._keeping_up])
        self._decoders.stop()

    def _model(self) -> bytes:
        said = home_sentences(self._home, wake=bool(self._wake_phrases))
        model = language_model(Sentences(hesitating(said.ngrams), said.classes))
        return json.dumps({**asdict(model), "wake": self._wake_phrases}).encode()

    async def _keep_up(self) -> None:
        """Renews the model when the home has other names, without end: the first who speaks of them is to be heard."""
        while True:
            await asyncio.sleep(LOOK_S)
            if names(self._home) != self._names:
                await self._renew()

    async def _renew(self) -> None:
        self._names, started = names(self._home), time.monotonic()
        try:
            await self._decoders.renew(await self._scheduler.run(self._model))
        except RecognizerError as error:
            _log.warning("speech-to-text goes on with the names that the home had before: %s", error)
        except Exception:  # costs the new names, never the next ones
            _log.exception("the home's new names cannot be learnt, which is a bug")
        else:
            _log.info("speech-to-text knows the home's new names after %.1f s", time.monotonic() - started)


class SphinxListener:
    """See hub.stt.recognizer.Listener."""

    def __init__(self, decoder: Decoder, hearing: Hearing, scheduler: Scheduler, snap: Snap | None) -> None:
        self._decoder = decoder
        self._hearing = hearing
        self._scheduler = scheduler
        self._snap = snap
        self._taken = 0

    def take(self, pcm: bytes) -> None:
        """See hub.stt.recognizer.Listener; what is beyond LONGEST_S is not kept, and the next decode says so."""
        self._taken += len(pcm)
        if not self._too_long:
            self._hearing.take(pcm)

    async def partial(self, voiced: Voiced) -> Words:
        """See hub.stt.recognizer.Listener."""
        return await self._decode(self._decoder.hear, Need(Kind.PARTIAL))

    async def final(self, voiced: Voiced) -> Words:
        """See hub.stt.recognizer.Listener."""
        if not voiced:
            return Words(language=LANGUAGE)
        need = soon(work=Work(Stage.STT, Tier.FULL, SPEECH.seconds(self._taken)))
        return await self._decode(self._decoder.final, need, self._snap)

    @property
    def _too_long(self) -> bool:
        return self._taken > SPEECH.bytes(LONGEST_S)

    async def _decode(
        self, decode: Callable[[Hearing], tuple[Word, ...]], need: Need, snap: Snap | None = None
    ) -> Words:
        if self._too_long:
            raise RecognizerError(f"nobody speaks for {LONGEST_S:.0f} s; end the turn earlier")

        def words() -> Words:
            heard = Words((), decode(self._hearing), LANGUAGE)
            return snap(heard) if snap else heard

        return await self._scheduler.run(words, need)
