"""Piper's voices, each with the interface of any voice, and how many of them are held in memory.

Strategy: a voice is loaded when it is first asked for, and again where it had to make room for another since. A phrase
is one job, so that other rooms come in between and who leaves is rid of the rest; the next one is needed only when the
sound before it has been played.

Rules: models are loaded one at a time, so that two rooms never load the same one. One that has to go while it speaks
ends its phrase first, so memory is above the bound for as long.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from config.hub import PiperSettings
from hub.load.need import SOME_DAY, Kind, Need
from hub.load.scheduler import Scheduler
from hub.tts.piper.shelf import Shelf
from hub.tts.voice import VoiceError
from wire.pcm import PcmFormat

if TYPE_CHECKING:
    from hub.tts.piper.model import Model

LONGEST_TEXT = 2000  # characters in one call: two minutes of speech; the chunker stays far below
FRAME_S = 0.1  # of sound in a piece
MB = 1_000_000

_log = logging.getLogger(__name__)


class PiperVoices:
    """The voices by name; `files` finds the model of a name, and raises VoiceError. Close it when none speaks."""

    def __init__(self, settings: PiperSettings, files: Callable[[str], Path], scheduler: Scheduler) -> None:
        self._settings = settings
        self._files = files
        self._scheduler = scheduler
        self._shelf: Shelf[Model] = Shelf(settings.loaded_mb * MB)
        self._loading = threading.Lock()

    async def voice(self, name: str) -> Piper:
        """A voice, loaded and warm; raises VoiceError."""
        model = await self._scheduler.run(lambda: self.model(name))
        return Piper(model.name, model.format, lambda: self.model(name), self._scheduler)

    def model(self, name: str) -> Model:
        """In a worker: the model of a voice, loaded where it is not; raises VoiceError."""
        with self._loading:
            if (kept := self._shelf.take(name)) is not None:
                return kept
            model = self._load(name)
            for gone in self._shelf.put(name, model, model.size):
                _log.info("the piper voice %s makes room for %s", gone, name)
            return model

    def _load(self, name: str) -> Model:
        try:
            from hub.tts.piper.model import Model
        except (ImportError, OSError) as error:  # the latter where a library of the system is missing
            raise VoiceError(f"piper-tts is not installed ({error}); run: pip install 'hark[piper]'") from None
        started, settings = time.monotonic(), self._settings
        speaker = settings.speaker if name == settings.voice else ""  # others have speakers of their own
        model = Model(self._files(name), speaker, settings.speed, settings.threads)
        _log.info("%s is ready after %.1f s", model.name, time.monotonic() - started)
        return model


class Piper:
    """See hub.tts.voice.Voice: one of Piper's, that `model` gives in a worker."""

    def __init__(self, name: str, kind: PcmFormat, model: Callable[[], Model], scheduler: Scheduler) -> None:
        self.name = name
        self.format = kind
        self._model = model
        self._scheduler = scheduler

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        if len(text) > LONGEST_TEXT:
            raise VoiceError(f"a text of {len(text)} characters is longer than {LONGEST_TEXT}; cut it into sentences")
        made, phrases = await self._scheduler.run(lambda: self._begin(text), need)
        while True:
            for start in range(0, len(made), size := self.format.bytes(FRAME_S)):
                yield made[start : start + size]
            if not phrases:
                return
            need = replace(
                need, kind=max(need.kind, Kind.SPEECH), deadline=need.deadline + self.format.seconds(len(made))
            )
            made = await self._scheduler.run(partial(self._go_on, phrases.pop(0)), need)

    def _begin(self, text: str) -> tuple[bytes, list[list[str]]]:
        """In a worker: the sound of the first phrase, and the other phrases."""
        first, *others = self._model().phrases(text) or [[]]
        return (self._go_on(first) if first else b"", others)

    def _go_on(self, phrase: list[str]) -> bytes:
        """In a worker: the sound of a phrase."""
        model = self._model()
        if model.format != self.format:
            raise VoiceError(f"{self.name} has changed from {self.format} to {model.format}; start the hub again")
        return model.sound(phrase)
