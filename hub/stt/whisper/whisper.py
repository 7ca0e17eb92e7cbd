"""Speech-to-text with Whisper that hears while someone speaks: the transcriber under a rolling buffer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Self

from config.hub import WhisperSettings
from hub.home.home import Home
from hub.load.scheduler import Scheduler
from hub.stt.recognizer import Listener
from hub.stt.rolling.rolling import RollingRecognizer
from hub.stt.whisper.language import chosen
from hub.stt.whisper.transcriber import WhisperTranscriber


class Whisper:
    """See hub.stt.recognizer.Recognizer. As an async context it loads; raises RecognizerError."""

    def __init__(
        self,
        settings: WhisperSettings,
        language: str,
        home: Home,
        scheduler: Scheduler,
        spared: Callable[[], bool] = lambda: False,
    ) -> None:
        """`language` as "en" or "de-CH", or "auto": found out once an utterance; see WhisperTranscriber."""
        self._model = settings.model
        self._language = language
        self._transcriber = WhisperTranscriber(settings, home, scheduler, spared)
        self._rolling = RollingRecognizer(self._transcriber)

    @property
    def name(self) -> str:
        """See hub.stt.recognizer.Recognizer."""
        return self._transcriber.name

    @property
    def languages(self) -> Sequence[str]:
        """See hub.stt.recognizer.Recognizer."""
        return self._transcriber.languages

    @property
    def step_s(self) -> float:
        """See hub.stt.recognizer.Recognizer."""
        return self._rolling.step_s

    @property
    def promotes(self) -> bool:
        """See hub.stt.recognizer.Recognizer."""
        return self._rolling.promotes

    def listen(self, language: str | None = None) -> AbstractAsyncContextManager[Listener]:
        """See hub.stt.recognizer.Recognizer."""
        return self._rolling.listen(chosen(language or self._language, self.languages, self._model))

    async def __aenter__(self) -> Self:
        await self._transcriber.__aenter__()
        try:
            chosen(self._language, self.languages, self._model)
        except BaseException:
            await self._transcriber.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transcriber.__aexit__(kind, error, trace)
