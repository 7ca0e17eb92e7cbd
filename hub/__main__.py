"""hark-hub: reads the settings, picks the engines, leads the satellites and serves others until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack

from config import command_line
from config.command_line import Short
from config.hub import HubSettings
from config.loading import SettingsError
from config.state_file import place
from hub.ask import command as ask
from hub.assembly import Assemble, assembled
from hub.check import command as check
from hub.closing import Closing
from hub.dialling import credentials_of
from hub.fleet import lead_all
from hub.llm.language import LanguageError
from hub.llm.prompt import PromptError
from hub.parts.browser import browser
from hub.parts.homes import demo_home
from hub.say import command as say
from hub.serve.server import serve_clients
from hub.service import Service
from hub.store import Store
from hub.stt.recognizer import RecognizerError
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import FILE, TimersFile
from hub.transcribe import command as transcribe
from hub.tts.voice import VoiceError
from hub.watch import Watch, watcher
from wire.errors import CannotListen
from wire.program import run
from wire.systemd import Systemd
from wire.tls.errors import CertificateError

_log = logging.getLogger(__name__)

SHORTS = {
    "--name": Short("name", "what satellites and logs call this hub", "NAME"),
    "--satellite": Short("fleet.satellites", "a satellite; may be repeated", "HOST:PORT", many=True),
    "--home": Short("home.file", "the home's areas and things, a TOML file", "FILE"),
}


REFUSALS = (
    SettingsError,
    LanguageError,
    PromptError,
    RecognizerError,
    VoiceError,
    CertificateError,
    CannotListen,
)
"""Why it would not start."""
COMMANDS = {"ask": ask.ABOUT, "say": say.ABOUT, "transcribe": transcribe.ABOUT, "check": check.ABOUT}


def main(argv: Sequence[str] | None = None, assemble: Assemble = assembled) -> None:
    """The console script; a benchmark may give engines of its own."""
    command, rest = command_line.command(COMMANDS, argv)
    if command:
        {"ask": ask, "say": say, "transcribe": transcribe, "check": check}[command].main(rest)
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
            closing = Closing()
            run(serve(settings, watcher(started.options.watch), closing, assemble), closing.finish)
    except REFUSALS as error:
        command_line.refuse("hub", error)


def _checked(settings: HubSettings) -> str:
    """What the settings say, without asking anybody."""
    home = settings.home.url or f"{len(demo_home(settings.home).things)} things"
    credentials = credentials_of(settings.tls)
    tls = "" if credentials is None else f"; {credentials}"
    return f"hark-hub: the settings are good; satellites: {len(settings.fleet.satellites)}, the home: {home}{tls}"


async def serve(settings: HubSettings, watch: Watch, closing: Closing, assemble: Assemble) -> None:
    """Loads the engines, leads the satellites and serves other clients."""
    credentials = credentials_of(settings.tls)
    async with AsyncExitStack() as stack:
        timers = TimerKeeper(TimersFile(place(settings.timers.file, FILE, os.environ)))
        engines = await stack.enter_async_context(assemble(settings, timers))
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
            group.create_task(engines.load.watch())
            group.create_task(engines.meanwhile())
            if credentials is not None:
                group.create_task(credentials.watch())
            service = Service(settings, engines, store, watch, timers, closing, credentials)
            group.create_task(lead_all(service, browser(settings.fleet, settings.tls.on)))
            group.create_task(serve_clients(settings, engines))


if __name__ == "__main__":
    main()
