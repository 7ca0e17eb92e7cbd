"""Writes sound as WAV: to a file once all of it is there, to a pipe as it comes."""

from __future__ import annotations

import struct
from pathlib import Path

from wire.pcm import PcmFormat

UNKNOWN = 0xFFFFFFFF  # a length that is not known yet: to the end of the stream
HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
PCM = 1  # format tag


class OutError(Exception):
    """The sound cannot be written where it was wanted; says why and what to do."""


def header(kind: PcmFormat, size: int | None) -> bytes:
    """The 44 bytes before `size` bytes of sound; None where nobody knows how many will come."""
    whole = UNKNOWN if size is None else size + HEADER.size - 8
    data = UNKNOWN if size is None else size
    second = kind.rate * kind.frame_bytes
    about = (PCM, kind.channels, kind.rate, second, kind.frame_bytes, kind.width * 8)
    return HEADER.pack(b"RIFF", whole, b"WAVE", b"fmt ", 16, *about, b"data", data)


def write(path: Path, kind: PcmFormat, pcm: bytes) -> None:
    """Raises OutError."""
    try:
        path.write_bytes(header(kind, len(pcm)) + pcm)
    except (OSError, ValueError) as error:  # the latter for a name that no file can have
        why = error.strerror if isinstance(error, OSError) else error
        raise OutError(f"cannot write {path}: {why}; check its path and rights, or give another --out") from None
