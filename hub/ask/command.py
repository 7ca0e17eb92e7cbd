"""hark-hub ask "turn on the kitchen light": typed questions through the hub's own chain, printed with times.

Strategy: the same home, intents, models and conversation as a turn has, without ears and voice. What is asked is done:
in the home at home.url a light really goes on.

Rules: anybody may type, from no satellite that the hub knows, so what hub.llm.guard guards is refused whatever is set;
and there are no timers, since they belong to a satellite and to the running hub.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from io import TextIOWrapper

from config import command_line
from config.command_line import Short
from config.hub import HubSettings
from config.loading import SettingsError
from hub.ask.exchange import Exchange, document
from hub.ask.questions import LONGEST, QuestionError, check, questions
from hub.ask.screen import Screen
from hub.ask.talk import Talk
from hub.ask.witness import Notes
from hub.home.home import Home, called
from hub.llm.language import LanguageError
from hub.llm.prompt import PromptError
from hub.parts import answers, homes
from hub.parts.load import load as shared
from wire.program import run

ABOUT = "answers typed questions, and shows when each part of the reply came"
DETAILS = """\
Several questions are one conversation. What is asked is done, in the home that the settings name. But a typed text
comes from no known satellite: whatever llm.guard says, no lock is unlocked by it, no door, gate or garage opened, no
alarm disarmed (a scene or script that the home exposes does what its owner made of it), and it has no timers. Nor does
it reach the agent that home.agent names, which heeds none of this: the hub's own chain answers.
The exit code is 1 where a question could not be answered, 2 where the settings cannot be used."""
SHORTS = {"--home": Short("home.file", "the home's areas and things, a TOML file", "FILE")}
FAILED = 1  # exit code where a question could not be answered


def main(argv: Sequence[str]) -> None:
    """The command, with what follows its name on the command line."""
    parser = command_line.parser("hub", ABOUT, SHORTS, command="ask", epilog=DETAILS)
    parser.add_argument("questions", metavar="QUESTION", nargs="+", help="what is asked; - reads one from each line")
    parser.add_argument("--area", metavar="NAME", help="the home's area where it is asked")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    started = command_line.start("hub", HubSettings, parser, SHORTS, argv)
    options = started.options
    if not options.verbose:
        logging.getLogger("hub.llm").setLevel(logging.ERROR)  # what models fail of is told with the reply
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may not have every letter
    command = Command(options.questions, options.area, options.json)
    try:
        run(command.run(started.settings))
    except (SettingsError, LanguageError, PromptError) as error:
        command_line.refuse("hub", error)
    except BrokenPipeError:  # who read the replies has gone, as `head` does; nor can what is left be flushed at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0 if command.answered else FAILED)


@dataclass(slots=True)
class Command:
    """What was asked for; `answered` once every question was."""

    questions: Sequence[str]
    area: str | None
    as_json: bool
    answered: bool = False
    exchanges: list[Exchange] = field(default_factory=list)  # for the document alone

    async def run(self, settings: HubSettings) -> None:
        """Asks each question; raises SettingsError, LanguageError and PromptError."""
        async with AsyncExitStack() as stack:
            notes = Notes()
            load = await stack.enter_async_context(shared(settings))
            home = await stack.enter_async_context(homes.home(settings.home))
            area = None if self.area is None else known_area(self.area, home)
            made = answers.answers(answers.guarded(settings.llm), home, load, watch=notes.on)
            who = await stack.enter_async_context(made)
            await who.responder.warm()  # as the wake word does
            await self._ask_all(Talk(who.responder, who.conversations, area, time.monotonic, notes))
            if self.as_json:
                print(json.dumps(document(who.responder.name, self.exchanges), indent=2, ensure_ascii=False))

    async def _ask_all(self, talk: Talk) -> None:
        failed = False
        try:
            async with aclosing(questions(self.questions)) as asked:
                async for question in asked:
                    failed |= not await self._ask(talk, question)
        except QuestionError as error:
            _complain(str(error))
            failed = True
        self.answered = not failed

    async def _ask(self, talk: Talk, question: str) -> bool:
        exchange = await self._exchange(talk, question)
        if self.as_json:
            self.exchanges.append(exchange)
        if not exchange.answered:
            _complain(f"a question was not answered: {exchange.failure}")
        return exchange.answered

    async def _exchange(self, talk: Talk, question: str) -> Exchange:
        try:
            check(question)
        except QuestionError as error:
            return Exchange(question[:LONGEST], failures=(str(error),))
        return await (talk.ask(question, lambda piece, at_ms: None) if self.as_json else _shown(talk, question))


async def _shown(talk: Talk, question: str) -> Exchange:
    screen = Screen(sys.stdout)
    screen.question(question)
    exchange = await talk.ask(question, screen.piece)
    screen.end(exchange)
    return exchange


def known_area(name: str, home: Home) -> str:
    """The home's own name of an area; raises SettingsError where it has none of that name."""
    if (area := called(name, home.areas)) is not None:
        return area.name
    known = ", ".join(area.name for area in home.areas) or f"one, but it tells of none. {home.stale}".rstrip()
    raise SettingsError(f"--area {name}: the home has no such area; expected one of {known}")


def _complain(sentence: str) -> None:
    print(f"hark-hub: {sentence}", file=sys.stderr)
