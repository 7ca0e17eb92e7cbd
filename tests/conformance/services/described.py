"""What a server of services says of itself."""

from __future__ import annotations

import json
from collections.abc import Sequence

from wyoming.event import Event
from wyoming.info import Artifact, AsrModel, Describe, HandleModel, Info, IntentModel, TtsVoice

from tests.conformance.check import Check
from tests.conformance.services.home import Home
from tests.conformance.stage import expect

SILENT = 5  # connections, as those who look for open ports make them


async def describes_itself(home: Home) -> None:
    info = await home.info()
    expect(
        not (info.satellite and info.satellite.installed), "info has a satellite: Home Assistant passes over the rest"
    )
    programs = installed(info)
    expect(programs, "nothing in info is installed: Home Assistant finds no service")
    for program in programs:
        expect(program.name, "a program in info has no name")
        expect(program.attribution.name is not None, f"{program.name} has no attribution")


async def names_stay(home: Home) -> None:
    before, after = [[program.name for program in installed(await home.info())] for _ in range(2)]
    expect(before == after, f"it named itself {before}, and then {after}: Home Assistant takes it for another")


async def is_found_by_what_it_offers(home: Home) -> None:
    info = await home.info()
    if any(program.installed for program in info.asr):
        expect(info.asr[0].installed, "the first of asr is not installed, and Home Assistant takes the first")
        expect(spoken(info.asr[0].models), "the installed models of asr have no language: no pipeline can choose it")
    for program in info.tts:
        if program.installed:
            expect(spoken(program.voices), f"the installed voices of {program.name} have no language")
            return


def spoken(models: Sequence[AsrModel | TtsVoice | IntentModel | HandleModel]) -> list[str]:
    """The languages of what is installed, in order."""
    return [language for model in models if model.installed for language in model.languages]


async def passes_over_the_unknown(home: Home) -> None:
    async with home.request() as client:
        await client.send(Event("select-program", {"name": "x"}), Event("from-the-future", {"n": 1}, b"\x00\x01"))
        await client.send(Describe())
        await client.get(Info)


async def reads_data_wherever_it_is(home: Home) -> None:
    for line in ({"data": {"n": 1}}, {"data": {"n": 1}, "data_length": 2}, {"data": None}):
        async with home.request() as client:
            block = b"{}" if "data_length" in line else b""
            await client.send_bytes(json.dumps({"type": "describe", **line}).encode() + b"\n" + block)
            await client.get(Info)


async def takes_many_connections(home: Home) -> None:
    for _ in range(SILENT):
        async with home.request():
            pass
    await home.info()


def installed(info: Info) -> list[Artifact]:
    """All programs that Home Assistant would use."""
    every = (*info.asr, *info.tts, *info.handle, *info.intent, *info.wake)
    return [program for program in every if program.installed]


CHECKS = (
    Check("info has what Home Assistant reads, with attributions, and no satellite", "2.1-2.2", describes_itself),
    Check("asked again, its programs have the same names", "2.1", names_stay),
    Check("what is installed comes first, and has languages", "2.2", is_found_by_what_it_offers),
    Check("events of unknown types are passed over", "2.0", passes_over_the_unknown),
    Check("data is read from the header and from its own block", "2.0", reads_data_wherever_it_is),
    Check("connections that come and go without a word cost nothing", "2.1", takes_many_connections),
)
