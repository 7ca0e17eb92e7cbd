"""Linear PCM sound: its format, and the arithmetic that everything which counts audio shares.

Samples are signed little-endian integers, interleaved by channel. Durations are in seconds unless a name
says otherwise, and always derive from counted bytes: audio is the clock of all that hears.
"""

from __future__ import annotations

import builtins
import math
from dataclasses import dataclass

import numpy as np

FULL_SCALE = 32768.0  # of 16-bit samples
SILENCE_DBFS = -120.0  # what digital silence is said to measure; below the quantisation noise of 16 bits (-98 dB)


class PcmError(ValueError):
    """The sound is not of a format that can be used; says which and what was expected."""


@dataclass(frozen=True, slots=True)
class PcmFormat:
    """Sample rate in hertz, sample width in bytes, number of interleaved channels."""

    rate: int
    width: int = 2
    channels: int = 1

    def __post_init__(self) -> None:
        """Refuses what no sound card or engine would send, so that nobody has to check it again."""
        if any(type(number) is not int for number in (self.rate, self.width, self.channels)):
            raise PcmError("rate, width and channels of a sound are not whole numbers")
        if not 8_000 <= self.rate <= 192_000:
            raise PcmError(f"a sample rate of {self.rate} Hz is outside 8000 to 192000 Hz")
        if self.width not in (1, 2, 3, 4):
            raise PcmError(f"a sample width of {self.width} bytes is none of 1, 2, 3, 4")
        if not 1 <= self.channels <= 32:
            raise PcmError(f"{self.channels} channels are outside 1 to 32")

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return self.width * self.channels

    def seconds(self, size: int) -> float:
        """The duration of `size` bytes."""
        return size / (self.rate * self.frame_bytes)

    def bytes(self, seconds: float) -> int:
        """The size of `seconds` of sound, rounded to whole frames."""
        return round(seconds * self.rate) * self.frame_bytes

    def silence(self, seconds: float) -> builtins.bytes:
        """Digital silence; 8-bit sound is unsigned and rests at its middle."""
        return (b"\x80" if self.width == 1 else b"\x00") * self.bytes(seconds)

    def __str__(self) -> str:
        return f"{self.rate} Hz, {self.width * 8} bit, {self.channels} channel{'s' if self.channels > 1 else ''}"


SPEECH = PcmFormat(16_000)
"""What wake words, voice activity and speech-to-text all want, and so what travels to the hub."""


def level_dbfs(pcm: bytes) -> float:
    """The root mean square level of 16-bit sound, in dB below a full-scale square wave."""
    if len(pcm) < 2:
        return SILENCE_DBFS
    samples = np.frombuffer(pcm, dtype="<i2", count=len(pcm) // 2).astype(np.float64)
    power = float(np.mean(samples * samples))
    return max(SILENCE_DBFS, 10 * math.log10(power / FULL_SCALE**2)) if power else SILENCE_DBFS


class Framer:
    """Cuts a stream of bytes into frames of one size, however it arrives.

    What is left over waits for more, so at most one frame is ever held back.
    """

    def __init__(self, frame_bytes: int) -> None:
        if frame_bytes <= 0:
            raise PcmError(f"a frame of {frame_bytes} bytes holds nothing")
        self._size = frame_bytes
        self._rest = b""

    def push(self, pcm: bytes) -> list[bytes]:
        """Takes in any number of bytes; returns the whole frames that are now complete."""
        held = self._rest + pcm
        whole = len(held) - len(held) % self._size
        self._rest = held[whole:]
        return [held[start : start + self._size] for start in range(0, whole, self._size)]

    def flush(self) -> bytes:
        """Returns what is left over (shorter than a frame, perhaps empty) and starts afresh."""
        rest, self._rest = self._rest, b""
        return rest
