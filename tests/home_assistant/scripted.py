"""A satellite that does as it is told, for Home Assistant to dial: it shows what Home Assistant itself does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wyoming.audio import AudioChunk
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, Satellite, WakeModel, WakeProgram
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import RunSatellite

from tests.peers import Kind, Peer
from tests.wire_pairs import LOOPBACK
from wire.connection import Connection
from wire.pcm import SPEECH
from wire.server import serve

NAME = "Scripted"
WORD = "hey_mycroft"  # another than Hark's, so that the two do not silence each other
CHUNK_S = 0.02
ABOUT = Attribution(name="Hark's checks", url="https://example.org")


class Talk(Peer):
    """One connection of Home Assistant's."""

    def __init__(self, connection: Connection, name: str) -> None:
        super().__init__(connection)
        self._name = name
        self.opened = asyncio.get_running_loop().time()
        self.ended = 0.0
        self.answers_pings = True

    async def answer(self, event: Event) -> None:
        """What every satellite answers."""
        if Describe.is_type(event.type):
            await self.send(_info(self._name))
        elif Ping.is_type(event.type) and self.answers_pings:
            await self.send(Pong(text=Ping.from_event(event).text))

    async def run(self, start: PipelineStage = PipelineStage.ASR) -> None:
        """Asks for a run."""
        await self.send(RunPipeline(start_stage=start, end_stage=PipelineStage.TTS))

    async def speak(self, pcm: bytes) -> None:
        """Sends sound at the pace of a microphone."""
        size = SPEECH.bytes(CHUNK_S)
        for start in range(0, len(pcm), size):
            await self.send(AudioChunk(SPEECH.rate, SPEECH.width, SPEECH.channels, pcm[start : start + size]))
            await asyncio.sleep(CHUNK_S)

    async def comes(self, kind: type[Kind], within_s: float) -> Event | None:
        """The next event of a kind; None where none comes in time."""
        try:
            async with asyncio.timeout(within_s):
                return await self.next(kind)
        except TimeoutError:
            return None

    def types_since(self, mark: int) -> list[str]:
        """What has come since `mark` events had, runs of one type once, without pings."""
        named = [event.type for _, event in self.received[mark:] if not Ping.is_type(event.type)]
        return [name for name, before in zip(named, ["", *named], strict=False) if name != before]


class ScriptedSatellite:
    """Where Home Assistant dials; `talk` is the connection on which it runs the satellite."""

    def __init__(self, port: int, name: str = NAME) -> None:
        self.port, self.name = port, name
        self.talk: Talk | None = None
        self._changed = asyncio.Event()

    async def led(self, after: Talk | None = None, within_s: float = 30.0) -> Talk:
        """The connection that Home Assistant leads by, another than `after`."""
        async with asyncio.timeout(within_s):
            while self.talk is None or self.talk is after:
                self._changed.clear()
                await self._changed.wait()
        return self.talk

    async def _serve(self, connection: Connection) -> None:
        talk = Talk(connection, self.name)
        reading = asyncio.create_task(talk.read())
        try:
            await talk.until(lambda: talk.closed or bool(talk.all(RunSatellite)))
            if talk.all(RunSatellite):
                self.talk = talk
                self._changed.set()
            await reading
        finally:
            reading.cancel()
            talk.ended = asyncio.get_running_loop().time()

    @asynccontextmanager
    async def up(self) -> AsyncIterator[ScriptedSatellite]:
        """Listens while the context lasts."""
        async with serve(LOOPBACK, self.port, self._serve):
            yield self


def _info(name: str) -> Info:
    model = WakeModel(WORD, ABOUT, True, None, None, ["en"], "hey mycroft")
    told = Satellite(name, ABOUT, installed=True, description=None, version=None)
    return Info(satellite=told, wake=[WakeProgram("scripted", ABOUT, True, None, None, [model])])
