"""How far a recording has been heard: counted for its report, and drawn as a bar where a person waits at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from wire.pcm import SPEECH

WIDTH = 30
BAR_FROM_S = 10.0  # a shorter recording is done before a bar is read
CLEAR = "\r\x1b[K"


class Progress:
    """Counts sound as it is read; `length_s` is None where nobody knows, `out` where no bar is wanted."""

    def __init__(self, name: str, length_s: float | None, out: TextIO | None) -> None:
        self._name = name
        self._length_s = length_s or 0.0
        self._out = out if self._length_s >= BAR_FROM_S else None
        self._drawn = ""
        self.seconds = 0.0
        """Of sound that was read."""

    def of(self, sound: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces of sound (16 kHz, 16 bit, mono)."""
        try:
            for pcm in sound:
                self.seconds += SPEECH.seconds(len(pcm))
                self._draw(bar(self.seconds / self._length_s) if self._out else "")
                yield pcm
        finally:
            self._draw("")

    def _draw(self, drawn: str) -> None:
        if self._out is not None and drawn != self._drawn:
            self._out.write(f"{CLEAR}{drawn} {self._name}" if drawn else CLEAR)
            self._out.flush()
            self._drawn = drawn


def bar(share: float) -> str:
    """A share from 0 to 1 as a bar; files may hold more than they say."""
    share = min(1.0, share)
    full = int(share * WIDTH)
    return f"[{'█' * full}{'·' * (WIDTH - full)}] {share:4.0%}"
