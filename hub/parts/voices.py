"""Who speaks, by the settings."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from config.hub import CacheSettings, Tts, TtsEngine
from hub.load.load import Load
from hub.load.scheduler import Scheduler
from hub.parts.load import CPU, GPU, PIPER
from hub.tts.cache.cached import Cached
from hub.tts.cache.folder import Folder, place
from hub.tts.cache.store import Sounds
from hub.tts.checked import Checked
from hub.tts.levelled import levelled
from hub.tts.voice import Voice, VoiceError

_log = logging.getLogger(__name__)


@asynccontextmanager
async def voices(settings: Tts, load: Load, most: int | None = None) -> AsyncGenerator[dict[str, Voice]]:
    """The first `most` of the settings' voices that can be loaded, in their order; the others are said and left out.

    Raises VoiceError with every reason where there is none.
    """
    loaded: dict[str, Voice] = {}
    reasons: list[str] = []
    async with AsyncExitStack() as stack:
        for name in settings.engines:
            if len(loaded) == most:
                break
            try:
                loaded[name] = await stack.enter_async_context(voice(name, settings, load))
            except VoiceError as error:
                reasons.append(str(error))
        if not loaded:
            raise VoiceError("; ".join(reasons))
        for reason in reasons:
            _log.warning("a voice is left out, %s speaks: %s", next(iter(loaded.values())).name, reason)
        yield loaded


def remembered(voices: Mapping[str, Voice], settings: CacheSettings, sounds: Sounds) -> dict[str, Cached]:
    """The same voices, which remember what they have said."""
    path = place(settings.folder, os.environ)
    folder = None if path is None else Folder(path)
    return {name: Cached(voice, sounds, folder) for name, voice in voices.items()}


@asynccontextmanager
async def voice(name: TtsEngine, settings: Tts, load: Load) -> AsyncGenerator[Voice]:
    """One voice, loaded, as loud as all others, that never passes broken sound on; raises VoiceError."""
    async with _voice(name, settings, load) as loaded:
        yield await levelled(Checked(loaded))


@asynccontextmanager
async def _voice(name: TtsEngine, settings: Tts, load: Load) -> AsyncGenerator[Voice]:
    match name:
        case "espeak":
            yield _espeak(settings, load.devices[CPU])
        case "kokoro":
            from hub.tts.kokoro.kokoro import Kokoro

            async with Kokoro(settings.kokoro, load.devices[GPU]) as loaded:
                yield loaded
        case "piper":
            from hub.tts.piper.piper import piper

            async with piper(settings.piper, load.devices[PIPER]) as voices:
                yield await voices.voice(settings.piper.voice)


def _espeak(settings: Tts, scheduler: Scheduler) -> Voice:
    try:
        from hub.tts.espeak import Espeak
    except ImportError as error:
        raise VoiceError(f"espeak-ng is not installed ({error}); run: pip install 'hark[hub]'") from None
    return Espeak(settings.espeak.voice, settings.espeak.words_per_minute, scheduler)
