"""A mixer on a scripted speaker, for laws of what is heard, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np

from config.loading import build, one, read
from config.satellite import SatelliteSettings
from satellite.playing.mixer import Mixer
from satellite.sound.speaker import SpeakerError
from tests.settings import SATELLITE_TOML
from wire.pcm import PcmFormat

DEVICE_S = 0.04  # of sound that the speaker holds


def with_settings(**values: object) -> SatelliteSettings:
    """The default settings with some of their own: playback__rate=16000."""
    changed = [one(key.replace("__", "."), value, "test") for key, value in values.items()]
    return build(SatelliteSettings, [read(SATELLITE_TOML), *changed])


@dataclass
class HeardStream:
    """Holds 40 ms, as a sound card does; what is dropped is not heard."""

    speaker: HeardSpeaker
    sound: PcmFormat
    ends: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    async def play(self, pcm: bytes) -> float:
        """See satellite.sound.speaker.SpeakerStream."""
        if self.speaker.breaks_after_s is not None and self.speaker.heard_s >= self.speaker.breaks_after_s:
            raise SpeakerError("the speaker was pulled out; plug it in")
        now = asyncio.get_running_loop().time()
        at = max(now, self.ends)
        self.ends = at + self.sound.seconds(len(pcm))
        self.speaker.pieces.append((at, pcm))
        await asyncio.sleep(max(0.0, self.ends - DEVICE_S - now))
        return at

    async def drain(self) -> float:
        """See satellite.sound.speaker.SpeakerStream."""
        await asyncio.sleep(max(0.0, self.ends - asyncio.get_running_loop().time()))
        return self.ends


@dataclass
class HeardSpeaker:
    """Knows what was heard, when, and under what name; can be broken, or break."""

    broken: bool = False
    breaks_after_s: float | None = None
    tried: int = 0
    open: int = 0
    names: list[str] = field(default_factory=list)
    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    sound: PcmFormat | None = None

    @asynccontextmanager
    async def stream(self, sound: PcmFormat, name: str) -> AsyncIterator[HeardStream]:
        """See satellite.sound.speaker.Speaker."""
        self.tried += 1
        if self.broken:
            raise SpeakerError("the speaker was pulled out; plug it in")
        assert not self.open, "the speaker is open already"
        self.open += 1
        self.sound = sound
        self.names.append(name)
        try:
            yield HeardStream(self, sound)
        finally:
            self.open -= 1
            self._drop(asyncio.get_running_loop().time())

    def _drop(self, now: float) -> None:
        """What was to be heard after `now` is not."""
        assert self.sound is not None
        heard = [(at, pcm[: self.sound.bytes(max(0.0, now - at))]) for at, pcm in self.pieces]
        self.pieces = [(at, pcm) for at, pcm in heard if pcm]

    @property
    def heard_s(self) -> float:
        """Seconds of sound."""
        return sum(self.sound.seconds(len(pcm)) for _, pcm in self.pieces) if self.sound else 0.0

    @property
    def heard(self) -> bytes:
        """All of it, without the pauses between streams."""
        return b"".join(pcm for _, pcm in self.pieces)

    @property
    def last_at(self) -> float:
        """When the last sample that is not silence was heard."""
        assert self.sound is not None
        for at, pcm in reversed(self.pieces):
            if (loud := np.flatnonzero(np.frombuffer(pcm, "<i2"))).size:
                return at + float(loud[-1] + 1) / self.sound.rate
        return 0.0


@asynccontextmanager
async def playing(mixer: Mixer) -> AsyncIterator[Mixer]:
    """The mixer runs while the context lasts."""
    running = asyncio.create_task(mixer.run())
    await asyncio.sleep(0)
    try:
        yield mixer
        assert not running.done(), "the mixer has ended"
    finally:
        running.cancel()
        await asyncio.wait([running])
