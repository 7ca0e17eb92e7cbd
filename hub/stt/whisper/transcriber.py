"""Whisper as an engine that transcribes buffers: a model, and where the settings want it a smaller one beside it.

The smaller one only takes finals that would come too late from the big one (see overload), or all where that one is to
be spared. Both wait for the same device, and each batch is one job there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from config.hub import WhisperSettings
from hub.home.home import Home
from hub.load.need import Tier
from hub.load.scheduler import Scheduler
from hub.stt.rolling.transcriber import Ask, Transcription
from hub.stt.whisper.hotwords import Hotwords
from hub.stt.whisper.language import chosen
from hub.stt.whisper.loading import load
from hub.stt.whisper.overload import takes_over
from hub.stt.whisper.owner import Owner

if TYPE_CHECKING:
    from hub.stt.whisper.model import Model

_log = logging.getLogger(__name__)


class WhisperTranscriber:
    """See hub.stt.rolling.transcriber.Transcriber. As an async context it holds its models."""

    def __init__(
        self, settings: WhisperSettings, home: Home, scheduler: Scheduler, spared: Callable[[], bool] = lambda: False
    ) -> None:
        """`spared` tells whether the big model is to be left alone."""
        self._settings = settings
        self._scheduler = scheduler
        self._spared = spared
        self._hotwords = Hotwords(home, lambda text: self._big.model.tokens(text))
        self._stop = threading.Event()
        self._stack = AsyncExitStack()
        self._big: _Loaded
        self._small: _Loaded | None = None

    @property
    def name(self) -> str:
        """See hub.stt.rolling.transcriber.Transcriber."""
        return self._big.model.name

    @property
    def languages(self) -> Sequence[str]:
        """See hub.stt.rolling.transcriber.Transcriber."""
        return self._big.model.languages

    async def transcribe(self, pcm: bytes, ask: Ask) -> Transcription:
        """See hub.stt.rolling.transcriber.Transcriber; where there is no sound there are no words."""
        ask = replace(ask, language=chosen(ask.language, self.languages, self._settings.model))
        if not pcm:
            return Transcription((), ask.language or self.languages[0])
        self._hotwords.refresh()
        return await self._for(ask).owner.transcribe(pcm, ask)

    def _for(self, ask: Ask) -> _Loaded:
        if self._small is None:
            return self._big
        return self._small if takes_over(self._small, self._big, ask, self._spared()) else self._big

    async def __aenter__(self) -> Self:
        started = time.monotonic()
        async with AsyncExitStack() as stack:
            self._big = await self._load(stack, self._settings.model)
            if self._settings.small_model:
                self._small = await self._load(stack, self._settings.small_model)
            self._stack = stack.pop_all()
        _log.info("%s is ready after %.1f s", self.name, time.monotonic() - started)
        return self

    async def _load(self, stack: AsyncExitStack, name: str) -> _Loaded:
        stack.callback(self._stop.set)  # before the scheduler's threads are waited for
        model = await self._scheduler.run(lambda: load(name, self._settings, self._stop))
        tier = Tier.SMALL if name == self._settings.small_model else Tier.FULL
        loaded = _Loaded(model, self._hotwords, self._scheduler, tier)
        await stack.enter_async_context(loaded.owner)
        return loaded

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()


class _Loaded:
    """A model with its line; see overload.Loaded."""

    def __init__(self, model: Model, hotwords: Hotwords, scheduler: Scheduler, tier: Tier) -> None:
        self.model = model
        self.languages = model.languages
        self.owner = Owner(lambda sounds, ask: model.transcribe(sounds, ask, hotwords.text), scheduler, tier)
        self.wait_s = self.owner.wait_s
