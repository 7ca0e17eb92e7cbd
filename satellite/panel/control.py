"""Lights and buttons: a Unix socket of JSON lines for programs on this machine.

Out goes the whole status, at once and at each change; in come actions, one a line. Rules: a client that reads slowly
gets the latest status and misses those before it, one that does not read is dropped; a line that is no action is
answered with an error, an endless one with the end. The socket is a convenience: where it cannot be had, the satellite
runs without it.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

import msgspec

from satellite.panel.actions import Controlled, NoAction, Status, act, parse
from wire.errors import leaves

_log = logging.getLogger(__name__)

LONGEST_LINE = 1024  # bytes; the longest action has about 40
MOST_CLIENTS = 8  # lights, buttons, a doctor, and some to spare
BUFFER = 4096  # bytes for a client in the kernel: about five statuses
STALL_S = 5.0  # without room for a status: the client hangs
MODE = 0o660  # owner and group: whoever may press a button may mute
FILE = "satellite.sock"
AUTO = "auto"
SYSTEM_FOLDER = Path("/run/hark")  # of systemd's RuntimeDirectory=hark


def places(setting: str, environment: Mapping[str, str]) -> list[Path]:
    """Where the socket may lie, the first being where a satellite with this environment makes it; [] for nowhere."""
    if setting != AUTO:
        return [Path(setting)] if setting else []
    service = environment.get("RUNTIME_DIRECTORY", "").split(":")[0]  # systemd's, of this very service
    session = environment.get("XDG_RUNTIME_DIR", "")
    return [
        *([Path(service) / FILE] if service else []),
        *([Path(session) / "hark" / FILE] if session else []),
        SYSTEM_FOLDER / FILE,
    ]


class Control:
    """The socket and its clients."""

    def __init__(self, path: Path | None, controlled: Controlled) -> None:
        self._path, self._controlled = path, controlled
        self._clients: dict[asyncio.Task[None], asyncio.Event] = {}

    def changed(self) -> None:
        """The status is another now."""
        for news in self._clients.values():
            news.set()

    async def run(self) -> None:
        """Serves without end, where there is a path and the socket can be made."""
        if self._path is None:
            return
        try:
            listening = _listen(self._path)
        except OSError as error:
            _log.error("no lights and buttons at %s: %s; set control.socket to another path", self._path, _why(error))
            return
        try:
            async with asyncio.TaskGroup() as group, _served(listening, self, group):
                _log.info("lights and buttons at %s", self._path)
                await asyncio.Event().wait()
        finally:
            self._path.unlink(missing_ok=True)

    def admit(self, group: asyncio.TaskGroup, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Called by asyncio with each new client."""
        if len(self._clients) >= MOST_CLIENTS:
            _log.warning("a client of the control socket is refused: all %d places are taken", MOST_CLIENTS)
            writer.close()
            return
        _hold_little(writer)
        news = asyncio.Event()
        news.set()
        task = group.create_task(self._serve(reader, writer, news), name="control client")
        self._clients[task] = news
        task.add_done_callback(self._clients.pop)
        task.add_done_callback(lambda _: writer.transport.abort())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, news: asyncio.Event) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                telling = group.create_task(self._tell(writer, news))
                await self._obey(reader, writer)
                telling.cancel()
        except* OSError as errors:  # a timeout is one
            _log.info("a client of the control socket is gone, or does not read: %s", leaves(errors)[0])
        except* Exception:
            _log.exception("a client of the control socket is disconnected: its handler failed, which is a bug")

    async def _tell(self, writer: asyncio.StreamWriter, news: asyncio.Event) -> None:
        told: Status | None = None
        while True:
            await news.wait()
            news.clear()
            if (status := self._controlled.status()) != told:
                await _write(writer, status)
                told = status

    async def _obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await _read(reader):
                try:
                    act(self._controlled, parse(line))
                except NoAction as error:
                    await _write(writer, {"error": str(error)})
        except asyncio.LimitOverrunError:
            await _write(writer, {"error": f"a line of more than {LONGEST_LINE} bytes is no action"})


async def _read(reader: asyncio.StreamReader) -> bytes:
    """A line, the last one perhaps without its end; empty when there is no more."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        return error.partial


async def _write(writer: asyncio.StreamWriter, message: object) -> None:
    async with asyncio.timeout(STALL_S):
        writer.write(msgspec.json.encode(message) + b"\n")
        await writer.drain()


def _hold_little(writer: asyncio.StreamWriter) -> None:
    """Keeps what waits for a slow reader in the state of one event, not in buffers full of what was once so."""
    writer.transport.set_write_buffer_limits(high=0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)


@asynccontextmanager
async def _served(listening: socket.socket, control: Control, group: asyncio.TaskGroup) -> AsyncIterator[None]:
    server = await asyncio.start_unix_server(
        lambda *streams: control.admit(group, *streams), sock=listening, limit=LONGEST_LINE
    )
    with closing(server):
        yield


def _listen(path: Path) -> socket.socket:
    """The bound socket, in the place of one that a satellite left behind; nobody can connect before its mode is set."""
    if _answers(path):
        raise OSError(errno.EADDRINUSE, "another satellite has it")
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if path.is_socket():
        path.unlink()
    made = socket.socket(socket.AF_UNIX)
    try:
        made.bind(str(path))
        path.chmod(MODE)
    except OSError:
        made.close()
        raise
    return made


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as knocking:
        knocking.setblocking(False)
        try:
            knocking.connect(str(path))
        except OSError as error:
            return isinstance(error, BlockingIOError)  # there is one, too busy to answer now
        return True


def _why(error: OSError) -> str:
    return error.strerror or str(error)
