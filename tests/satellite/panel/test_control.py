"""Laws of lights and buttons, over a real Unix socket."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import re
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.panel.actions import Action, NoAction, Status, parse
from satellite.panel.control import AUTO, LONGEST_LINE, MOST_CLIENTS, Control, places
from tests.peers import run_clean
from tests.wire_pairs import LATE_S, leaves_nothing, until

BUTTONS = Path(__file__).parents[3] / "docs" / "buttons.md"
IDLE = Status(phase="idle", muted=False, volume=70, ringing=False, controller="hub", turn="")


@dataclass
class FakeControlled:
    """Notes what it is told to do."""

    now: Status = IDLE
    done: list[object] = field(default_factory=list)

    def status(self) -> Status:
        return self.now

    def listen(self) -> None:
        self.done.append("listen")

    def stop(self) -> None:
        self.done.append("stop")

    def mute(self, on: bool) -> None:
        self.done.append("mute" if on else "unmute")

    def set_volume(self, percent: int) -> None:
        self.done.append(percent)


class Broken(FakeControlled):
    """Has a bug."""

    def listen(self) -> None:
        raise RuntimeError("a bug")


def is_open(path: Path) -> bool:
    """For the satellite's group; it listens from the same moment on."""
    return path.exists() and stat.S_IMODE(path.stat().st_mode) == 0o660


@asynccontextmanager
async def controlling(path: Path, controlled: FakeControlled) -> AsyncIterator[Control]:
    control = Control(path, controlled)
    running = asyncio.ensure_future(control.run())
    await until(lambda: is_open(path))
    try:
        yield control
    finally:
        running.cancel()
        await asyncio.wait([running])


