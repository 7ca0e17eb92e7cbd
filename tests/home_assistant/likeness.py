"""Whether two recordings are of the same sound: the highest peak of their correlation."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np

from tests.home_assistant.client import Client
from wire.pcm import FULL_SCALE, SPEECH
from wire.wav import open_wav, read_wav

Sound = np.ndarray[tuple[int], np.dtype[np.float64]]

ALIKE = 0.9  # the same sound; the same words, spoken with other pauses, came to 0.62, other words to 0.13
OTHER = 0.4  # less than so is another sound, and none that has it in it
VOICE = "tts.hark"  # of the pipeline that the satellites have
AS_ANNOUNCED = {
    "preferred_format": "wav",
    "preferred_sample_rate": 22050,
    "preferred_sample_channels": 1,
    "preferred_sample_bytes": 2,
}
"""As Home Assistant asks for what a Wyoming satellite is to say."""


async def voiced(home: Client, text: str) -> Sound:
    """A text as Home Assistant has it spoken for announcements: the same sound, which it keeps."""
    asked = {"engine_id": VOICE, "message": text, "language": "en", "options": AS_ANNOUNCED}
    async with home.http.post("/api/tts_get_url", json=asked) as made:
        path = (await made.json())["path"]
    async with home.http.get(path) as sound:
        wav = read_wav(BytesIO(await sound.read()), path)
    return _samples(wav.resampled(SPEECH.rate, channel=1))


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


def _samples(pieces: Iterator[bytes]) -> Sound:
    return np.frombuffer(b"".join(pieces), "<i2").astype(np.float64) / FULL_SCALE
