"""Whether the microphone is well: what is told of it, and when it is opened anew.

Pure. Nothing at all is seen by the wall clock (in steady.py); digital zeros are seen here, by audio.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Trouble(Enum):
    """What people are told of the microphone."""

    FAILED = "the microphone fails"
    SILENT = "the microphone gives no sound"
    WELL = "the microphone is well again"


@dataclass(slots=True)
class MicrophoneHealth:
    """Tells each trouble once until all is well again; `silent_frames` of zeros in a row are silence.

    No room is so quiet that a microphone in it gives zeros: that is a switch, a cable or a driver.
    """

    silent_frames: int
    worked_frames: int = 0
    """Frames with sound since the device was opened."""
    _told: set[Trouble] = field(default_factory=set)
    _zeros: int = 0

    def opened(self) -> None:
        """The device is opened: its frames count from here."""
        self._zeros = self.worked_frames = 0

    def trouble(self, trouble: Trouble) -> bool:
        """Something is wrong; whether it is to be told."""
        new = trouble not in self._told
        self._told.add(trouble)
        return new

    def frame(self, pcm: bytes) -> Trouble | None:
        """Takes a frame; returns SILENT each time there have been too many zeros, WELL once after a trouble."""
        if _is_zero(pcm):
            self._zeros += 1
            return Trouble.SILENT if self._zeros >= self.silent_frames else None
        self._zeros = 0
        self.worked_frames += 1
        if not self._told:
            return None
        self._told.clear()
        return Trouble.WELL


def _is_zero(pcm: bytes) -> bool:
    return not pcm.strip(b"\0")


@dataclass(slots=True)
class Backoff:
    """Seconds to wait before a device is opened anew: doubling from `first_s` to `longest_s`.

    It starts afresh when the device has worked for `settled_s`, so that one that fails at once is not hammered.
    """

    first_s: float = 0.5
    longest_s: float = 30.0
    settled_s: float = 10.0
    _next_s: float = 0.0

    def failed(self, worked_s: float) -> float:
        """The device failed after it had worked for so long; returns the wait."""
        wait = self.first_s if worked_s >= self.settled_s or not self._next_s else self._next_s
        self._next_s = min(2 * wait, self.longest_s)
        return wait
