"""A guard around any speech-to-text engine: one that hangs is an engine that failed, and never a silent room.

Rules: words come within WORDS_S, in line for the engine included; else the next engine is asked, or the person told.
Whatever an engine raises is a RecognizerError. Words are in no error.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager

from hub.load.scheduler import Superseded
from hub.stt.recognizer import Listener, Recognizer, RecognizerError, Voiced, Words

WORDS_S = 20.0  # a large model without a GPU may take half of it; who asked has given up by then

_log = logging.getLogger(__name__)


class Checked:
    """See hub.stt.recognizer.Recognizer: another one, guarded."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    @property
    def name(self) -> str:
        """See Recognizer."""
        return self._recognizer.name

    @property
    def languages(self) -> Sequence[str]:
        """See Recognizer."""
        return self._recognizer.languages

    @property
    def step_s(self) -> float:
        """See Recognizer."""
        return self._recognizer.step_s

    @property
    def promotes(self) -> bool:
        """See Recognizer."""
        return self._recognizer.promotes

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncGenerator[Listener]:
        """See Recognizer; its wait for a free decoder is its own affair."""
        async with self._recognizer.listen(language) as listener:
            yield _Listener(listener, self.name)


class _Listener:
    """See hub.stt.recognizer.Listener."""

    def __init__(self, listener: Listener, name: str) -> None:
        self._listener, self._name = listener, name

    def take(self, pcm: bytes) -> None:
        """See Listener."""
        self._listener.take(pcm)

    async def partial(self, voiced: Voiced) -> Words:
        """See Listener."""
        return await self._in_time(self._listener.partial(voiced))

    async def final(self, voiced: Voiced) -> Words:
        """See Listener."""
        return await self._in_time(self._listener.final(voiced))

    async def _in_time(self, words: Awaitable[Words]) -> Words:
        try:
            async with asyncio.timeout(WORDS_S):
                return await words
        except (RecognizerError, Superseded):
            raise
        except TimeoutError:
            raise RecognizerError(f"{self._name} had no words for {WORDS_S:.0f} s; look at the load here") from None
        except Exception as error:
            _log.debug("%s failed", self._name, exc_info=True)  # its message may hold words
            raise RecognizerError(f"{self._name} failed ({type(error).__name__}); hark-hub -v tells more") from error
