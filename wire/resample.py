"""Makes any linear PCM stream one of 16 bit, mono, at the rate that is wanted.

Strategy: bytes to samples in floating point, one channel of them or all mixed, then soxr's streaming
resampler (libsoxr, LGPL; https://sourceforge.net/projects/soxr/), then rounded to 16 bit with saturation. Each step
is skipped where the source has what is wanted already, so that sound which fits passes through untouched.

Rules: the only file that imports soxr. How the stream is cut into pieces never changes what comes out. The
filter looks ahead: what comes out lags 35 to 43 ms behind what goes in, until `flush`. Cost on one core of a
laptop: about 0.5 ms for each second of sound in pieces of 20 ms.
"""

from __future__ import annotations

import numpy as np
import soxr

from wire.pcm import FULL_SCALE, PcmError, PcmFormat

QUALITY = "HQ"  # 20 bit; the medium quality lags and costs the same, the low one cuts the upper fifth of the band
MIX = 0  # in the place of a channel's number: the mean of all

Samples = np.ndarray[tuple[int], np.dtype[np.float32]]


class Resampler:
    """One stream of sound in the format `source`, on its way to 16 bit, mono, `rate` Hz.

    `channel` is the one that is taken, counted from 1; MIX takes the mean of all. Raises PcmError for a rate or
    a channel that cannot be.
    """

    def __init__(self, source: PcmFormat, rate: int, channel: int = MIX) -> None:
        self._source = source
        self._wanted = PcmFormat(rate)
        self._channel = channel
        self._rest = b""
        if not 0 <= channel <= source.channels:
            raise PcmError(
                f"there is no channel {channel} in sound of {source}; take 1 to {source.channels}, or 0 for all"
            )
        self._stream = None if rate == source.rate else soxr.ResampleStream(source.rate, rate, 1, quality=QUALITY)

    def push(self, pcm: bytes) -> bytes:
        """Takes in any number of bytes of the source; returns what is ready of the result."""
        pcm = self._whole(pcm)
        if self._source == self._wanted or not pcm:
            return pcm
        samples = to_mono(pcm, self._source, self._channel)
        return to_16_bit(samples if self._stream is None else self._stream.resample_chunk(samples))

    def flush(self) -> bytes:
        """Ends the stream, returns the rest of the result and starts afresh; half a frame at the end is dropped."""
        self._rest = b""
        if self._stream is None:
            return b""
        tail = to_16_bit(self._stream.resample_chunk(np.empty(0, np.float32), last=True))
        self._stream.clear()
        return tail

    def _whole(self, pcm: bytes) -> bytes:
        held = self._rest + pcm if self._rest else pcm
        whole = len(held) - len(held) % self._source.frame_bytes
        self._rest = held[whole:]
        return held[:whole]


def to_mono(pcm: bytes, source: PcmFormat, channel: int = MIX) -> Samples:
    """Returns one channel of whole frames, or the mean of all, from -1 to 1."""
    frames = _levels(pcm, source.width).reshape(-1, source.channels)
    return np.ascontiguousarray(frames.mean(axis=1) if channel == MIX else frames[:, channel - 1], dtype=np.float32)


def _levels(pcm: bytes, width: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Samples of 1 byte are unsigned, all others signed, as in WAV files."""
    if width == 1:
        return (np.frombuffer(pcm, np.uint8).astype(np.float64) - 128) / 128
    if width == 3:  # no such type exists: the three bytes become the upper ones of four
        padded = np.zeros((len(pcm) // 3, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(pcm, np.uint8).reshape(-1, 3)
        pcm, width = padded.tobytes(), 4
    whole: np.ndarray[tuple[int], np.dtype[np.signedinteger]] = np.frombuffer(pcm, f"<i{width}")
    return whole / 2.0 ** (8 * width - 1)


def to_16_bit(samples: Samples) -> bytes:
    """Returns samples of -1 to 1 as 16 bit; what is louder saturates."""
    return bytes(np.clip(np.rint(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype("<i2"))
