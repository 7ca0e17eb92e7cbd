"""hark-hub say "good morning" --out FILE: a text, spoken by the voice that the settings name.

Sound goes to the file or to standard output alone: on a pipe as it is made, so that a player begins at once. A hub has
no loudspeaker of its own. Which engine spoke, how soon and how fast, is told on standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, get_args

from config import command_line
from config.hub import HubSettings, TtsEngine
from hub.parts import voices
from hub.parts.load import load as shared
from hub.say.speech import Speech
from hub.say.texts import LONGEST, TextError, text
from hub.say.wav import OutError, header, write
from hub.tts.voice import VoiceError
from wire.pcm import PcmFormat
from wire.program import run

ABOUT = "speaks a text into a WAV file or a pipe"
DETAILS = f"""\
A hub has no loudspeaker: without --out the sound is a WAV file on standard output, written while it is made, as for
  hark-hub say "good morning" | aplay
At most {LONGEST} characters are spoken. The exit code is 1 where the text could not be spoken or the sound not be
written, 2 where no voice can be loaded or the settings cannot be used."""
FAILED = 1


def main(argv: Sequence[str]) -> None:
    """The command, with what follows its name on the command line."""
    parser = command_line.parser("hub", ABOUT, {}, command="say", epilog=DETAILS)
    parser.add_argument("words", metavar="TEXT", nargs="+", help="what is said; - alone is standard input")
    about = f"{', '.join(get_args(TtsEngine))}, alone or with a voice of its own (sets tts.engines and its voice)"
    parser.add_argument("--voice", metavar="ENGINE[:VOICE]", dest="set", action="extend", type=chosen, help=about)
    parser.add_argument("--out", metavar="FILE", type=Path, help="where the sound goes, a WAV file")
    started = command_line.start("hub", HubSettings, parser, {}, argv)
    command = Say(started.options.words, started.options.out)
    try:
        run(command.run(started.settings))
    except VoiceError as error:
        command_line.refuse("hub", error)
    except BrokenPipeError:  # who heard the sound has gone, as `head` does; nor can what is left be flushed at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0 if command.said else FAILED)


def chosen(voice: str) -> list[str]:
    """--voice as the settings that it stands for, in the form of --set."""
    engine, colon, name = voice.partition(":")
    if engine not in get_args(TtsEngine):
        raise argparse.ArgumentTypeError(
            f"there is no engine {engine!r}; expected one of {', '.join(get_args(TtsEngine))}"
        )
    return [
        f'tts.engines=["{engine}"]',
        *([f"tts.{engine}.voice={json.dumps(name, ensure_ascii=False)}"] if colon else []),
    ]


@dataclass(slots=True)
class Say:
    """What was asked for; `out` is None for standard output."""

    words: Sequence[str]
    out: Path | None
    said: bool = False

    async def run(self, settings: HubSettings) -> None:
        """Raises VoiceError where no voice can be loaded; what fails later is said."""
        try:
            pipe = None if self.out else pipe_out()
            async with (
                shared(settings) as load,
                voices.voices(settings.tts, load, most=1) as loaded,
            ):
                [voice] = loaded.values()
                await self._say(Speech(voice, settings.llm.language, time.monotonic), pipe)
        except (TextError, OutError) as error:
            print(f"hark-hub: {error}", file=sys.stderr)

    async def _say(self, speech: Speech, pipe: BinaryIO | None) -> None:
        try:
            async with aclosing(text(self.words)) as pieces, aclosing(speech.of(pieces)) as sound:
                if pipe:
                    await send(sound, speech.voice.format, pipe)
                elif self.out:
                    pcm = b"".join([piece async for piece in sound])
                    await asyncio.to_thread(write, self.out, speech.voice.format, _some(pcm))
        except VoiceError as error:
            raise TextError(f"the text could not be spoken to its end: {error}") from error
        print(f"hark-hub: {speech}", file=sys.stderr)
        self.said = True


async def send(sound: AsyncIterator[bytes], kind: PcmFormat, pipe: BinaryIO) -> None:
    """Writes the sound as it is made; raises TextError where there is none."""
    begun = False
    async for piece in sound:
        await asyncio.to_thread(_write, pipe, piece if begun else header(kind, None) + _some(piece))
        begun = True
    if not begun:
        _some(b"")


def _some(pcm: bytes) -> bytes:
    if not pcm:
        raise TextError("there are no words to say; give a text")
    return pcm


def _write(pipe: BinaryIO, content: bytes) -> None:
    pipe.write(content)
    pipe.flush()


def pipe_out() -> BinaryIO:
    """Standard output where it takes sound; raises OutError."""
    if sys.stdout is None or sys.stdout.isatty():
        where = "a terminal" if sys.stdout else "closed"
        raise OutError(
            f"standard output is {where}, and a hub has no loudspeaker; give --out FILE, or pipe it into a player"
        )
    return sys.stdout.buffer
