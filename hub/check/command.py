"""hark-hub check 192.168.1.20:10700: is a satellite there, and is it heard? A fleet asks after each installation.

A hub with TLS asks as it leads: by TLS alone, and where a name stands before @ only the satellite of that name.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import aclosing

from config import command_line
from config.hub import HubSettings
from config.parts import host_and_port, named
from hub.dialling import credentials_of, dialled
from hub.parts import voices
from hub.parts.load import load as shared
from hub.tts.voice import VoiceError
from wire.check import NotWell, Speech, check
from wire.errors import WireError
from wire.program import run
from wire.tls.errors import CertificateError

ABOUT = "asks a satellite who it is and has it say something"
DETAILS = """\
It can be led by the hub meanwhile. Where the settings have [tls], it is asked by TLS with the hub's certificate. The
exit code is 1 where it does not answer or is not heard, 2 where no voice can be loaded or the settings are no good."""
FAILED = 1


def main(argv: Sequence[str]) -> None:
    """The command, with what follows its name on the command line."""
    parser = command_line.parser("hub", ABOUT, {}, command="check", epilog=DETAILS)
    parser.add_argument("address", metavar="[NAME@]HOST:PORT", type=_address, help="where the satellite listens")
    parser.add_argument("--say", metavar="TEXT", help="what it says (default: its name)")
    started = command_line.start("hub", HubSettings, parser, {}, argv)
    address, text = started.options.address, started.options.say
    try:
        run(ask(address, text, started.settings))
    except (VoiceError, CertificateError) as error:
        command_line.refuse("hub", error)
    except (NotWell, WireError) as error:
        print(f"hark-hub: satellite {address}: {error}", file=sys.stderr)
        sys.exit(FAILED)


async def ask(address: str, text: str | None, settings: HubSettings) -> None:
    """Prints what was seen. Raises VoiceError, CertificateError, NotWell, WireError."""
    (name, place), credentials = named(address), credentials_of(settings.tls)

    async def speech(called: str) -> Speech:
        return await _speech(text or f"This is {called}.", settings)

    await check(address, lambda: dialled(place, name, credentials), speech)


async def _speech(text: str, settings: HubSettings) -> Speech:
    async with shared(settings) as load, voices.voices(settings.tts, load, most=1) as loaded:
        [voice] = loaded.values()
        async with aclosing(voice.speak(text)) as pieces:
            return b"".join([piece async for piece in pieces]), voice.format


def _address(text: str) -> str:
    try:
        host_and_port(named(text)[1])
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text
