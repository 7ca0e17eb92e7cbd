"""The hub's services with scripted engines on a real socket, and a client of theirs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event

from config.hub import HubSettings
from config.loading import build, one, read
from hub.engines import Engines, Texts
from hub.llm.conversation import Conversations
from hub.serve.server import Server
from hub.stt.activity import VoiceActivity
from hub.tts.tiers import Tiers
from tests.fakes import LOUD, FakeRecognizer, FakeResponder, FakeVoice, always_the_end
from tests.peers import Peer, reading
from tests.settings import HUB_TOML
from tests.wire_pairs import LOOPBACK, serving
from wire.connection import Connection, Sendable, dial
from wire.framing import encode
from wire.pcm import SPEECH, PcmFormat

WORDS = "turn on the kitchen light"
CHUNK_S = 0.1
AREAS = {"d3v1c3": "Office"}


class LoudIsVoice:
    """A detector of voice that goes by the last sample of each frame."""

    frame_bytes = SPEECH.bytes(0.032)
    threshold = 0.5

    def probability(self, frame: bytes) -> float:
        """See hub.stt.activity.VoiceActivity."""
        return float(np.frombuffer(frame, "<i2")[-1] >= LOUD)


@dataclass
class Served:
    """Settings and engines of the services; `settings` are the keys that differ from the shipped ones.

    `texts` answers texts in the place of the scripted `responder`.
    """

    settings: dict[str, object] = field(default_factory=dict)
    recognizer: FakeRecognizer = field(default_factory=lambda: FakeRecognizer(WORDS))
    voice: FakeVoice = field(default_factory=FakeVoice)
    vad: Callable[[], VoiceActivity] | None = LoudIsVoice
    responder: FakeResponder = field(default_factory=lambda: FakeResponder(["It is ", "ten o'clock."]))
    conversations: Conversations = field(default_factory=lambda: Conversations(time.monotonic))
    texts: Texts | None = None

    @asynccontextmanager
    async def up(self) -> AsyncIterator[int]:
        """Serves while the context lasts; gives the port. Nothing may be left of any engine's work."""
        layers = [read(HUB_TOML), *(one(key, value, "test") for key, value in self.settings.items())]
        texts = self.texts or Texts(self.responder, self.conversations, AREAS.get)
        voices, nobody = Tiers({"scripted": self.voice}), FakeResponder([])
        engines = Engines(self.recognizer, self.vad, always_the_end, nobody, voices, texts=texts)
        server = Server(build(HubSettings, layers), engines)
        async with serving(server.attend, unwanted=server.unwanted, most=64) as port:
            yield port
        assert self.working == 0

    @property
    def working(self) -> int:
        """Utterances that are being heard, clauses that are being spoken and texts that are being answered."""
        return self.recognizer.open + self.voice.open + self.responder.open

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Peer]:
        """Serves one client while the context lasts."""
        async with self.up() as port, connected(port) as peer:
            yield peer


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Peer]:
    """Another client."""
    async with reading(Peer(await dial(LOOPBACK, port, timeout_s=1.0))) as peer:
        yield peer


class Older(Peer):
    """A client whose events were written with another version of the wyoming library, or tell none."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, version: bytes) -> None:
        super().__init__(Connection(reader, writer))
        self._writer, self._version = writer, version

    async def send(self, *events: Event | Sendable) -> None:
        """Sends them in a row."""
        ours = encode(Event("")).removeprefix(b'{"type": ""').removesuffix(b"}\n")
        for event in events:
            data = encode(event if isinstance(event, Event) else event.event())
            self._writer.write(data.replace(ours, self._version, 1))
            await self._writer.drain()


@asynccontextmanager
async def connected_as(port: int, version: bytes) -> AsyncIterator[Peer]:
    """Another client, whose headers have `version` in the place of ', "version": "…"'."""
    async with reading(Older(*await asyncio.open_connection(LOOPBACK, port), version)) as peer:
        yield peer


def started(kind: PcmFormat = SPEECH) -> Event:
    """The beginning of an utterance."""
    return AudioStart(kind.rate, kind.width, kind.channels).event()


def chunk(pcm: bytes, kind: PcmFormat = SPEECH) -> Event:
    """Some of its sound."""
    return AudioChunk(kind.rate, kind.width, kind.channels, pcm).event()


def voice(seconds: float, kind: PcmFormat = SPEECH) -> bytes:
    """So much loud sound: a constant level, which every resampler keeps."""
    level = b"\xc0" if kind.width == 1 else (1 << (8 * kind.width - 2)).to_bytes(kind.width, "little")
    return level * (kind.bytes(seconds) // kind.width)


def chunks(seconds: float, kind: PcmFormat = SPEECH) -> list[Event]:
    """Somebody speaks for so long."""
    return [chunk(voice(CHUNK_S, kind), kind) for _ in range(round(seconds / CHUNK_S))]


def hush(seconds: float) -> list[Event]:
    """Nobody speaks for so long."""
    return [chunk(SPEECH.silence(CHUNK_S)) for _ in range(round(seconds / CHUNK_S))]


def spoken(seconds: float, kind: PcmFormat = SPEECH) -> list[Event]:
    """A whole utterance."""
    return [started(kind), *chunks(seconds, kind), AudioStop().event()]


async def live(client: Peer, events: list[Event]) -> None:
    """Sends sound at the pace of a microphone."""
    for event in events:
        await asyncio.sleep(CHUNK_S)
        await client.send(event)


@asynccontextmanager
async def others() -> AsyncIterator[list[int]]:
    """Grows by one each time that the event loop turns to others, while the context lasts."""
    rounds: list[int] = []

    async def turning() -> None:
        while True:
            rounds.append(len(rounds))
            await asyncio.sleep(0)

    task = asyncio.create_task(turning())
    try:
        yield rounds
    finally:
        task.cancel()
