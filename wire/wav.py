"""Reads the sound of WAV files in pieces, so that an hour of it takes no more memory than a second.

Strategy: RIFF's chunks are walked from the front (https://learn.microsoft.com/windows/win32/multimedia/wave-format):
"fmt " says what the sound is, "data" is the sound, others are passed over. The module wave knows no
WAVE_FORMAT_EXTENSIBLE before Python 3.12, which is how many programs write 24 bit, and fails on pipes.

Rules: nothing is sought, so pipes are read as files are. A length that was never filled in, as a pipe or a recording
that was cut off leaves it, means "to the end". Every fault is a WavError of one sentence that names the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from wire.pcm import PcmError, PcmFormat
from wire.resample import MIX, Resampler

PIECE_S = 0.1  # of sound that is read at a time
PCM, EXTENSIBLE = 0x0001, 0xFFFE  # format tags; the second says the true one, PCM's first two bytes, further back
FMT = struct.Struct("<HHIIHH")  # tag, channels, rate, bytes a second, bytes a frame, bits
SUBFORMAT_AT = 24  # of the true tag in an extensible "fmt " chunk
LARGEST_FMT = 1024  # bytes; real ones have 16 to 40
MOST_PASSED = 16 << 20  # bytes before the sound; a picture in a list of tags may take some
UNFILLED = 0x7F000000  # a length from here on (2.1 GB) is what a program writes that does not know it yet


class WavError(ValueError):
    """The file cannot be read as sound; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Wav:
    """An open WAV file at the beginning of its sound; `size` is what it says to hold in bytes, None for the rest."""

    name: str
    sound: PcmFormat
    size: int | None
    file: BinaryIO

    @property
    def seconds(self) -> float | None:
        """Its length as it says it, None where it does not."""
        return None if self.size is None else self.sound.seconds(self.size)

    def pieces(self) -> Iterator[bytes]:
        """Its sound, once, up to where the file ends; half a frame there is left out. Raises WavError."""
        left = self.size
        while pcm := _read(self.file, _at_most(self.sound.bytes(PIECE_S), left), self.name):
            yield pcm[: len(pcm) - len(pcm) % self.sound.frame_bytes]
            left = None if left is None else left - len(pcm)

    def resampled(self, rate: int, channel: int = MIX) -> Iterator[bytes]:
        """Its sound as 16 bit, mono, at `rate`: one channel, counted from 1, or the mean of all."""
        stream = Resampler(self.sound, rate, channel)
        for pcm in self.pieces():
            if ready := stream.push(pcm):
                yield ready
        if rest := stream.flush():
            yield rest


@contextmanager
def open_wav(path: Path) -> Iterator[Wav]:
    """A file while the context lasts; raises WavError."""
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:  # the latter for a name that no file can have
        raise _unreadable(str(path), error) from None
    with file:
        yield read_wav(file, str(path))


def read_wav(file: BinaryIO, name: str) -> Wav:
    """Reads up to the beginning of the sound; `name` is what errors call the file. Raises WavError."""
    head = _read(file, 12, name)
    if not head:
        raise WavError(f"{name} is empty; give a recording")
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise WavError(f"{name} is no WAV file; convert it, for instance with ffmpeg")
    sound, passed = None, 0
    while passed <= MOST_PASSED and len(header := _read(file, 8, name)) == 8:
        kind, size = struct.unpack("<4sI", header)
        left = size + size % 2  # chunks begin at even bytes
        if kind == b"data" and sound is not None:
            return Wav(name, sound, size if 0 < size < UNFILLED else None, file)
        if kind == b"fmt ":
            chunk = _read(file, min(LARGEST_FMT, left), name)
            sound, left = _format(chunk, name), left - len(chunk)
        passed += 8 + _pass(file, left, name)
    raise WavError(f"{name} has no sound after its header; record it again")


def _format(chunk: bytes, name: str) -> PcmFormat:
    if len(chunk) < FMT.size:
        raise WavError(f"{name} is cut off in its header; record it again")
    tag, channels, rate, _, frame_bytes, bits = FMT.unpack_from(chunk)
    if tag == EXTENSIBLE and len(chunk) >= SUBFORMAT_AT + 2:
        tag = int.from_bytes(chunk[SUBFORMAT_AT : SUBFORMAT_AT + 2], "little")
    if tag != PCM:
        raise WavError(f"{name} is compressed or holds floats (format {tag}); convert it, for instance with ffmpeg")
    try:
        sound = PcmFormat(rate, (bits + 7) // 8, channels)
    except PcmError as error:
        raise WavError(f"{name} cannot be read: {error}; convert it to 16 bit") from None
    if sound.frame_bytes != frame_bytes:
        raise WavError(f"{name} contradicts itself ({sound}, yet {frame_bytes} bytes a sample); record it again")
    return sound


def _pass(file: BinaryIO, size: int, name: str) -> int:
    """Reads over bytes, at most MOST_PASSED and to the end of the file; returns how many there should have been."""
    left = min(size, MOST_PASSED)
    while left and (piece := _read(file, min(1 << 16, left), name)):
        left -= len(piece)
    return size


def _read(file: BinaryIO, size: int, name: str) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> WavError:
    why = error.strerror if isinstance(error, OSError) else error
    return WavError(f"cannot read {name}: {why}; check its path and rights")


def _at_most(size: int, left: int | None) -> int:
    return size if left is None else min(size, left)
