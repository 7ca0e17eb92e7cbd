"""What the embedded hub says: its replies to the demo's questions and to recorded commands, spoken by its voice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bench.spoken import SHIPPED
from hub.home.demo import DemoHome
from hub.llm.intents import IntentResponder
from hub.llm.responder import Request
from hub.load.scheduler import Scheduler
from hub.tts.espeak import Espeak
from wire.pcm import PcmFormat

HOME = Path("config/home.toml")
VOICE, WORDS_PER_MINUTE = "en-us", 170  # config/hub.toml
CLOCK = datetime(2026, 11, 21, 17, 46)  # the same reply each time


async def replies(commands: Sequence[str], commands_home: Path) -> list[str]:
    """Each reply once: to the demo's questions, and to commands in a home of their own."""
    asked = [(HOME, SHIPPED), (commands_home, commands)]
    async with Scheduler(1) as scheduler:
        found = [reply for home, texts in asked for reply in await _answers(home, texts, scheduler)]
    return list(dict.fromkeys(found))


async def spoken(texts: Sequence[str]) -> tuple[PcmFormat, list[bytes]]:
    """The sound of each."""
    async with Scheduler(1) as scheduler:
        voice = Espeak(VOICE, WORDS_PER_MINUTE, scheduler)
        return voice.format, [b"".join([piece async for piece in voice.speak(text)]) for text in texts]


async def _answers(path: Path, texts: Sequence[str], scheduler: Scheduler) -> list[str]:
    home = DemoHome.load(path)
    responder = IntentResponder(home, scheduler, lambda: CLOCK)
    return [await _answer(responder, Request(text, "bench", home.areas[0].name)) for text in texts]


async def _answer(responder: IntentResponder, request: Request) -> str:
    return "".join([piece async for piece in responder.respond(request) if isinstance(piece, str)])