@dataclass
class Client:
    """A program at the other end."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def status(self) -> Status:
        return msgspec.convert(await self.line(), Status)

    async def line(self) -> dict[str, object]:
        line = await self.reader.readline()
        assert line, "the connection has ended"
        said = json.loads(line)
        assert isinstance(said, dict)
        return said

    async def end(self) -> bytes:
        """What comes to the end."""
        try:
            return await self.reader.read()
        except ConnectionResetError:
            return b""


@asynccontextmanager
async def connected(path: Path) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "satellite.sock"


def test_the_whole_status_comes_at_once_and_at_each_change(path: Path) -> None:
    async def test() -> None:
        controlled = FakeControlled()
        async with controlling(path, controlled) as control, connected(path) as client:
            assert await client.status() == IDLE
            for changed in (replace(IDLE, phase="listening", turn="a:1"), replace(IDLE, muted=True)):
                controlled.now = changed
                control.changed()
                assert await client.status() == changed

    leaves_nothing(test)


def test_what_has_not_changed_is_not_told_again(path: Path) -> None:
    async def test() -> None:
        controlled = FakeControlled()
        async with controlling(path, controlled) as control, connected(path) as client:
            assert await client.status() == IDLE
            control.changed()
            await asyncio.sleep(1)
            controlled.now = replace(IDLE, volume=10)
            control.changed()
            assert (await client.status()).volume == 10

    run_clean(test)


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ('{"do": "listen"}', "listen"),
        ('{"do": "stop"}', "stop"),
        ('{"do": "mute"}', "mute"),
        ('{"do": "unmute"}', "unmute"),
        ('{"do": "volume", "percent": 40}', 40),
    ],
)
@pytest.mark.parametrize("end", ["\n", ""])
def test_every_action_is_done_once(path: Path, line: str, done: object, end: str) -> None:
    async def test() -> None:
        controlled = FakeControlled()
        async with controlling(path, controlled), connected(path) as client:
            client.writer.write((line + end).encode())
            client.writer.write_eof()
            await client.end()
        assert controlled.done == [done]

    leaves_nothing(test)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff",
        b"[]",
        b'"listen"',
        b'{"do": "dance"}',
        b'{"do": "volume"}',
        b'{"do": "volume", "percent": 101}',
        b'{"do": "volume", "percent": "loud"}',
        b'{"do": "volume", "percent": true}',
        b'{"do": "listen", "percent": 1}',
        b"[" * (LONGEST_LINE - 1),
    ],
)
def test_a_line_that_is_no_action_gets_one_error_and_the_next_one_counts(path: Path, line: bytes) -> None:
    async def test() -> None:
        controlled = FakeControlled()
        async with controlling(path, controlled), connected(path) as client:
            assert await client.status() == IDLE
            client.writer.write(line + b"\n")
            [(key, text)] = (await client.line()).items()
            assert key == "error"
            assert '{"do": "listen"}' in str(text)
            client.writer.write(b'{"do": "stop"}\n')
            await until(lambda: controlled.done == ["stop"])

    leaves_nothing(test)


@given(st.binary(max_size=200))
def test_any_line_is_an_action_or_none(line: bytes) -> None:
    said = "send {"
    try:
        assert isinstance(parse(line), Action)
    except NoAction as error:
        said = str(error)
    assert "send {" in said


def test_an_endless_line_is_answered_and_ends_its_own_connection(path: Path) -> None:
    async def test() -> None:
        controlled = FakeControlled()
        async with controlling(path, controlled), connected(path) as client, connected(path) as other:
            client.writer.write(b" " * 10 * LONGEST_LINE)
            assert b"is no action" in await client.end()
            other.writer.write(b'{"do": "stop"}\n')
            await until(lambda: controlled.done == ["stop"])

    leaves_nothing(test)


async def change_a_thousand_times(control: Control, controlled: FakeControlled) -> None:
    """The last turn is a:999."""
    for number in range(1000):
        controlled.now = replace(IDLE, turn=f"a:{number}")
        control.changed()
        await asyncio.sleep(0)


def test_a_slow_reader_gets_the_latest_status_and_few_before_it(path: Path) -> None:
    async def test() -> None:
        controlled = FakeControlled()
        async with controlling(path, controlled) as control, connected(path) as client:
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await change_a_thousand_times(control, controlled)
            client.writer.transport.resume_reading()  # type: ignore[attr-defined]
            turns = []
            while "a:999" not in turns:
                turns.append((await client.status()).turn)
            assert len(turns) < 50

    run_clean(test)


def test_a_client_that_reads_nothing_is_dropped(path: Path) -> None:
    async def test() -> None:
        controlled = FakeControlled()
        async with controlling(path, controlled) as control, connected(path) as client:
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await change_a_thousand_times(control, controlled)
            await asyncio.sleep(60)
            client.writer.transport.resume_reading()  # type: ignore[attr-defined]
            assert b"a:999" not in await client.end()

    run_clean(test)


def test_as_many_clients_are_served_as_fit_and_places_come_free_again(path: Path) -> None:
    async def test() -> None:
        async with controlling(path, FakeControlled()):
            crowd = [await asyncio.open_unix_connection(path) for _ in range(MOST_CLIENTS)]
            for reader, _ in crowd:
                assert await reader.readline()
            async with connected(path) as refused:
                assert await refused.end() == b""
            for _, writer in crowd:
                writer.transport.abort()
            while True:
                async with connected(path) as client:
                    if await client.reader.readline():
                        break

    leaves_nothing(test)


def test_a_bug_costs_the_connection_that_met_it(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with controlling(path, Broken()), connected(path) as client, connected(path) as other:
            client.writer.write(b'{"do": "listen"}\n')
            await client.end()
            assert await other.status() == IDLE

    leaves_nothing(test)
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_the_socket_is_for_owner_and_group_and_gone_at_the_end(path: Path) -> None:
    async def test() -> None:
        async with controlling(path, FakeControlled()):
            assert is_open(path)

    leaves_nothing(test)
    assert not path.exists()


def test_a_socket_that_was_left_behind_is_replaced(path: Path) -> None:
    async def test() -> None:
        path.parent.mkdir()
        with closing(socket.socket(socket.AF_UNIX)) as left:
            left.bind(str(path))
        async with controlling(path, FakeControlled()), connected(path) as client:
            assert await client.status() == IDLE

    leaves_nothing(test)


def test_a_socket_in_use_stays_its_owners(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with controlling(path, FakeControlled()):
            await Control(path, FakeControlled(replace(IDLE, phase="other"))).run()
            async with connected(path) as client:
                assert await client.status() == IDLE

    leaves_nothing(test)
    assert "another satellite has it; set control.socket to another path" in caplog.text


@pytest.mark.parametrize("name", ["x" * 200, "file/satellite.sock", "file"])
def test_a_path_that_cannot_be_had_is_said_and_the_satellite_runs_on(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        (tmp_path / "file").write_text("precious")
        await Control(tmp_path / name, FakeControlled()).run()
        assert (tmp_path / "file").read_text() == "precious"

    leaves_nothing(test)
    assert "set control.socket to another path" in caplog.text


def test_without_a_path_there_is_no_socket() -> None:
    leaves_nothing(Control(None, FakeControlled()).run)


def test_where_the_socket_lies() -> None:
    assert places("", {"XDG_RUNTIME_DIR": "/run/user/1"}) == []
    assert places("/tmp/a", {}) == [Path("/tmp/a")]
    assert places(AUTO, {}) == [Path("/run/hark/satellite.sock")]
    unit = {"RUNTIME_DIRECTORY": "/run/hark", "XDG_RUNTIME_DIR": "/run/user/1"}
    assert places(AUTO, unit)[0] == Path("/run/hark/satellite.sock")
    assert places(AUTO, {"XDG_RUNTIME_DIR": "/run/user/1"})[0] == Path("/run/user/1/hark/satellite.sock")


# The documented example


GPIOZERO = """
import sys, threading
class LED:
    def __init__(self, pin): self.pin = pin
    def on(self): print("LED", self.pin, "on", flush=True)
    def off(self): print("LED", self.pin, "off", flush=True)
    def blink(self): print("LED", self.pin, "blinks", flush=True)
