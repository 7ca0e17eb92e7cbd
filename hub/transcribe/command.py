"""hark-hub transcribe FILE…: prints the words of recordings with their times.

Words go to standard output alone. A file that cannot be heard is said in one sentence, and the others are heard still.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, aclosing, contextmanager
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path

from config import command_line
from config.command_line import Short
from config.hub import HubSettings
from config.loading import SettingsError
from hub.llm.language import LanguageError
from hub.parts import hearing, homes
from hub.parts.load import load as shared
from hub.stt.recognizer import RecognizerError, Words
from hub.transcribe.progress import Progress
from hub.transcribe.report import Failure, Transcript, document, lines, partial_line
from hub.transcribe.transcription import Ears, Heard, transcribe
from wire.pcm import SPEECH
from wire.program import run
from wire.wav import Wav, WavError, open_wav, read_wav

ABOUT = "prints the words of recordings with their times"
SHORTS = {"--home": Short("home.file", "the home's areas and things, a TOML file", "FILE")}
STDIN = "-"
FAILED = 1  # exit code where a file could not be heard
NOTHING = ("", "")  # the texts of an utterance before there are any


def main(argv: Sequence[str]) -> None:
    """The command, with what follows its name on the command line."""
    parser = command_line.parser("hub", ABOUT, SHORTS, command="transcribe")
    parser.add_argument("files", metavar="FILE", nargs="+", help="a WAV file of any PCM format; - is standard input")
    parser.add_argument(
        "--partials", action="store_true", help="show words while they are heard; | ends the final ones"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    started = command_line.start("hub", HubSettings, parser, SHORTS, argv)
    command = Command(started.options.files, started.options.partials, started.options.json)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names may be no text; standard error is like that
    try:
        run(command.run(started.settings))
    except (SettingsError, LanguageError, RecognizerError) as error:
        command_line.refuse("hub", error)
    except BrokenPipeError:  # who read the words has gone, as `head` does; nor can what is left be flushed at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(FAILED if command.failed else 0)


@dataclass(slots=True)
class Command:
    """What was asked for."""

    files: Sequence[str]
    partials: bool
    as_json: bool
    outcomes: list[Transcript | Failure] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether any file was not heard, be it that the command was stopped before."""
        return len([outcome for outcome in self.outcomes if isinstance(outcome, Transcript)]) < len(self.files)

    async def run(self, settings: HubSettings) -> None:
        """Loads the engine and hears each file; raises RecognizerError where no engine can be loaded."""
        async with AsyncExitStack() as stack:
            load = await stack.enter_async_context(shared(settings))
            home = await stack.enter_async_context(homes.home(settings.home))
            recognizer = await stack.enter_async_context(hearing.recognizer(settings.stt, home, load))
            ears = Ears(recognizer, hearing.vad(settings.vad), self.partials)
            for path in self.files:
                self._show(await self._outcome(path, ears))
            if self.as_json:
                print(json.dumps(document(recognizer.name, self.outcomes), indent=2, ensure_ascii=False))

    async def _outcome(self, path: str, ears: Ears) -> Transcript | Failure:
        try:
            with ExitStack() as stack:
                wav = await asyncio.to_thread(stack.enter_context, _opened(path))  # a pipe may keep it waiting
                return await self._hear(path, wav, ears)
        except (WavError, RecognizerError) as error:
            return Failure(path, str(error))

    async def _hear(self, path: str, wav: Wav, ears: Ears) -> Transcript:
        started = time.monotonic()
        progress = Progress(path, wav.seconds, sys.stderr if sys.stderr.isatty() and not self.partials else None)
        sound = progress.of(wav.resampled(SPEECH.rate))
        utterances: list[Words] = []
        partials: list[Heard] = []
        shown = NOTHING
        async with aclosing(transcribe(sound, ears)) as told:
            async for heard in told:
                if heard.final:
                    utterances.append(heard.words)
                elif heard.texts != shown:
                    partials.append(heard)
                    self._print(partial_line(path, heard))
                shown = NOTHING if heard.final else heard.texts
        if not progress.seconds:
            raise WavError(f"{wav.name} has no sound in it; record it again")
        return Transcript(path, progress.seconds, time.monotonic() - started, utterances, partials)

    def _show(self, outcome: Transcript | Failure) -> None:
        self.outcomes.append(outcome)
        if isinstance(outcome, Failure):
            print(f"hark-hub: {outcome.reason}", file=sys.stderr)
        else:
            self._print(*lines(outcome, shutil.get_terminal_size().columns))

    def _print(self, *texts: str) -> None:
        if not self.as_json:
            print(*texts, sep="\n", flush=True)


@contextmanager
def _opened(path: str) -> Iterator[Wav]:
    if path != STDIN:
        with open_wav(Path(path)) as wav:
            yield wav
    elif sys.stdin is None or sys.stdin.isatty():
        raise WavError(f"standard input is {'a terminal' if sys.stdin else 'closed'}; pipe a WAV file into it")
    else:
        yield read_wav(sys.stdin.buffer, "standard input")
