"""Which engine stands for what the settings name; nothing else in the hub names one but __main__.

Each is imported only where it is wanted, since some are optional: what is missing is said with its remedy.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

import config
from config.hub import (
    CacheSettings,
    HomeSettings,
    HubSettings,
    Llm,
    LlmEngine,
    Stt,
    SttEngine,
    Tts,
    TtsEngine,
    VadSettings,
)
from config.loading import SettingsError
from hub.closing import RESTARTS
from hub.foresight.foresight import Foresight
from hub.home.demo import DemoHome
from hub.home.home import Home
from hub.llm.chain import GONE, LET_BE, NO_MODEL, Chain
from hub.llm.conversation import Conversations
from hub.llm.deeds import House
from hub.llm.failover import Failover
from hub.llm.guard import Guard
from hub.llm.hands import Tooling
from hub.llm.intents import IntentResponder
from hub.llm.model import Model
from hub.llm.prompt import Prompt, persona
from hub.llm.responder import Request, Responder
from hub.llm.thinking import Limits, ModelResponder
from hub.load.scheduler import Scheduler
from hub.stt.activity import VoiceActivity
from hub.stt.fallback import Fallback
from hub.stt.nearest.nearest import Nearest
from hub.stt.recognizer import Recognizer, RecognizerError
from hub.timers.keeper import TimerKeeper
from hub.tts.cache.cached import Cached
from hub.tts.cache.folder import Folder, place
from hub.tts.cache.store import Sounds
from hub.tts.checked import Checked
from hub.tts.chunker import cut
from hub.tts.levelled import levelled
from hub.tts.speakable.speakable import speakable
from hub.tts.voice import Voice, VoiceError
from hub.turn import NOT_HEARD

ANY_LANGUAGE = "auto"

_log = logging.getLogger(__name__)


@asynccontextmanager
async def home(settings: HomeSettings) -> AsyncGenerator[Home]:
    """The home of the settings, followed while the context lasts; raises SettingsError."""
    if not settings.url:
        yield demo_home(settings)
        return
    try:
        from hub.home.homeassistant.homeassistant import HomeAssistant

        followed = HomeAssistant(settings.url, settings.token)
    except ImportError as error:
        raise SettingsError(f"hass-client is not installed ({error}); run: pip install 'hark[hub]'") from None
    except ValueError as error:
        raise SettingsError(f"home.url: {error}") from None
    async with followed:
        yield followed


def demo_home(settings: HomeSettings) -> DemoHome:
    """The home of the settings' file, or the one that ships; raises SettingsError."""
    shipped = Path(config.__file__).with_name("home.toml")
    return DemoHome.load(Path(settings.file).expanduser() if settings.file else shipped)


@dataclass(frozen=True, slots=True)
class Answers:
    """What answers, and what it shares with the turns."""

    responder: Chain
    conversations: Conversations


@asynccontextmanager
async def answers(
    settings: Llm,
    home: Home,
    scheduler: Scheduler,
    timers: TimerKeeper | None = None,
    watch: Callable[[Model], Model] = lambda model: model,
) -> AsyncGenerator[Answers]:
    """The home's intents, and behind them the models of the settings; raises LanguageError and PromptError.

    `watch` may put something of its own around each model.
    """
    guard, conversations = Guard(**msgspec.structs.asdict(settings.guard)), Conversations(time.monotonic)
    intents = IntentResponder(home, scheduler, _now, settings.language, guard, conversations, timers)
    async with AsyncExitStack() as stack:
        models = [watch(await stack.enter_async_context(_model(name, settings))) for name in settings.engines[1:]]
        thinker = None
        if models:
            prompt = Prompt(persona(settings.language, settings.prompt), home)
            tooling = Tooling(House(home, timers), guard, _now)
            thinker = ModelResponder(Failover(models, time.monotonic), prompt, tooling, conversations, Limits())
        yield Answers(Chain(home, guard, conversations, intents, thinker), conversations)


def responder(settings: HomeSettings, home: Home, language: str, chain: Chain) -> Responder:
    """Who answers what is said aloud: the hub's own chain, or the agent that the settings prefer."""
    if not settings.agent:
        return chain
    from hub.home.homeassistant.conversation import Conversation
    from hub.home.homeassistant.homeassistant import HomeAssistant

    assert isinstance(home, HomeAssistant)  # an agent has a url
    return Conversation(home, settings.agent, language)


def _now() -> datetime:
    return datetime.now().astimezone()


def _model(name: LlmEngine, settings: Llm) -> AbstractAsyncContextManager[Model]:
    if name == "groq":
        from hub.llm.groq import Groq

        return Groq(settings.groq)
    from hub.llm.openai import OpenAI

    return OpenAI(settings.openai)


