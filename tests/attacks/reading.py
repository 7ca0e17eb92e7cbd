"""What somebody who records the network can read of a turn: words of protocol and house, pieces of the sound."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WORDS = (
    *(b'"type"', b"payload_length", b"data_length", b'"info"', b"audio-chunk", b"audio-start", b"transcript"),
    *(b"hark/", b"satellite", b"Jarvis", b"jarvis", b"kitchen", b"Kitchen", b"light", b"turn on", b"turned"),
)
PIECE_BYTES = 32  # of speech: no two places are alike for so long
STEP_BYTES = 640  # from piece to piece, 20 ms


@dataclass(frozen=True, slots=True)
class Reading:
    """Of so many bytes: the words found in them, and how many of the sound's pieces."""

    size: int
    words: tuple[str, ...]
    heard: int
    pieces: int

    def __str__(self) -> str:
        words = ", ".join(self.words) or "no word"
        return f"{self.size} bytes: {self.heard} of {self.pieces} pieces of the sound, {words}"


def pieces(sound: Path) -> list[bytes]:
    """Those of a recording that are no silence, as they go over the wire."""
    with wave.open(str(sound), "rb") as file:
        pcm = file.readframes(file.getnframes())
    cut = [pcm[at : at + PIECE_BYTES] for at in range(0, len(pcm) - PIECE_BYTES, STEP_BYTES)]
    return [piece for piece in cut if len(set(piece)) > PIECE_BYTES // 2]


def read(data: bytes, sound: Sequence[bytes]) -> Reading:
    """What of these can be found."""
    words = tuple(word.decode() for word in WORDS if word in data)
    return Reading(len(data), words, sum(piece in data for piece in sound), len(sound))
