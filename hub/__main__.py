"""hark-hub: reads the settings, picks the engines, leads the satellites and serves others until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from config import command_line
from config.command_line import Short
from config.hub import HubSettings
from config.loading import SettingsError
from hub import parts
from hub.ask import command as ask
from hub.engines import Engines
from hub.fleet import lead_all
from hub.llm.language import LanguageError
from hub.llm.prompt import PromptError
from hub.load.scheduler import Scheduler
from hub.serve.server import serve_clients
from hub.session import Service
from hub.store import Store
from hub.stt.ending.completeness import Completeness
from hub.stt.recognizer import RecognizerError
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile, place
from hub.transcribe import command as transcribe
from hub.tts.espeak import Espeak
from hub.tts.voice import VoiceError
from hub.watch import Watch, watcher
from wire.errors import CannotListen
from wire.program import run
from wire.systemd import Systemd

_log = logging.getLogger(__name__)

SHORTS = {
    "--name": Short("name", "what satellites and logs call this hub", "NAME"),
    "--satellite": Short("fleet.satellites", "a satellite; may be repeated", "HOST:PORT", many=True),
    "--home": Short("home.file", "the home's areas and things, a TOML file", "FILE"),
}


COMMANDS = {"ask": ask.ABOUT, "transcribe": transcribe.ABOUT}


Assemble = Callable[[HubSettings, Scheduler, TimerKeeper], AbstractAsyncContextManager[Engines]]
"""Loads the engines of a hub, for as long as its context lasts."""


@asynccontextmanager
async def assembled(settings: HubSettings, scheduler: Scheduler, timers: TimerKeeper) -> AsyncGenerator[Engines]:
    """The engines that the settings name."""
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(parts.home(settings.home))
        answers = await stack.enter_async_context(parts.answers(settings.llm, home, scheduler, timers))
        completeness = Completeness(home, settings.llm.language)
        yield Engines(
            recognizer=await stack.enter_async_context(parts.recognizer(settings.stt, home, scheduler)),
            vad=parts.vad(settings.vad),
            judge=lambda words: asyncio.to_thread(completeness.p_end, words),  # too short to wait in the scheduler
            responder=parts.responder(settings.home, home, settings.llm.language, answers.responder),
            voice=Espeak(settings.tts.voice, settings.tts.words_per_minute, scheduler),
            conversations=answers.conversations,
            warm=answers.responder.warm,
            loaded=lambda: scheduler.busy > settings.load.slots,
        )


def main(argv: Sequence[str] | None = None, assemble: Assemble = assembled) -> None:
    """The console script; a benchmark may give engines of its own."""
    command, rest = command_line.command(COMMANDS, argv)
    if command == "transcribe":
        transcribe.main(rest)
    elif command == "ask":
        ask.main(rest)
    else:
        _hub(rest, assemble)


def _hub(argv: Sequence[str], assemble: Assemble) -> None:
    about = "Hears, thinks and speaks for the satellites."
    told = "\n".join(f"  hark-hub {name}  {text}" for name, text in COMMANDS.items())
    parser = command_line.parser("hub", about, SHORTS, epilog=f"commands:\n{told}")
    parser.add_argument("--watch", choices=["plain", "json"], help="show turns as they happen, words and all")
    started = command_line.start("hub", HubSettings, parser, SHORTS, argv)
    settings = started.settings
    try:
        if started.check:
            print(_checked(settings))
        else:
            run(serve(settings, watcher(started.options.watch), assemble))
    except (SettingsError, LanguageError, PromptError, RecognizerError, VoiceError, CannotListen) as error:
        command_line.refuse("hub", error)


def _checked(settings: HubSettings) -> str:
    """What the settings say, without asking anybody."""
    home = settings.home.url or f"{len(parts.demo_home(settings.home).things)} things"
    return f"hark-hub: the settings are good; satellites: {len(settings.fleet.satellites)}, the home: {home}"


async def serve(settings: HubSettings, watch: Watch, assemble: Assemble = assembled) -> None:
    """Loads the engines, leads the satellites and serves other clients."""
    async with AsyncExitStack() as stack:
        scheduler = await stack.enter_async_context(Scheduler(settings.load.slots))
        timers = TimerKeeper(TimersFile(place(settings.timers.file, os.environ)))
        engines = await stack.enter_async_context(assemble(settings, scheduler, timers))
        store = Store(settings.timeline)
        stack.callback(store.close)
        for stage, name in engines.names().items():
            _log.info("%s: %s", stage, name)
        gc.collect()
        gc.freeze()  # what was loaded stays: the collector would stop every turn for 40 ms to look through it
        systemd = Systemd()
        systemd.ready()
        async with asyncio.TaskGroup() as group:
            group.create_task(systemd.keep_alive(lambda: True))
            group.create_task(timers.run())
            group.create_task(lead_all(Service(settings, engines, store, watch, timers)))
            group.create_task(serve_clients(settings, engines))


if __name__ == "__main__":
    main()
