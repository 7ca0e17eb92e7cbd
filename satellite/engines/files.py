"""WAV files in the place of a sound card, at a sound card's pace: for the demo, tests and benchmarks.

The microphone plays a file once, or each file that is put into a folder, and low noise in between: a room is
never digitally silent, and wake word models misfire on zeros. Labels in Audacity's format beside a recording
(`question.txt` beside `question.wav`: start, end, "speech") say where speech ends.
"""

from __future__ import annotations

import asyncio
import logging
import struct
import wave
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count, islice
from pathlib import Path

import numpy as np

from satellite.sound.microphone import FRAME_S, Frame, MicrophoneError
from satellite.sound.speaker import SpeakerError
from wire.pcm import SPEECH, PcmFormat

_log = logging.getLogger(__name__)

NOISE_RMS = 12  # of 32768: -69 dBFS, a quiet room through a cheap microphone
NOISE_S = 2.0  # of noise, played over and over
LONGEST_S = 600  # of one recording; more would be held in memory
LOOK_EVERY = 5  # frames between two looks into a folder
BUNDLE = 3  # frames handed over at a time, as a sound card does (microphone.piece_ms): each waking costs
HEADER_BYTES = 44  # of a WAV file
DEVICE_S = 0.04  # of sound that the speaker takes ahead, as a sound card's buffer does


def read_recording(path: Path) -> bytes:
    """Returns the sound of a WAV file of 16 kHz, 16 bit, mono; raises MicrophoneError for any other file."""
    try:
        with wave.open(str(path), "rb") as file:
            found = PcmFormat(file.getframerate(), file.getsampwidth(), file.getnchannels())
            if found != SPEECH:
                raise MicrophoneError(f"{path} has {found}; convert it to {SPEECH}")
            if file.getnframes() > LONGEST_S * SPEECH.rate:
                raise MicrophoneError(f"{path} is longer than {LONGEST_S} s; cut it into pieces")
            return file.readframes(file.getnframes())
    except OSError as error:
        raise MicrophoneError(f"cannot read {path}: {error.strerror}; check the path and its rights") from None
    except (wave.Error, EOFError, ValueError, RuntimeError) as error:  # the last is wave's for a chunk without an end
        raise MicrophoneError(f"{path} is not a WAV file that can be played ({error}); give {SPEECH}") from None


def speech_end_s(path: Path) -> float | None:
    """The end of the last speech label in the label track beside a recording, None where there is none."""
    try:
        lines = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
        end = max(float(line.split("\t")[1]) for line in lines if line.split("\t")[2:] == ["speech"])
    except (OSError, ValueError, IndexError):
        return None
    return end if 0 <= end <= LONGEST_S else None


class FileMicrophone:
    """Plays a WAV file, or every WAV file that appears in a folder in the order of names, at real time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._played: set[Path] = set()
        if not path.is_dir():
            read_recording(path)

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """See satellite.sound.microphone.Microphone."""
        loop = asyncio.get_running_loop()
        start, sound = loop.time(), self._sound()
        for first in count(step=BUNDLE):
            await asyncio.sleep(max(0.0, start + (first + BUNDLE) * FRAME_S - loop.time()))
            for number, (pcm, ends_speech) in enumerate(islice(sound, BUNDLE), first + 1):
                yield Frame(pcm, start + number * FRAME_S, ends_speech)

    def _sound(self) -> Iterator[tuple[bytes, bool]]:
        noise = _low_noise()
        for number, hush in enumerate(noise):
            if number % LOOK_EVERY == 0 and (path := self._next()):
                yield from _frames(path, next(noise))
            yield hush, False

    def _next(self) -> Path | None:
        paths = sorted(self._path.glob("*.wav")) if self._path.is_dir() else [self._path]
        path = next((path for path in paths if path not in self._played), None)
        if path:
            self._played.add(path)
        return path


def _frames(path: Path, hush: bytes) -> Iterator[tuple[bytes, bool]]:
    try:
        pcm = read_recording(path)
    except MicrophoneError as error:
        _log.error("%s", error)
        return
    end = speech_end_s(path)
    size = SPEECH.bytes(FRAME_S)
    last = None if end is None else min(SPEECH.bytes(end), len(pcm) - 1) // size
    for index, start in enumerate(range(0, len(pcm), size)):
        frame = pcm[start : start + size]
        yield frame + hush[len(frame) :], index == last


def _low_noise() -> Iterator[bytes]:
    size = SPEECH.bytes(FRAME_S)
    samples = np.random.default_rng(0).normal(0, NOISE_RMS, round(NOISE_S * SPEECH.rate)).astype("<i2").tobytes()
    while True:
        for start in range(0, len(samples), size):
            yield samples[start : start + size]


class FileSpeaker:
    """Writes the latest reply to one WAV file, or each reply to one of its own in a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_dir() and not path.parent.is_dir():
            raise SpeakerError(f"cannot write {path}: its folder does not exist; make it or name another")

    @asynccontextmanager
    async def stream(self, sound: PcmFormat, name: str) -> AsyncIterator[PacedStream]:
        """See satellite.sound.speaker.Speaker."""
        safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
        path = self._path / f"{safe}.wav" if self._path.is_dir() else self._path
        try:
            with path.open("wb") as file:
                file.write(_header(sound, 0))
                try:
                    yield PacedStream(sound, file.write)
                finally:
                    size = file.tell()
                    file.seek(0)
                    file.write(_header(sound, size - HEADER_BYTES))
        except OSError as error:
            raise SpeakerError(f"cannot write {path}: {error.strerror}; check the path, its rights and space") from None


def _header(sound: PcmFormat, size: int) -> bytes:
    """Of a WAV file. The module wave leaves a writer behind that complains for ever where the disk is full."""
    layout = (sound.channels, sound.rate, sound.rate * sound.frame_bytes, sound.frame_bytes, 8 * sound.width)
    parts = (b"RIFF", HEADER_BYTES - 8 + size, b"WAVE", b"fmt ", 16, 1, *layout, b"data", size)
    return struct.pack("<4sI4s4sIHHIIHH4sI", *parts)


class NoSpeaker:
    """A speaker of no device: takes sound at its pace and forgets it."""

    @asynccontextmanager
    async def stream(self, sound: PcmFormat, name: str) -> AsyncIterator[PacedStream]:
        """See satellite.sound.speaker.Speaker."""
        yield PacedStream(sound, lambda pcm: None)


class PacedStream:
    """Takes sound at the pace of a sound card that holds 40 ms."""

    def __init__(self, sound: PcmFormat, write: Callable[[bytes], object]) -> None:
        self._sound = sound
        self._write = write
        self._end = asyncio.get_running_loop().time()  # when all that was taken will have been heard

    async def play(self, pcm: bytes) -> float:
        """See satellite.sound.speaker.SpeakerStream."""
        now = asyncio.get_running_loop().time()
        heard = max(now, self._end)
        self._end = heard + self._sound.seconds(len(pcm))
        self._write(pcm)
        await asyncio.sleep(max(0.0, self._end - DEVICE_S - now))
        return heard

    async def drain(self) -> float:
        """See satellite.sound.speaker.SpeakerStream."""
        await asyncio.sleep(max(0.0, self._end - asyncio.get_running_loop().time()))
        return self._end
