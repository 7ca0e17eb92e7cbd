"""Whether two recordings say the same: the highest peak of their correlation, for one voice says one text one way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from wyoming.audio import AudioChunk, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.tts import Synthesize

from tests.wire_pairs import LOOPBACK
from wire.pcm import FULL_SCALE, SPEECH, PcmFormat
from wire.resample import Resampler
from wire.wav import open_wav

Sound = np.ndarray[tuple[int], np.dtype[np.float64]]

ALIKE = 0.9  # the same words in the same voice; other words came to 0.3 at most


async def voiced(port: int, text: str) -> Sound:
    """A text as the Wyoming service at a port of this machine speaks it."""
    heard = b""
    async with AsyncTcpClient(LOOPBACK, port) as client:
        await client.write_event(Synthesize(text).event())
        while (event := await client.read_event()) is not None and not AudioStop.is_type(event.type):
            if AudioChunk.is_type(event.type):
                chunk = AudioChunk.from_event(event)
                source, heard = PcmFormat(chunk.rate, chunk.width, chunk.channels), heard + chunk.audio
    stream = Resampler(source, SPEECH.rate)
    return _samples([stream.push(heard), stream.flush()])


def recorded(path: Path) -> Sound:
    """What a file of the satellite's speaker holds."""
    with open_wav(path) as wav:
        return _samples(wav.resampled(SPEECH.rate, channel=1))


def likeness(heard: Sound, wanted: Sound) -> float:
    """From 0 to 1: how much of `heard`, at the best place, is `wanted`."""
    size = 1 << (len(heard) + len(wanted)).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size))
    best = float(np.abs(np.fft.irfft(product, size)).max())
    return best / float(np.linalg.norm(heard) * np.linalg.norm(wanted) + 1e-9)


def _samples(pieces: list[bytes] | Iterator[bytes]) -> Sound:
    return np.frombuffer(b"".join(pieces), "<i2").astype(np.float64) / FULL_SCALE
