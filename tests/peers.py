"""Scripted peers over loopback, on virtual time: a controller for satellites and a satellite for hubs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol, TypeVar

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, Satellite
from wyoming.ping import Ping, Pong
from wyoming.satellite import RunSatellite
from wyoming.vad import VoiceStarted, VoiceStopped

from tests.virtual_time import run
from tests.wire_pairs import LOOPBACK, open_sockets
from wire import hark
from wire.connection import Connection, Sendable, dial
from wire.errors import WireError
from wire.pcm import SPEECH
from wire.server import serve

T = TypeVar("T")
H = TypeVar("H", bound=hark.HarkEvent)

LATE_S = 120.0  # of virtual time: what has not come by then never comes
PING_S = 1.0
CHUNK_S = 0.1


class Kind(Protocol):
    """A class of Wyoming's events."""

    @staticmethod
    def is_type(event_type: str) -> bool:
        """Whether an event is of this kind."""


def run_clean(test: Callable[[], Awaitable[None]]) -> None:
    """Runs a test on virtual time; no task, no socket and no complaint of asyncio's may be left of it."""
    problems: list[str] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(str(context)))
        before = open_sockets()
        await test()
        await asyncio.sleep(0)  # asyncio closes a socket in the loop's next round
        assert open_sockets() == before

    run(watched())
    assert problems == []


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        return int(taken.getsockname()[1])


class Peer:
    """One end of a connection: remembers what has come, and waits for what has not."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.received: list[tuple[float, Event]] = []
        self.closed = False
        self.broken = False
        self.pings = True
        self._looked_at = 0
        self._more = asyncio.Event()

    async def read(self) -> None:
        """Remembers events to the connection's end."""
        try:
            async for event in self.connection:
                self.received.append((asyncio.get_running_loop().time(), event))
                self._more.set()
                await self.answer(event)
        except WireError:
            self.broken = True
        finally:
            self.closed = True
            self._more.set()

    async def answer(self, event: Event) -> None:
        """What this kind of peer answers at once."""

    async def send(self, *events: Event | Sendable) -> None:
        """Sends them in a row."""
        for event in events:
            await self.connection.send(event)

    async def until(self, happens: Callable[[], bool]) -> None:
        """Waits for more to come until something is so."""
        async with asyncio.timeout(LATE_S):
            while not happens():
                await self._comes()

    async def over(self) -> None:
        """Waits for the connection's end."""
        while not self.closed:
            await self._comes()

    async def _comes(self) -> None:
        self._more.clear()
        await self._more.wait()

    async def next(self, kind: type[Kind]) -> Event:
        """The next event of a kind, after the last one that was asked for."""
        return await self._next(lambda event: event if kind.is_type(event.type) else None)

    async def next_hark(self, kind: type[H], **values: object) -> H:
        """The next hark/ event of a kind with these values, after the last event that was asked for."""

        def fits(event: Event) -> H | None:
            said = hark.parse(event)
            if not isinstance(said, kind):
                return None
            return said if all(getattr(said, name) == value for name, value in values.items()) else None

        return await self._next(fits)

    async def _next(self, fits: Callable[[Event], T | None]) -> T:
        async with asyncio.timeout(LATE_S):
            while True:
                for _, event in self.received[self._looked_at :]:
                    self._looked_at += 1
                    if (found := fits(event)) is not None:
                        return found
                assert not self.closed, "the connection has ended"
                await self._comes()

    def all(self, kind: type[Kind]) -> list[Event]:
        """All that have come of a kind."""
        return [event for _, event in self.received if kind.is_type(event.type)]

    def all_hark(self, kind: type[H]) -> list[H]:
        """All hark/ events that have come of a kind."""
        return [said for _, event in self.received if isinstance(said := hark.parse(event), kind)]

    def forget(self) -> None:
        """What has come so far is of no interest any more."""
        self.received.clear()
        self._looked_at = 0

    def types(self) -> list[str]:
        """The types of all that has come; the names of hark/ events."""
        return [said.NAME if (said := hark.parse(event)) else event.type for _, event in self.received]


P = TypeVar("P", bound=Peer)


@asynccontextmanager
async def reading(peer: P) -> AsyncIterator[P]:
    """The peer reads while the context lasts, and then closes."""
    async with peer.connection:
        task = asyncio.create_task(peer.read())
        try:
            yield peer
        finally:
            task.cancel()
            await asyncio.wait([task])


async def _ping(peer: Peer) -> None:
    try:
        while True:
            if peer.pings:
                await peer.send(Ping())
            await asyncio.sleep(PING_S)
    except WireError:
        return