class Button:
    pressed = {}
    def __init__(self, pin): Button.pressed[pin] = self
def press():
    for line in sys.stdin: Button.pressed[int(line)].when_pressed()
threading.Thread(target=press, daemon=True).start()
"""


@dataclass
class Example:
    """The example of docs/buttons.md with pins of ours."""

    process: subprocess.Popen[str]
    shown: queue.Queue[str] = field(default_factory=queue.Queue)

    def press(self, pin: int) -> None:
        assert self.process.stdin is not None
        print(pin, file=self.process.stdin, flush=True)

    def read(self) -> None:
        for line in self.process.stdout or ():
            self.shown.put(line.strip())

    async def shows(self) -> str:
        await until(lambda: not self.shown.empty())
        return self.shown.get()


def example(path: Path, folder: Path) -> Example:
    [source] = re.findall(r"```python\n(.*?)```", BUTTONS.read_text(), re.DOTALL)
    (folder / "gpiozero.py").write_text(GPIOZERO)
    (folder / "buttons.py").write_text(source)
    process = subprocess.Popen(
        [sys.executable, str(folder / "buttons.py"), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )
    made = Example(process)
    threading.Thread(target=made.read, daemon=True).start()
    return made


def test_the_documented_example_shows_the_status_and_its_buttons_act(path: Path, tmp_path: Path) -> None:
    controlled = FakeControlled()
    ran: list[Example] = []

    async def test() -> None:
        async with controlling(path, controlled) as control:
            ran.append(example(path, tmp_path))
            [gpio] = ran

            async def becomes(status: Status) -> str:
                controlled.now = status
                control.changed()
                return await gpio.shows()

            async def pressed(pin: int, count: Callable[[], int] = lambda: len(controlled.done)) -> object:
                before = count()
                gpio.press(pin)
                await until(lambda: count() > before)
                return controlled.done[-1]

            assert await gpio.shows() == "LED 17 off"
            assert await pressed(27) == "listen"
            assert await becomes(replace(IDLE, phase="listening")) == "LED 17 on"
            assert await pressed(27) == "stop"
            assert await pressed(22) == "mute"
            assert await becomes(replace(IDLE, muted=True)) == "LED 17 blinks"
            assert await pressed(22) == "unmute"
            assert await becomes(replace(IDLE, ringing=True)) == "LED 17 off"
            assert await pressed(27) == "stop"

    try:
        asyncio.run(asyncio.wait_for(test(), LATE_S))
    finally:
        for made in ran:
            made.process.kill()
            made.process.communicate()
