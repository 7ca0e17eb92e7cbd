"""Home Assistant's end of one connection to a satellite: its order of events, its pings, its patience.

The bytes are written and read by the library wyoming, as Home Assistant does. What decides here was seen in the real
2026.11 (tests/home_assistant): run-satellite, then describe; a ping 2 s later, and 2 s after each pong; dropped after
5 s without an event; while muted neither pings nor pongs, on a socket that stays open.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.info import Describe
from wyoming.ping import Ping, Pong
from wyoming.pipeline import RunPipeline
from wyoming.satellite import PauseSatellite, RunSatellite

from wire.pcm import PcmFormat

PING_S = 2.0
SILENCE_S = 5.0
SOUND = PcmFormat(22_050)  # of all that Home Assistant has a satellite play
CHUNK_BYTES = 2048


class Failed(Exception):
    """The satellite did not do what Home Assistant needs; says what was expected."""


class Controller:
    """A connection and all that came on it; `allowance_s` is added to Home Assistant's patience."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, allowance_s: float) -> None:
        self._reader, self._writer, self._allowance_s = reader, writer, allowance_s
        self._clock = asyncio.get_running_loop().time
        self._more = asyncio.Event()
        self.received: list[tuple[float, Event]] = []
        self.muted = False
        self.closed = False
        self.why = ""

    # What it says

    async def send(self, *events: Event) -> None:
        """Sends events in a row."""
        try:
            for event in events:
                await async_write_event(event, self._writer)
        except OSError as error:
            raise Failed(f"the satellite has closed the connection ({error})") from None

    async def lead(self) -> None:
        """How Home Assistant begins."""
        await self.send(RunSatellite().event(), Describe().event())

    async def mute(self) -> None:
        """The mute switch: from here on neither pings nor pongs."""
        self.muted = True
        await self.send(PauseSatellite().event())

    async def ping(self) -> None:
        """A ping beside those that follow each pong."""
        await self.send(Ping().event())

    async def sound(self, seconds: float, begin: bool = True, end: bool = True) -> None:
        """Sound at once, as Home Assistant sends it: start, chunks of 2048 bytes, stop."""
        parts = {"rate": SOUND.rate, "width": SOUND.width, "channels": SOUND.channels}
        if begin:
            await self.send(AudioStart(**parts, timestamp=0).event())
        left = SOUND.bytes(seconds)
        while left > 0:
            await self.send(AudioChunk(**parts, audio=bytes(min(left, CHUNK_BYTES)), timestamp=0).event())
            left -= CHUNK_BYTES
        if end:
            await self.send(AudioStop(timestamp=round(seconds * 1000)).event())

    def close(self) -> None:
        """Ends the connection."""
        self._writer.close()

    # What it hears

    def mark(self) -> int:
        """A place in what was received."""
        return len(self.received)

    def all(self, event_type: str, mark: int = 0) -> list[tuple[float, Event]]:
        """What has come of a type after a place."""
        return [(at, event) for at, event in self.received[mark:] if event.type == event_type]

    async def comes(self, event_type: str, within_s: float, mark: int = 0) -> tuple[float, Event]:
        """The first event of a type after a place; raises Failed where it does not come in time."""
        await self.happens(lambda: self.all(event_type, mark), within_s, f"no {event_type} came")
        return self.all(event_type, mark)[0]

    async def may_come(self, event_type: str, within_s: float, mark: int) -> bool:
        """Whether such an event comes where it need not: no allowance is made."""
        try:
            await self._happens(lambda: self.all(event_type, mark), within_s, f"no {event_type} came")
        except Failed:
            return False
        return True

    async def happens(self, so: Callable[[], object], within_s: float, otherwise: str) -> None:
        """Waits for something to become so by an event; raises Failed."""
        await self._happens(so, within_s + self._allowance_s, otherwise)

    async def _happens(self, so: Callable[[], object], within_s: float, otherwise: str) -> None:
        try:
            async with asyncio.timeout(within_s):
                while not so():
                    if self.closed:
                        raise Failed(f"{otherwise}: {self.why}")
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise Failed(f"{otherwise} within {within_s:g} s") from None

    async def read(self) -> None:
        """Remembers events to the connection's end, and ends it as Home Assistant would."""
        pings = asyncio.create_task(self._ping())
        try:
            while True:
                async with asyncio.timeout(None if self.muted else SILENCE_S + self._allowance_s):
                    event = await async_read_event(self._reader)
                if event is None:
                    self.why = "the satellite closed the connection, or sent what is no event"
                    return None
                await self._take(event)
                if Pong.is_type(event.type):
                    pings.cancel()
                    pings = asyncio.create_task(self._ping())
        except TimeoutError:
            if self.muted:  # muted while it waited
                return await self.read()
            self.why = f"no event came for {SILENCE_S:g} s, so Home Assistant drops the connection"
        except OSError as error:
            self.why = f"the connection broke ({error})"
        finally:
            pings.cancel()
            self.closed = True
            self._more.set()

    async def _take(self, event: Event) -> None:
        self.received.append((self._clock(), event))
        if Ping.is_type(event.type) and not self.muted:
            await self.send(Pong(text=Ping.from_event(event).text).event())
        self._more.set()

    async def _ping(self) -> None:
        await asyncio.sleep(PING_S)
        if not self.muted:
            with suppress(Failed):
                await self.send(Ping().event())


@asynccontextmanager
async def connection(host: str, port: int, allowance_s: float) -> AsyncIterator[Controller]:
    """A connection on which nothing has been said yet."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError as error:
        raise Failed(f"cannot connect to {host} port {port}: {error}") from None
    controller = Controller(reader, writer, allowance_s)
    reading = asyncio.create_task(controller.read())
    try:
        yield controller
    finally:
        reading.cancel()
        controller.close()
        with suppress(OSError):
            await writer.wait_closed()


def streams_always(received: Sequence[tuple[float, Event]]) -> bool:
    """Whether the satellite leaves the wake word to Home Assistant: it asks for runs that start there."""
    runs = [RunPipeline.from_event(event) for _, event in received if RunPipeline.is_type(event.type)]
    return bool(runs) and runs[-1].start_stage.value == "wake"
