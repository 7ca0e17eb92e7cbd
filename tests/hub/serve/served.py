"""The hub's services with scripted engines on a real socket, and a client of theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event

from config.hub import HubSettings
from config.loading import build, one, read
from hub.serve.server import Server
from hub.turn import Engines
from tests.fakes import FakeRecognizer, FakeResponder, FakeVoice
from tests.peers import Peer, reading
from tests.settings import HUB_TOML
from tests.wire_pairs import LOOPBACK, serving
from wire.connection import dial
from wire.pcm import SPEECH, PcmFormat

WORDS = "turn on the kitchen light"
CHUNK_S = 0.1


@dataclass
class Served:
    """Settings and engines of the services; `settings` are the keys that differ from the shipped ones."""

    settings: dict[str, object] = field(default_factory=dict)
    recognizer: FakeRecognizer = field(default_factory=lambda: FakeRecognizer(WORDS))
    voice: FakeVoice = field(default_factory=FakeVoice)

    @asynccontextmanager
    async def up(self) -> AsyncIterator[int]:
        """Serves while the context lasts; gives the port. Nothing may be left of any engine's work."""
        layers = [read(HUB_TOML), *(one(key, value, "test") for key, value in self.settings.items())]
        engines = Engines(self.recognizer, FakeResponder([]), self.voice)
        async with serving(Server(build(HubSettings, layers), engines).attend, most=64) as port:
            yield port
        assert self.working == 0

    @property
    def working(self) -> int:
        """Utterances that are being heard and clauses that are being spoken."""
        return self.recognizer.open + self.voice.open

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


def started(kind: PcmFormat = SPEECH) -> Event:
    """The beginning of an utterance."""
    return AudioStart(kind.rate, kind.width, kind.channels).event()


def chunk(pcm: bytes, kind: PcmFormat = SPEECH) -> Event:
    """Some of its sound."""
    return AudioChunk(kind.rate, kind.width, kind.channels, pcm).event()


def chunks(seconds: float, kind: PcmFormat = SPEECH) -> list[Event]:
    """So much sound."""
    return [chunk(kind.silence(CHUNK_S), kind) for _ in range(round(seconds / CHUNK_S))]


def spoken(seconds: float, kind: PcmFormat = SPEECH) -> list[Event]:
    """A whole utterance."""
    return [started(kind), *chunks(seconds, kind), AudioStop().event()]