@asynccontextmanager
async def recognizer(settings: Stt, home: Home, scheduler: Scheduler) -> AsyncGenerator[Recognizer]:
    """The speech-to-text of the settings, loaded; engines that cannot be are said and left out.

    Raises RecognizerError with every reason where none is left.
    """
    async with AsyncExitStack() as stack:
        loaded: list[Recognizer] = []
        reasons: list[str] = []
        for engine in settings.engines:
            try:
                loaded.append(await stack.enter_async_context(_engine(engine, settings, home, scheduler)))
            except RecognizerError as error:
                reasons.append(str(error))
        if not loaded:
            raise RecognizerError("; ".join(reasons))
        for reason in reasons:
            _log.warning("a speech engine is left out, %s hears: %s", loaded[0].name, reason)
        yield loaded[0] if len(loaded) == 1 else Fallback(loaded)


def _engine(
    engine: SttEngine, settings: Stt, home: Home, scheduler: Scheduler
) -> AbstractAsyncContextManager[Recognizer]:
    match engine:
        case "pocketsphinx":
            return _pocketsphinx(settings, home, scheduler)
        case "whisper":
            return _whisper(settings, home)


def _pocketsphinx(settings: Stt, home: Home, scheduler: Scheduler) -> AbstractAsyncContextManager[Recognizer]:
    try:
        from hub.stt.sphinx.cmudict import Cmudict
        from hub.stt.sphinx.pocketsphinx import PocketSphinx

        chosen, snap = settings.pocketsphinx, Nearest(home, Cmudict().phones)
        made = PocketSphinx(home, scheduler, decoders=chosen.decoders, wake_phrases=chosen.wake_phrases, snap=snap)
    except ImportError as error:  # of its version too, where the module is no installed package
        raise RecognizerError(f"pocketsphinx is not installed ({error}); run: pip install 'hark[hub]'") from None
    if not _understood(settings.language, made.languages):
        raise RecognizerError(f"pocketsphinx does not understand {settings.language!r}; set stt.language to en")
    return made


def _understood(language: str, languages: Sequence[str]) -> bool:
    """Whether an engine knows "de", or "de-CH"."""
    return language in (ANY_LANGUAGE, *languages) or language.replace("_", "-").partition("-")[0] in languages


def _whisper(settings: Stt, home: Home) -> AbstractAsyncContextManager[Recognizer]:
    from hub.stt.whisper.whisper import Whisper

    return Whisper(settings.whisper, settings.language, home)


def vad(settings: VadSettings) -> Callable[[], VoiceActivity] | None:
    """What makes the voice detector of each utterance, None where the settings want none; raises RecognizerError."""
    if settings.engine == "none":
        return None
    try:
        from hub.stt.silero import Silero
    except ImportError as error:
        raise RecognizerError(f"Silero VAD is not installed ({error}); run: pip install 'hark[hub]'") from None
    return partial(Silero, settings.threshold)


@asynccontextmanager
async def voices(settings: Tts, scheduler: Scheduler, most: int | None = None) -> AsyncGenerator[dict[str, Voice]]:
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
                loaded[name] = await stack.enter_async_context(voice(name, settings, scheduler))
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
async def voice(name: TtsEngine, settings: Tts, scheduler: Scheduler) -> AsyncGenerator[Voice]:
    """One voice, loaded, as loud as all others, that never passes broken sound on; raises VoiceError."""
    async with _voice(name, settings, scheduler) as loaded:
        yield await levelled(Checked(loaded))


@asynccontextmanager
async def _voice(name: TtsEngine, settings: Tts, scheduler: Scheduler) -> AsyncGenerator[Voice]:
    match name:
        case "espeak":
            yield _espeak(settings, scheduler)
        case "kokoro":
            from hub.tts.kokoro.kokoro import Kokoro

            async with Scheduler(1) as own, Kokoro(settings.kokoro, own) as loaded:
                yield loaded
        case "piper":
            from hub.tts.piper.piper import piper

            async with piper(settings.piper) as voices:
                yield await voices.voice(settings.piper.voice)


def _espeak(settings: Tts, scheduler: Scheduler) -> Voice:
    try:
        from hub.tts.espeak import Espeak
    except ImportError as error:
        raise VoiceError(f"espeak-ng is not installed ({error}); run: pip install 'hark[hub]'") from None
    return Espeak(settings.espeak.voice, settings.espeak.words_per_minute, scheduler)


def foresight(
    settings: HubSettings, home: Home, chain: Chain, voices: Mapping[str, Cached], busy: Callable[[], bool]
) -> Foresight:
    """What has likely replies ready; where an agent answers, nobody can tell them."""
    best = next(iter(voices.values()))

    async def prepare(text: str, no_secret: bool) -> None:
        for chunk in cut(text):
            if words := speakable(chunk, settings.llm.language):
                await best.prepare(words, no_secret)

    async def unknown(request: Request) -> str:
        return ""

    expect = unknown if settings.home.agent else chain.expected
    return Foresight(expect, prepare, home, settings.llm.language, busy, (NOT_HEARD, NO_MODEL, LET_BE, GONE, RESTARTS))
