"""The attacks, each on a house of its own whose programs and certificates are real."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from wyoming.satellite import RunSatellite

from bench import spoken
from bench.house import Answer, House, Through, house, program
from tests.attacks.capture import Captured, capture
from tests.attacks.crowds import MOST, crowd, drip, resident_mb
from tests.attacks.house import SATELLITE, Encrypted
from tests.attacks.pretenders import LOOPBACK, Pretender, listening, pretenders
from tests.attacks.reading import Reading, pieces, read
from tests.attacks.report import Report
from tests.attacks.strangers import ASKS, context, knock, strangers
from tests.certificates import IS_LED, LEADS
from wire import hark
from wire.framing import encode
from wire.tls.listener import HANDSHAKE_S

QUESTION = {question.text: question for question in spoken.shipped()}["turn on the kitchen light"]
LEAST_BYTES = 100_000  # of a question and its reply: a recording of less has missed them
GROWTH_MB = 8.0  # of the satellite under attack: sixteen handshakes take 5
SLACK_S = 1.0
LATE_S = 120.0  # for a part of it
AGAIN = "; dialling again until it answers"
AS_A_HUB = encode(RunSatellite().event()) + encode(hark.Hello("hub", hark.CAPABILITIES).event())
ADMITTED_S = 2.0  # for `info` to come


async def wire(report: Report, folder: Path, keeps: Path) -> None:
    """Somebody records the network while a person asks."""
    for name, fleet in (("without TLS", None), ("by TLS", Encrypted(folder / "wire"))):
        file = keeps / f"{'tls' if fleet else 'plain'}.pcap"
        reading, packets = await _recorded(folder, fleet, file)
        hidden = reading.size > LEAST_BYTES and not reading.heard and not reading.words
        shown = reading.heard > reading.pieces / 2 and len(reading.words) > 4
        report.tell(f"a recording of loopback {name}", f"{packets} packets, {reading}", hidden if fleet else shown)


async def _recorded(folder: Path, fleet: Encrypted | None, file: Path) -> tuple[Reading, int]:
    captures: list[Captured] = []

    @asynccontextmanager
    async def recorded(port: int) -> AsyncIterator[int]:
        with capture("lo", f"tcp port {port}", file) as captured:
            captures.append(captured)
            yield port

    through: Through = recorded
    opened = house(folder, lambda seen: None, through=through) if fleet is None else fleet.house(folder, through)
    async with opened as running:
        answer = await running.ask(QUESTION)
        [spoken_file] = running.microphone.glob("*.wav")
        sound = pieces(spoken_file)
    _understood(answer)
    return read(captures[0].streams(), sound), captures[0].packets


async def knocks(report: Report, folder: Path, _: Path) -> None:
    """Strangers at the satellite's TLS port, while the hub leads it."""
    fleet = Encrypted(folder / "knocks")
    thief = fleet.authority.issue("hub", LEADS)
    fleet.authority.revoke(thief)
    async with fleet.house(folder) as running, asyncio.timeout(LATE_S):
        port = await _port(running)
        got = await knock(LOOPBACK, port, context(fleet.hub), ASKS, ADMITTED_S)
        report.tell("the hub's own certificate, to compare", f"{len(got.data)} bytes", b'"info"' in got.data)
        for one in strangers(fleet.authority, fleet.hub, thief):
            got = await knock(LOOPBACK, port, one.by, one.says)
            told = await running.satellite.says(f"refused at the TLS port: .*{one.why}")
            seen = f"{len(got.data)} bytes, closed after {got.open_s:.1f} s; {_cut(told.string)}"
            closed = got.open_s < HANDSHAKE_S + SLACK_S
            report.tell(f"a stranger with {one.who}", seen, not got.data and closed)
        _understood(await running.ask(QUESTION))


