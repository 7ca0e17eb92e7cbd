"""A program that is ended and started again, on the same ports and with the same files, as a service manager does."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from bench.house import Program, Seen
from tests.home_assistant.storm import sight
from tests.home_assistant.storm.plan import How

STOP_S = 45.0  # Home Assistant writes its states and waits for its integrations
SILENT_S = 10.0  # a machine that vanishes cannot be reached for so long
ORPHANS_S = 5.0  # what a program has started ends within, once it has itself
LINE_BYTES = 1 << 20
COMPLAINTS = ("ERROR", "Traceback", "never retrieved", "was destroyed", "never awaited")

Up = Callable[[Program], Awaitable[object]]


class Unit:
    """One program; `up` waits until it listens, `see` takes the lines of JSON that it prints."""

    def __init__(self, name: str, command: Sequence[str], up: Up, see: Callable[[Seen], None] | None = None) -> None:
        self.name = name
        self.up_at = 0.0
        """When it last began to listen, of time.monotonic()."""
        self.starts_s: list[float] = []
        self.stops_s: list[float] = []
        self.leftovers: list[str] = []
        """What it should not have left: processes, complaints in its log."""
        self.program: Program
        self._command, self._up, self._see = command, up, see
        self._reading: list[asyncio.Task[None]] = []

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        return self.program.process.pid

    async def start(self) -> None:
        """Starts it; returns when it listens."""
        pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        began = monotonic()
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=null, stdout=pipe if self._see else null, stderr=pipe, limit=LINE_BYTES
        )
        self.program = Program(self.name, process)
        self._reading = [asyncio.create_task(self.program.read_log())]
        if self._see:
            self._reading.append(asyncio.create_task(self._follow(self._see)))
        await self._up(self.program)
        self.up_at = monotonic()
        self.starts_s.append(self.up_at - began)

    async def end(self, how: How = How.ASKED) -> None:
        """Ends it; returns when it has gone. How.SERVICE is somebody else's to ask for."""
        started = sight.children(self.pid)
        if how in (How.ASKED, How.KILLED):
            self.program.process.send_signal(signal.SIGTERM if how is How.ASKED else signal.SIGKILL)
        await self._gone(how)
        await self._see_leftovers(started)

    async def freeze(self) -> None:
        """Plays a machine that cannot be reached."""
        self.program.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(SILENT_S)

    def thaw(self) -> None:
        """Reaches it again."""
        self.program.process.send_signal(signal.SIGCONT)
        self.up_at = monotonic()

    async def _gone(self, how: How) -> None:
        began, process = monotonic(), self.program.process
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            self.leftovers.append(f"did not end within {STOP_S:.0f} s")
            process.kill()
            await process.wait()
        if how is How.ASKED:
            self.stops_s.append(monotonic() - began)
            if process.returncode:
                self.leftovers.append(f"asked to end, it did with code {process.returncode}")
        await asyncio.wait(self._reading)

    async def _see_leftovers(self, started: list[int]) -> None:
        self.leftovers += [line for line in self.program.log if any(word in line for word in COMPLAINTS)]
        began = monotonic()
        while (orphans := [pid for pid in started if sight.alive(pid)]) and monotonic() - began < ORPHANS_S:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        self.leftovers += [f"left behind: {sight.command(pid)}" for pid in orphans]

    async def _follow(self, see: Callable[[Seen], None]) -> None:
        assert self.program.process.stdout is not None
        async for line in self.program.process.stdout:
            if line.endswith(b"\n"):  # killed, it may leave half of one
                see(json.loads(line))