@asynccontextmanager
async def controller(port: int, hub: str = "") -> AsyncIterator[Peer]:
    """Dials a satellite and leads it, as a plain controller or as the hub of a name; pings while the context lasts."""
    async with AsyncExitStack() as stack:
        peer = await stack.enter_async_context(reading(Peer(await dial(LOOPBACK, port, timeout_s=1.0))))
        if hub:
            await peer.send(hark.Hello(hub, hark.CAPABILITIES))
        await peer.send(RunSatellite())
        pinging = asyncio.create_task(_ping(peer))
        try:
            await asyncio.sleep(0.01)
            yield peer
        finally:
            pinging.cancel()
            await asyncio.wait([pinging])


def speech_events(seconds: float) -> list[AudioChunk]:
    """So much sound in chunks."""
    sound = SPEECH.bytes(CHUNK_S) // 2 * b"\1\1"
    return [AudioChunk(SPEECH.rate, SPEECH.width, SPEECH.channels, sound) for _ in range(round(seconds / CHUNK_S))]


def reply_events(turn: str, seconds: float) -> list[Sendable]:
    """A hub's whole reply."""
    start = AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels)
    return [hark.Turn(turn, "reply"), start, *speech_events(seconds), AudioStop(), hark.Turn(turn, "end")]


# For the hub

CLOCK_AHEAD_S = 1000.0  # of the scripted satellite's clock before the hub's
QUESTION_S = 1.0


class SatellitePeer(Peer):
    """A satellite's end of a connection: answers what every satellite answers, plays what it is sent at once."""

    def __init__(self, connection: Connection, name: str, identity: str | None = None) -> None:
        super().__init__(connection)
        self.name, self.identity = name, identity
        self.turns = 0
        self.played_s = 0.0
        self.plays = True

    @property
    def turn(self) -> str:
        """Of the latest wake word."""
        return f"{self.name}:{self.turns}"

    def clock(self) -> float:
        """The satellite's own."""
        return asyncio.get_running_loop().time() + CLOCK_AHEAD_S

    async def answer(self, event: Event) -> None:
        """See Peer."""
        if Ping.is_type(event.type):
            await self.send(Pong(text=event.data.get("text")))
        elif Describe.is_type(event.type):
            await self.send(self.info())
        elif AudioChunk.is_type(event.type) and self.plays:
            self.played_s += SPEECH.seconds(len(event.payload or b""))
            await self.send(hark.Playback(self.turn, 0, self.played_s * 1000, 0))
        match hark.parse(event):
            case hark.Hello():
                await self.send(hark.Hello(self.name, hark.CAPABILITIES, self.identity))
            case hark.Clock(t0=asked):
                await self.send(hark.Clock(asked, self.clock(), self.clock()))

    def info(self) -> Info:
        """Of a satellite in the room of its own name."""
        about = Attribution(name="Hark", url="https://example.org")
        told = Satellite(self.name, about, installed=True, description=None, version=None, area=f"{self.name} area")
        return Info(satellite=told)

    async def wake(self) -> str:
        """The wake word; returns the new turn."""
        self.turns += 1
        self.played_s = 0.0
        await self.send(hark.Turn(self.turn, "wake", name="hey_jarvis", score=0.9, level=-30.0))
        return self.turn

    async def speak(self, seconds: float = QUESTION_S) -> None:
        """A question in real time, and silence after it until the hub has heard enough."""
        await self.send(VoiceStarted())
        await self.stream(seconds)
        await self.send(VoiceStopped())

    async def stream(self, seconds: float) -> None:
        """So much sound, in real time."""
        for chunk in speech_events(seconds):
            await asyncio.sleep(CHUNK_S)
            await self.send(chunk)

    async def ask(self) -> str:
        """The wake word, a question and the silence that ends it; returns the turn."""
        turn = await self.wake()
        await self.speak()
        await self.stream(1.0)
        return turn


class FakeSatellite:
    """A satellite that hubs can dial; each connection is a SatellitePeer."""

    def __init__(self, name: str = "kitchen", identity: str | None = None) -> None:
        self.name, self.identity = name, identity
        self.port = free_port()
        self.dialled: list[float] = []
        self.hub: SatellitePeer | None = None
        self.peers: list[SatellitePeer] = []
        self.makes = SatellitePeer
        self._came = asyncio.Event()

    @property
    def address(self) -> str:
        """As a hub's settings name it."""
        return f"{LOOPBACK}:{self.port}"

    async def serve(self, connection: Connection) -> None:
        """Serves one hub."""
        self.dialled.append(asyncio.get_running_loop().time())
        async with reading(self.makes(connection, self.name, self.identity)) as peer:
            self.hub = peer
            self.peers.append(peer)
            self._came.set()
            await peer.over()

    @asynccontextmanager
    async def up(self) -> AsyncIterator[FakeSatellite]:
        """Listens while the context lasts."""
        async with serve(LOOPBACK, self.port, self.serve):
            yield self

    async def led(self) -> SatellitePeer:
        """Waits for the next hub to dial and to greet."""
        async with asyncio.timeout(LATE_S):
            self._came.clear()
            await self._came.wait()
        assert self.hub is not None
        await self.hub.next_hark(hark.Hello)
        return self.hub
