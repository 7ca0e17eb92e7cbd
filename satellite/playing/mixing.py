"""What sounds, and what it is together: the mixer's arithmetic. Pure.

Strategy: every source gives 20 ms of 16 bit sound at a time; the voices are summed and ducked, the sounds are added,
the volume is applied, the ring at a volume of its own and what fades out are added, and what is too loud saturates.

Rules: a gain never jumps while something sounds, it moves in a straight line over RAMP_S: no clicks. A source that is
cut while others sound fades out over a piece. Sounds play one after the other, each waits at most once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from wire.pcm import FULL_SCALE, PcmFormat

PIECE_S = 0.02  # of sound that is mixed at a time: what is asked of the mixer is heard this much later at most
RAMP_S = 0.02  # of every change of gain: below 5 ms it clicks, and a new volume shall be there within a piece
DUCKED_DB = -15.0  # of a reply while somebody may be speaking: clearly lower, still to be understood
VOLUME_DB = 40.0  # from the least volume to the full one; 1 % more is 0.4 dB louder wherever it stands

Samples = np.ndarray[tuple[int], np.dtype[np.float32]]


class Source(Protocol):
    """Something that sounds."""

    name: str

    def pull(self, size: int) -> bytes:
        """The next sound: 16 bit, mono, at most `size` bytes; b"" where there is none (any more)."""


class Clip:
    """A source of sound that is there in whole, played once or again and again."""

    def __init__(self, name: str, pcm: bytes, again: bool = False) -> None:
        self.name = name
        self._pcm = pcm
        self._again = again
        self._at = 0

    def pull(self, size: int) -> bytes:
        """See Source."""
        if self._again and self._at >= len(self._pcm):
            self._at = 0
        self._at += size
        return self._pcm[self._at - size : self._at]


def volume_gain(volume: float) -> float:
    """The factor for a volume from 0 (silence) to 1 (as it is), even steps of which are heard as even."""
    return float(10 ** ((min(volume, 1.0) - 1) * VOLUME_DB / 20)) if volume > 0 else 0.0


class Ramp:
    """A gain on its way to another, in a straight line of `samples` steps from wherever it is."""

    def __init__(self, gain: float, samples: int) -> None:
        self._gain = self._target = gain
        self._samples = samples
        self._step = 0.0

    @property
    def gain(self) -> float:
        """Where it is now."""
        return self._gain

    def to(self, target: float) -> None:
        """Sets out for another gain."""
        self._target = target
        self._step = (target - self._gain) / self._samples

    def settle(self) -> None:
        """Is there at once: nothing sounds."""
        self._gain = self._target

    def take(self, count: int) -> Samples | float:
        """The gains of the next samples; a single one for all of them where it does not move."""
        if self._gain == self._target:
            return self._gain
        line = self._gain + self._step * np.arange(1, count + 1)
        line = np.minimum(line, self._target) if self._step > 0 else np.maximum(line, self._target)
        self._gain = float(line[-1])
        gains: Samples = line.astype(np.float32)
        return gains


def summed(parts: Sequence[bytes], samples: int) -> Samples:
    """The sum of 16-bit sounds that begin together, each at most `samples` long."""
    total = np.zeros(samples, np.float32)
    for pcm in parts:
        total[: len(pcm) // 2] += np.frombuffer(pcm, "<i2")
    return total


def saturated(samples: Samples) -> bytes:
    """As 16 bit."""
    return np.clip(np.rint(samples), -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes()


class Desk:
    """All sources, and the gains at which they are mixed."""

    def __init__(self, mixed: PcmFormat) -> None:
        ramp = round(RAMP_S * mixed.rate)
        self.voices: list[Source] = []
        self.duck = Ramp(1.0, ramp)
        self.volume = Ramp(1.0, ramp)
        self.ring_volume = Ramp(1.0, ramp)
        self._size = mixed.bytes(PIECE_S)
        self._sounds: deque[Clip] = deque()
        self._ring: Clip | None = None
        self._fading = Clip("", b"")
        self._voiced = False  # whether a voice sounded in the latest piece

    @property
    def sounding(self) -> bool:
        """Whether anything sounds but what is fading out."""
        return self._voiced or bool(self._sounds) or self._ring is not None

    @property
    def ringing(self) -> bool:
        """Whether a ring sounds."""
        return self._ring is not None

    @property
    def name(self) -> str:
        """Of what sounds."""
        sources = [*(self.voices if self._voiced else []), *self._sounds, *([self._ring] if self._ring else [])]
        return sources[0].name if sources else ""

    def play(self, clip: Clip) -> None:
        """Plays it after the sounds that wait, unless it is among them."""
        if all(waiting.name != clip.name for waiting in self._sounds):
            self._sounds.append(clip)

    def ring(self, clip: Clip | None) -> None:
        """Plays it beside all else, until None comes."""
        if clip is None and self._ring is not None:
            self._fade_out([self._ring], self.ring_volume.gain)
        self._ring = clip

    def cut_voices(self) -> None:
        """The voices are about to fall silent: what they had next fades out."""
        self._fade_out(self.voices, self.duck.gain * self.volume.gain)
        self._voiced = False

    def cut_all(self) -> None:
        """Sounds and voices are lost; a ring goes on."""
        self._sounds.clear()
        self._voiced = False

    def settle(self) -> None:
        """Nothing has sounded just now: gains are where they were going."""
        self._fading = Clip("", b"")
        self.duck.settle()
        self.volume.settle()
        self.ring_volume.settle()

    def mix(self) -> bytes:
        """The next piece, at most 20 ms; b"" where nothing sounds."""
        voices, ring = self._pull(self.voices), self._pull([self._ring] if self._ring else [])
        sound, fading = [self._next_sound()], self._pull([self._fading])
        self._voiced = bool(voices)
        samples = self._size // 2
        duck, volume, ring_volume = (gain.take(samples) for gain in (self.duck, self.volume, self.ring_volume))
        heard = (summed(voices, samples) * duck + summed(sound, samples)) * volume
        heard += summed(ring, samples) * ring_volume + summed(fading, samples)
        return saturated(heard[: max(map(len, [*voices, *ring, *sound, *fading])) // 2])

    def _next_sound(self) -> bytes:
        while self._sounds:
            if pcm := self._sounds[0].pull(self._size):
                return pcm
            self._sounds.popleft()
        return b""

    def _pull(self, sources: Sequence[Source]) -> list[bytes]:
        return [pcm for source in sources if (pcm := source.pull(self._size))]

    def _fade_out(self, sources: Sequence[Source], gain: float) -> None:
        samples = self._size // 2
        ends = summed(self._pull([self._fading]), samples) + summed(self._pull(sources), samples) * gain
        self._fading = Clip("", saturated(ends * np.linspace(1, 0, samples, dtype=np.float32)))
