"""The real programs with certificates: a wire that nobody can read, and what attackers, thieves and clocks do to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bench import spoken
from bench.house import Answer, background, house, program
from tests.attacks.crowds import crowd, resident_mb
from tests.attacks.house import Encrypted, options
from tests.attacks.reading import Reading, pieces, read
from tests.certificates import DAY, IS_LED, NOW, Issued
from tests.wire_pairs import LOOPBACK

pytestmark = pytest.mark.end_to_end

QUESTION = {question.text: question for question in spoken.shipped()}["turn on the kitchen light"]
GROWTH_MB = 8.0  # of the satellite under attack: sixteen handshakes take 5


class Tap:
    """Carries the bytes of every connection, and keeps them."""

    def __init__(self) -> None:
        self.kept = bytearray()

    @asynccontextmanager
    async def through(self, port: int) -> AsyncIterator[int]:
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there = await asyncio.open_connection(LOOPBACK, port)
            async with background(self._copy(reader, there[1])):
                await self._copy(there[0], writer)

        async with await asyncio.start_server(carry, LOOPBACK, 0) as server:
            yield server.sockets[0].getsockname()[1]

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                self.kept += data
                writer.write(data)
        finally:
            writer.close()


async def tapped(folder: Path, fleet: Encrypted | None) -> tuple[Reading, Answer]:
    """What can be read of a turn on the wire, and its answer; plain without a fleet."""
    tap = Tap()
    opened = (
        house(folder, lambda seen: None, through=tap.through) if fleet is None else fleet.house(folder, tap.through)
    )
    async with opened as running:
        answer = await running.ask(QUESTION)
        [file] = running.microphone.glob("*.wav")
        return read(bytes(tap.kept), pieces(file)), answer


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_turn_by_tls_has_nothing_on_the_wire_that_can_be_read(tmp_path: Path, encrypted: bool) -> None:
    """The plain one shows that whatever was there would be found."""
    fleet = Encrypted(tmp_path) if encrypted else None
    reading, answer = asyncio.run(tapped(tmp_path, fleet))
    assert answer.transcript == QUESTION.text
    assert [action["entity_id"] for action in answer.actions] == ["light.kitchen_lights"]
    assert reading.size > 100_000
    assert reading.pieces > 50
    if encrypted:
        assert (reading.heard, reading.words) == (0, ())
    else:
        assert reading.heard > reading.pieces / 2
        assert len(reading.words) > 4


def test_a_hub_that_is_revoked_is_cut_off_within_seconds_and_back_when_it_counts_again(tmp_path: Path) -> None:
    fleet = Encrypted(tmp_path)

    async def scenario() -> None:
        async with fleet.house(tmp_path) as running:
            await running.satellite.says("led by")
            fleet.authority.revoke(fleet.hub)
            async with asyncio.timeout(8.0):
                await running.satellite.says("is disconnected: its certificate, hub .* is revoked")
                await running.satellite.says("no controller is connected")
                await running.hub.says("this machine's own certificate.* is revoked")
            running.satellite.log.clear()
            fleet.authority.revoke()
            await running.satellite.says("led by")
            assert (await running.ask(QUESTION)).transcript == QUESTION.text

    asyncio.run(scenario())


def test_a_crowd_of_thousands_disturbs_neither_the_turn_nor_the_memory(tmp_path: Path) -> None:
    """Some say nothing, some nonsense, some begin and never end; all at once, from the hub's own address."""
    fleet = Encrypted(tmp_path)

    async def scenario() -> None:
        async with fleet.house(tmp_path) as running:
            port = int((await running.satellite.says(r"listens on .* port (\d+)"))[1])
            await running.ask(QUESTION)  # what is made at first use is made
            before = resident_mb(running.satellite.process.pid)
            asking = asyncio.create_task(running.ask(QUESTION))
            async with crowd(LOOPBACK, port):
                answer = await asking
                again = await running.ask(QUESTION)
                after = resident_mb(running.satellite.process.pid)
            assert answer.transcript == again.transcript == QUESTION.text
            assert after - before < GROWTH_MB
            assert [line for line in running.satellite.log if "no controller" in line] == []
            assert sum("refused at the TLS port" in line for line in running.satellite.log) < 10
            assert sum("dialling again" in line for line in running.hub.log) == 0

    asyncio.run(scenario())


def test_a_clock_that_is_years_off_is_said_in_words_and_keeps_the_satellite_running(tmp_path: Path) -> None:
    """As where this machine's clock stands fifty years before the certificates were made."""
    fleet = Encrypted(tmp_path)
    then = NOW + timedelta(days=50 * 365.25)
    late = fleet.authority.issue("hark-test", IS_LED, then, then + 300 * DAY)

    async def scenario() -> None:
        microphone = tmp_path / "microphone"
        microphone.mkdir()
        alone = ["--set", "state.file=", "--set", "control.socket=", "--mic", f"wav:{microphone}"]
        async with program("satellite", *alone, *fleet.on_satellite(late)) as satellite:
            said = await satellite.says(r"listens on .* port (\d+)")
            await satellite.says(
                r"this machine's clock says \d{4}-\d\d-\d\d, 50 years before its own certificate begins"
            )
            own = ["--set", "timeline.file=", "--set", "serve.port=0", "--set", "timers.file="]
            async with program("hub", "--satellite", f"{LOOPBACK}:{said[1]}", *own, *fleet.on_hub()) as hub:
                await hub.says("is not led: its certificate is not valid yet: this machine's clock says.*timedatectl")
            assert satellite.process.returncode is None

    asyncio.run(scenario())


@pytest.mark.parametrize("name", ["satellite", "hub"])
def test_check_says_what_is_wrong_with_the_files(tmp_path: Path, name: str) -> None:
    fleet = Encrypted(tmp_path)
    right, wrong = (fleet.satellite, fleet.hub) if name == "satellite" else (fleet.hub, fleet.satellite)
    (tmp_path / "microphone").mkdir()
    mic = ["--mic", f"wav:{tmp_path / 'microphone'}"] if name == "satellite" else []

    async def scenario(issued: Issued) -> tuple[int | None, str]:
        check = [*options(fleet.authority.tls(issued)), *mic, "--check"]
        async with program(name, *check) as ran:
            assert ran.process.stdout is not None
            out = (await ran.process.stdout.read()).decode()
            return await ran.process.wait(), out + "\n".join(ran.log)

    code, said = asyncio.run(scenario(right))
    assert code == 0
    assert "TLS as h" in said
    code, said = asyncio.run(scenario(wrong))
    assert code == 2
    assert "extended key usage" in said
    right.key.chmod(0o604)
    code, said = asyncio.run(scenario(right))
    assert code == 2
    assert "chmod o=" in said
