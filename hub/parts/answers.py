"""Who answers, by the settings."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from config.hub import GuardSettings, HomeSettings, Llm, LlmEngine
from hub.home.home import Home
from hub.llm.chain import Chain
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
from hub.load.ladder import Rung
from hub.load.load import Load
from hub.load.need import Kind, Need
from hub.parts.load import CPU, LLM
from hub.timers.keeper import TimerKeeper

LETS_NOBODY_IN = GuardSettings(lock="refuse", cover="refuse", alarm_control_panel="refuse")


@dataclass(frozen=True, slots=True)
class Answers:
    """What answers, and what it shares with the turns."""

    responder: Chain
    conversations: Conversations


@asynccontextmanager
async def answers(
    settings: Llm,
    home: Home,
    load: Load,
    timers: TimerKeeper | None = None,
    watch: Callable[[Model], Model] = lambda model: model,
) -> AsyncGenerator[Answers]:
    """The home's intents, and behind them the models of the settings; raises LanguageError and PromptError.

    `watch` may put something of its own around each model.
    """
    guard, conversations = Guard(**msgspec.structs.asdict(settings.guard)), Conversations(time.monotonic)
    intents = IntentResponder(home, load.devices[CPU], _now, settings.language, guard, conversations, timers)
    async with AsyncExitStack() as stack:
        models = [watch(await stack.enter_async_context(_model(name, settings))) for name in settings.engines[1:]]
        thinker = None
        if models:
            prompt = Prompt(persona(settings.language, settings.prompt), home)
            tooling = Tooling(House(home, timers), guard, _now)
            thinker = ModelResponder(
                Failover(models, time.monotonic), prompt, tooling, conversations, Limits(), partial(_slot, load)
            )
        yield Answers(
            Chain(home, guard, conversations, intents, thinker, partial(load.past, Rung.SHORT_REPLY)), conversations
        )


def guarded(settings: Llm) -> Llm:
    """The same settings for texts that come from no satellite: what lets somebody in is refused."""
    return msgspec.structs.replace(settings, guard=LETS_NOBODY_IN)


def responder(settings: HomeSettings, home: Home, language: str, chain: Chain) -> Responder:
    """Who answers what is said aloud: the hub's own chain, or the agent that the settings prefer."""
    if not settings.agent:
        return chain
    from hub.home.homeassistant.conversation import Conversation
    from hub.home.homeassistant.homeassistant import HomeAssistant

    assert isinstance(home, HomeAssistant)  # an agent has a url
    return Conversation(home, settings.agent, language)


def _slot(load: Load, request: Request) -> AbstractAsyncContextManager[None]:
    return load.devices[LLM].slot(Need(Kind.ANSWER, request.satellite, request.deadline))


def _now() -> datetime:
    return datetime.now().astimezone()


def _model(name: LlmEngine, settings: Llm) -> AbstractAsyncContextManager[Model]:
    if name == "groq":
        from hub.llm.groq import Groq

        return Groq(settings.groq)
    from hub.llm.openai import OpenAI

    return OpenAI(settings.openai)
