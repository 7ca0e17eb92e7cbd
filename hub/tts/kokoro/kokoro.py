"""Speech by Kokoro: a clause is made whole, in one job of its scheduler, and sent in small pieces.

What is longer than the model takes at once is several jobs, so that other rooms come in between, and who leaves is rid
of the rest. The next part is needed only when the sound before it has been played.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Protocol, Self

from config.hub import KokoroSettings
from hub.load.need import SOME_DAY, Kind, Need
from hub.load.scheduler import Scheduler
from hub.tts.kokoro.loading import load
from wire.pcm import PcmFormat

PIECE_S = 0.1  # of sound at most in each piece

_log = logging.getLogger(__name__)


class Speaker(Protocol):
    """What makes the sound, blocking; see hub.tts.kokoro.loading.Speaker."""

    @property
    def name(self) -> str:
        """Engine, model and voice."""

    def begin(self, text: str) -> tuple[bytes, list[str]]:
        """The sound of a text's first part, and the other parts."""

    def go_on(self, part: str) -> bytes:
        """The sound of another part."""


Load = Callable[[KokoroSettings, threading.Event], Speaker]
"""Blocks until there is one; the event ends a download. Raises VoiceError."""


class Kokoro:
    """See hub.tts.voice.Voice. As an async context it loads; raises VoiceError.

    `scheduler` has one slot, since the model is never called twice at the same time.
    """

    format = PcmFormat(24_000)

    def __init__(self, settings: KokoroSettings, scheduler: Scheduler, load: Load = load) -> None:
        self._load = partial(load, settings)
        self._scheduler = scheduler
        self._stop = threading.Event()
        self._speaker: Speaker

    @property
    def name(self) -> str:
        """See hub.tts.voice.Voice."""
        return self._speaker.name

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        made, parts = await self._scheduler.run(partial(self._speaker.begin, text), need)
        while True:
            for piece in self._pieces(made):
                yield piece
            if not parts:
                return
            need = replace(
                need, kind=max(need.kind, Kind.SPEECH), deadline=need.deadline + self.format.seconds(len(made))
            )
            made = await self._scheduler.run(partial(self._speaker.go_on, parts.pop(0)), need)

    def _pieces(self, made: bytes) -> list[bytes]:
        size = self.format.bytes(PIECE_S)
        return [made[start : start + size] for start in range(0, len(made), size)]

    async def __aenter__(self) -> Self:
        began = time.monotonic()
        try:
            self._speaker = await self._scheduler.run(partial(self._load, self._stop))
        except asyncio.CancelledError:
            self._stop.set()
            raise
        _log.info("%s is loaded, in %.1f s", self.name, time.monotonic() - began)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._speaker  # and with it a GPU's memory