async def plain(report: Report, folder: Path, _: Path) -> None:
    """What Home Assistant's port says to one who speaks as a hub does, from an address that may come there."""
    fleet, heard = Encrypted(folder / "plain"), folder / "heard"
    heard.mkdir()
    own = ["--port", "0", "--mic", f"wav:{heard}", "--set", "state.file=", "--set", "control.socket="]
    async with program("satellite", *own, *fleet.on_satellite(), "--set", "listen.plain=true") as satellite:
        port = int((await satellite.says(r"listens on .* port (\d+)$"))[1])
        got = await knock(LOOPBACK, port, None, ASKS + AS_A_HUB, ADMITTED_S)
    told = f"{len(got.data)} bytes of info, and of hark/ {got.data.count(b'hark/')} words"
    report.tell(
        "Home Assistant's port, spoken to as a hub speaks", told, b'"info"' in got.data and b"hark/" not in got.data
    )


async def crowds(report: Report, folder: Path, _: Path) -> None:
    """Thousands at once, and one who goes on byte by byte, from the hub's own address; a person asks meanwhile."""
    fleet = Encrypted(folder / "crowds")
    async with fleet.house(folder) as running, asyncio.timeout(LATE_S):
        port, pid = await _port(running), running.satellite.process.pid
        alone = _understood(await running.ask(QUESTION))
        before, lines = resident_mb(pid), len(running.satellite.log)
        asking = asyncio.create_task(running.ask(QUESTION))
        async with crowd(LOOPBACK, port):
            meanwhile = _understood(await asking)
            after = _understood(await running.ask(QUESTION))
            grown, said = resident_mb(pid) - before, len(running.satellite.log) - lines
        report.tell(
            f"{MOST} connections at once",
            f"first sound {meanwhile:.0f} ms while they came and {after:.0f} after, {alone:.0f} alone; "
            f"the satellite has grown by {grown:.1f} MB and written {said} lines",
            grown < GROWTH_MB and said < 30,
        )
        seconds = await drip(LOOPBACK, port)
        report.tell("a slow-loris", f"cut off after {seconds:.1f} s", seconds < HANDSHAKE_S + SLACK_S)


async def pretences(report: Report, folder: Path, _: Path) -> None:
    """A hub that is told to lead those who only pretend to be its satellite."""
    fleet = Encrypted(folder / "pretences")
    thief = fleet.authority.issue(SATELLITE, IS_LED)
    fleet.authority.revoke(thief)
    those = list(pretenders(fleet.authority, SATELLITE, thief))
    async with listening(those):
        places = [word for one in those for word in ("--satellite", f"{SATELLITE}@{LOOPBACK}:{one.port}")]
        own = ["--set", f"timeline.file={folder / 'other.sqlite'}", "--set", "serve.port=0", "--set", "timers.file="]
        async with program("hub", *places, *own, *fleet.on_hub()) as hub, asyncio.timeout(LATE_S):
            for one in those:
                told = await hub.says(rf"port {one.port}.*{one.why}")
                _pretended(report, one, told.string)


def _pretended(report: Report, one: Pretender, told: str) -> None:
    said = bytes(one.got)
    hidden = not read(said, []).words if one.shown is None else not said  # without TLS it gets the hello of TLS
    got = f"{len(said)} bytes{'' if one.shown else ', the hello of TLS'}"
    report.tell(f"a pretender with {one.who}", f"{got}; {_cut(told)}", hidden)


async def _port(running: House) -> int:
    return int((await running.satellite.says(r"listens on .* port (\d+)"))[1])


def _understood(answer: Answer) -> float:
    """Milliseconds to the first sound of a question that was answered. Raises AssertionError."""
    assert answer.transcript == QUESTION.text, f"{QUESTION.text!r} was heard as {answer.transcript!r}"
    return answer.marks_ms()["first_audio_played"]


def _cut(line: str) -> str:
    """Why, of a line of the log."""
    return re.sub(r"^.*?(?:refused at the TLS port|is not led|cannot connect to [^:]*): ", "", line).removesuffix(AGAIN)


PARTS = wire, knocks, plain, pretences, crowds
"""Each gets a folder for what it makes and one for what is kept."""
