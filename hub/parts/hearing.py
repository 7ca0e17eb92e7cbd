"""Who hears, by the settings."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial

from config.hub import Stt, SttEngine, VadSettings
from hub.home.home import Home
from hub.load.ladder import Rung
from hub.load.load import Load
from hub.parts.load import CPU, GPU
from hub.stt.activity import VoiceActivity
from hub.stt.checked import Checked
from hub.stt.fallback import Fallback
from hub.stt.nearest.nearest import Nearest
from hub.stt.recognizer import Recognizer, RecognizerError

ANY_LANGUAGE = "auto"

_log = logging.getLogger(__name__)


@asynccontextmanager
async def recognizer(settings: Stt, home: Home, load: Load) -> AsyncGenerator[Recognizer]:
    """The speech-to-text of the settings, loaded; engines that cannot be are said and left out.

    Raises RecognizerError with every reason where none is left.
    """
    async with AsyncExitStack() as stack:
        loaded: list[Recognizer] = []
        reasons: list[str] = []
        for engine in settings.engines:
            try:
                loaded.append(Checked(await stack.enter_async_context(_engine(engine, settings, home, load))))
            except RecognizerError as error:
                reasons.append(str(error))
        if not loaded:
            raise RecognizerError("; ".join(reasons))
        for reason in reasons:
            _log.warning("a speech engine is left out, %s hears: %s", loaded[0].name, reason)
        yield loaded[0] if len(loaded) == 1 else Fallback(loaded)


def _engine(engine: SttEngine, settings: Stt, home: Home, load: Load) -> AbstractAsyncContextManager[Recognizer]:
    match engine:
        case "pocketsphinx":
            return _pocketsphinx(settings, home, load)
        case "whisper":
            return _whisper(settings, home, load)


def _pocketsphinx(settings: Stt, home: Home, load: Load) -> AbstractAsyncContextManager[Recognizer]:
    try:
        from hub.stt.sphinx.cmudict import Cmudict
        from hub.stt.sphinx.pocketsphinx import PocketSphinx

        chosen, snap = settings.pocketsphinx, Nearest(home, Cmudict().phones)
        made = PocketSphinx(
            home, load.devices[CPU], decoders=chosen.decoders, wake_phrases=chosen.wake_phrases, snap=snap
        )
    except ImportError as error:  # of its version too, where the module is no installed package
        raise RecognizerError(f"pocketsphinx is not installed ({error}); run: pip install 'hark[hub]'") from None
    if not _understood(settings.language, made.languages):
        raise RecognizerError(f"pocketsphinx does not understand {settings.language!r}; set stt.language to en")
    return made


def _understood(language: str, languages: Sequence[str]) -> bool:
    """Whether an engine knows "de", or "de-CH"."""
    return language in (ANY_LANGUAGE, *languages) or language.replace("_", "-").partition("-")[0] in languages


def _whisper(settings: Stt, home: Home, load: Load) -> AbstractAsyncContextManager[Recognizer]:
    from hub.stt.whisper.whisper import Whisper

    return Whisper(settings.whisper, settings.language, home, load.devices[GPU], partial(load.past, Rung.SMALL_STT))


def vad(settings: VadSettings) -> Callable[[], VoiceActivity] | None:
    """What makes the voice detector of each utterance, None where the settings want none; raises RecognizerError."""
    if settings.engine == "none":
        return None
    try:
        from hub.stt.silero import Silero
    except ImportError as error:
        raise RecognizerError(f"Silero VAD is not installed ({error}); run: pip install 'hark[hub]'") from None
    return partial(Silero, settings.threshold)
