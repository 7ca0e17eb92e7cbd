"""The satellites of a load run, and the hub that leads them: a process of its own, watched from outside."""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field

import psutil

from bench.house import Program, Seen, background, program
from bench.load.question import Question
from bench.load.satellite import Asked, SimulatedSatellite

LOOPBACK = "127.0.0.1"
READY_S = 120.0  # until every satellite is led: engines load before
SETTLE_S = 2.0  # after it: the clocks are compared, and the first judge of words is made
LOOK_S = 0.5  # between two looks at the hub


@dataclass(frozen=True, slots=True)
class Look:
    """The hub at one moment, in seconds of the loop's clock; `busy` are the turns under way."""

    at: float
    resident_mb: float
    busy: int
    waiting: int


@dataclass(slots=True)
class Fleet:
    """The simulated satellites of one hub, and all that was seen of both."""

    hub: Program
    satellites: Sequence[SimulatedSatellite]
    asked: list[Asked] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    most_waiting: int = 0
    """Questions that had to wait until a satellite was free."""
    idle: list[SimulatedSatellite] = field(default_factory=list)
    _waiting: deque[tuple[Question, str]] = field(default_factory=deque)
    _change: asyncio.Event = field(default_factory=asyncio.Event)
    _chance: random.Random = field(default_factory=lambda: random.Random(0))

    def ask(self, question: Question, phase: str = "") -> None:
        """One of the satellites asks, now, or as soon as one has nothing to do."""
        if self.idle:
            self.idle.pop(self._chance.randrange(len(self.idle))).ask(question, phase)
        else:
            self._waiting.append((question, phase))
            self.most_waiting = max(self.most_waiting, len(self._waiting))

    def done(self, satellite: SimulatedSatellite, asked: Asked) -> None:
        """A turn of it is over."""
        self.asked.append(asked)
        self.idle.append(satellite)
        if self._waiting:
            self.ask(*self._waiting.popleft())
        self._change.set()

    async def all_done(self) -> None:
        """Returns when nobody asks or waits any more."""
        while len(self.idle) < len(self.satellites):
            self._change.clear()
            await self._change.wait()

    def cpu_s(self) -> float:
        """What the hub has taken of the processor so far, with its children."""
        return float(sum(sum(process.cpu_times()[:2]) for process in self._processes()))

    def resident_mb(self) -> float:
        """What it has in memory."""
        return float(sum(process.memory_info().rss for process in self._processes())) / 1e6

    def _processes(self) -> Iterable[psutil.Process]:
        hub = psutil.Process(self.hub.process.pid)
        return [hub, *hub.children(recursive=True)]

    async def look(self) -> None:
        """Looks at the hub again and again, without end."""
        now = asyncio.get_running_loop().time
        while True:
            busy = len(self.satellites) - len(self.idle)
            self.looks.append(Look(now(), self.resident_mb(), busy, len(self._waiting)))
            await asyncio.sleep(LOOK_S)

    async def follow(self) -> None:
        """Reads what the hub tells of itself, to the end."""
        assert self.hub.process.stdout is not None
        now = asyncio.get_running_loop().time
        async for line in self.hub.process.stdout:
            seen: Mapping[str, object] = json.loads(line)
            self.seen.append({**seen, "at": now()})


@asynccontextmanager
async def fleet(count: int, module: str, *options: str) -> AsyncGenerator[Fleet]:
    """So many satellites, led by a hub: `module` with these options. All is gone with the context."""
    led = asyncio.Semaphore(0)
    made: list[Fleet] = []
    satellites, ports = [], []
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        for number in range(count):
            satellite = SimulatedSatellite(f"room{number:02}", led.release, lambda *turn: made[0].done(*turn))
            server = await loop.create_server(_of(satellite), LOOPBACK, 0)
            stack.enter_context(closing(server))
            satellites.append(satellite)
            ports.append(server.sockets[0].getsockname()[1])
        own = ("--set", "timeline.file=", "--set", "timers.file=", "--set", "serve.port=0")
        apart = ("--set", "arbitration.wait_ms=0")  # each is spoken to by somebody of its own
        dialled = [word for port in ports for word in ("--satellite", f"{LOOPBACK}:{port}")]
        hub = await stack.enter_async_context(program(module, *dialled, *own, *apart, *options))
        made.append(Fleet(hub, satellites, idle=list(satellites)))
        await stack.enter_async_context(background(made[0].follow()))
        await _led(led, count, hub)
        await stack.enter_async_context(background(made[0].look()))
        yield made[0]


def _of(satellite: SimulatedSatellite) -> Callable[[], SimulatedSatellite]:
    return lambda: satellite


async def _led(led: asyncio.Semaphore, count: int, hub: Program) -> None:
    await hub.says("leading ")
    async with asyncio.timeout(READY_S):
        for _ in range(count):
            await led.acquire()
    await asyncio.sleep(SETTLE_S)
