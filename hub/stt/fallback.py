"""A speech-to-text engine that is several: where one fails in the middle of an utterance, the next takes over.

Strategy: an engine is opened when it is first asked for words, with all the sound so far; so is the next, where that
one fails. What the failed one had committed stays, since others may have shown it or acted on it; of the next one's
words those count that come after. An engine that failed rests, ever longer, before it is the first choice again.

Rules: one engine at a time listens. An engine that rests is asked where no other is left, one that lacks the language
never. Failures are logged once for each engine and cause.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from hub.stt.moving import move_voiced, move_words
from hub.stt.recognizer import Listener, Recognizer, RecognizerError, Voiced, Word, Words
from hub.stt.rest import Rest
from wire.pcm import SPEECH
from wire.sayings import Sayings

KEPT_S = 30.0  # of an utterance's sound, for the next engine; longer turns lose their beginning to it

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Engine:
    recognizer: Recognizer
    rest: Rest = field(default_factory=Rest)


class Fallback:
    """See hub.stt.recognizer.Recognizer: the first of the given, loaded ones that does not rest."""

    def __init__(self, recognizers: Sequence[Recognizer], clock: Callable[[], float] = time.monotonic) -> None:
        self._engines = [_Engine(recognizer) for recognizer in recognizers]
        self._clock = clock
        self._sayings = Sayings(_log, clock)

    @property
    def name(self) -> str:
        """See Recognizer."""
        return self._first.name

    @property
    def languages(self) -> Sequence[str]:
        """See Recognizer."""
        return self._first.languages

    @property
    def step_s(self) -> float:
        """See Recognizer."""
        return self._first.step_s

    @property
    def promotes(self) -> bool:
        """See Recognizer."""
        return self._first.promotes

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncGenerator[_Listener]:
        """See Recognizer; raises RecognizerError where no engine knows the language."""
        engines = [each for each in self._in_order() if language in (None, *each.recognizer.languages)]
        if not engines:
            raise RecognizerError(f"no speech engine here understands {language!r}; add one to stt.engines")
        listener = _Listener(engines, language, self._failed)
        try:
            yield listener
        finally:
            await listener.close()

    @property
    def _first(self) -> Recognizer:
        return self._in_order()[0].recognizer

    def _in_order(self) -> list[_Engine]:
        now = self._clock()
        return sorted(self._engines, key=lambda engine: now < engine.rest.until)

    def _failed(self, engine: _Engine, error: RecognizerError) -> None:
        engine.rest.failed(self._clock())
        name = engine.recognizer.name
        self._sayings.warn(f"{name}: {error}", f"{name} failed and rests for {engine.rest.length_s:.0f} s: {error}")


class _Listener:
    """See hub.stt.recognizer.Listener: that of the first engine that is left."""

    def __init__(
        self, engines: list[_Engine], language: str | None, failed: Callable[[_Engine, RecognizerError], None]
    ) -> None:
        self._engines = engines
        self._language = language
        self._failed = failed
        self._open = AsyncExitStack()
        self._listener: Listener | None = None
        self._sound = _Sound()
        self._begin_s = 0.0  # where the sound of this listener begins in that of the utterance
        self._settled: tuple[Word, ...] = ()  # words that engines had committed before they failed
        self._committed: tuple[Word, ...] = ()  # those, and the ones of the engine that listens

    def take(self, pcm: bytes) -> None:
        """See Listener."""
        self._sound.take(pcm)
        if self._listener is not None:
            self._listener.take(pcm)

    async def partial(self, voiced: Voiced) -> Words:
        """See Listener; raises the last engine's error where none is left."""
        return await self._ask(lambda listener: listener.partial(move_voiced(voiced, -self._begin_s)))

    async def final(self, voiced: Voiced) -> Words:
        """See Listener; raises the last engine's error where none is left."""
        words = await self._ask(lambda listener: listener.final(move_voiced(voiced, -self._begin_s)))
        self._engines[0].rest.worked()
        return words

    async def close(self) -> None:
        """Ends the engine's listener, where one is open."""
        self._listener = None
        await self._open.aclose()

    async def _ask(self, question: Callable[[Listener], Awaitable[Words]]) -> Words:
        while True:
            try:
                words = joined(self._settled, await question(await self._listening()), self._begin_s)
            except RecognizerError as error:
                await self._give_up(error)
            else:
                self._committed = words.committed
                return words

    async def _listening(self) -> Listener:
        if self._listener is None:
            listener = await self._open.enter_async_context(self._engines[0].recognizer.listen(self._language))
            self._begin_s = SPEECH.seconds(self._sound.lost)
            listener.take(bytes(self._sound.kept))
            self._listener = listener
        return self._listener

    async def _give_up(self, error: RecognizerError) -> None:
        """Goes on to the next engine; where none is left, raises, and the last one is opened anew when asked again."""
        self._failed(self._engines[0], error)
        self._settled = self._committed
        await self.close()
        if len(self._engines) == 1:
            raise error
        del self._engines[0]


@dataclass(slots=True)
class _Sound:
    """The latest KEPT_S of an utterance."""

    kept: bytearray = field(default_factory=bytearray)
    lost: int = 0  # bytes before it

    def take(self, pcm: bytes) -> None:
        self.kept += pcm
        excess = max(0, len(self.kept) - SPEECH.bytes(KEPT_S))
        del self.kept[:excess]
        self.lost += excess


def joined(settled: Sequence[Word], words: Words, begin_s: float) -> Words:
    """What an engine heard in sound that begins at `begin_s`, behind the words that are settled; pure.

    A word that lies half in them or more was heard by both engines.
    """
    end_s = settled[-1].end_s if settled else 0.0

    def new(heard: Sequence[Word]) -> tuple[Word, ...]:
        moved = move_words(heard, begin_s)
        return tuple(word for word in moved if not settled or (word.start_s + word.end_s) / 2 > end_s)

    return Words((*settled, *new(words.committed)), new(words.tail), words.language)
