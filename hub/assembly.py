"""How a hub comes to its engines, by its settings; a benchmark may give engines of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from config.hub import HubSettings
from hub.engines import Engines, Texts
from hub.load.ladder import Rung
from hub.parts import ahead, answers, hearing, homes, voices
from hub.parts.load import load as shared
from hub.stt.ending.completeness import Completeness
from hub.timers.keeper import TimerKeeper
from hub.tts.cache.store import Sounds
from hub.tts.tiers import Tiers

Assemble = Callable[[HubSettings, TimerKeeper], AbstractAsyncContextManager[Engines]]
"""Loads the engines of a hub, for as long as its context lasts."""


@asynccontextmanager
async def assembled(settings: HubSettings, timers: TimerKeeper) -> AsyncGenerator[Engines]:
    """The engines that the settings name."""
    async with AsyncExitStack() as stack:
        load = await stack.enter_async_context(shared(settings))
        home = await stack.enter_async_context(homes.home(settings.home))
        made = await stack.enter_async_context(answers.answers(settings.llm, home, load, timers))
        typed = await stack.enter_async_context(answers.answers(answers.guarded(settings.llm), home, load))
        where = homes.whereabouts(settings.home, home)
        completeness = Completeness(home, settings.llm.language)
        sounds = Sounds(settings.tts.cache.memory_mb * 1_000_000)
        loaded = await stack.enter_async_context(voices.voices(settings.tts, load))
        tiers = voices.remembered(loaded, settings.tts.cache, sounds)
        spoken = Tiers(tiers, lambda: int(load.past(Rung.SMALL_VOICE)))
        await spoken.measure()
        foresight = ahead.foresight(settings, home, made.responder, tiers, lambda: load.busy)
        yield Engines(
            recognizer=await stack.enter_async_context(hearing.recognizer(settings.stt, home, load)),
            vad=hearing.vad(settings.vad),
            judge=lambda words: asyncio.to_thread(completeness.p_end, words),  # too short to wait in the scheduler
            responder=answers.responder(settings.home, home, settings.llm.language, made.responder),
            voices=spoken,
            conversations=made.conversations,
            texts=Texts(typed.responder, typed.conversations, where.of_device),
            area_of=where.of_satellite,
            warm=made.responder.warm,
            saying=foresight.saying,
            did=foresight.did,
            meanwhile=foresight.run,
            sounds=sounds,
            load=load,
        )
