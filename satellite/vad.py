"""Voice activity: from a yes or no for each frame to the starts of speech and its raw pauses.

Pure; time is audio. A raw pause is the first moment that might be the end: the hub decides whether it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class VoiceActivity(Protocol):
    """An engine that tells voice from other sound."""

    def is_voice(self, frame: bytes) -> bool:
        """Whether there is voice in a frame of 20 ms (16 kHz, 16 bit, mono)."""


class Edge(Enum):
    """A change between speech and pause."""

    STARTED = "voice-started"
    STOPPED = "voice-stopped"


@dataclass(slots=True)
class Pauses:
    """Turns voiced and unvoiced frames into edges, with enough of each in a row; all counts are in frames.

    After `begin_turn` the first frames count as unvoiced: they are still the wake word.
    """

    start_frames: int
    pause_frames: int
    wake_tail_frames: int
    _tail: int = 0
    _run: int = 0
    _speaking: bool = False

    @property
    def speaking(self) -> bool:
        """Whether speech has started and not paused since."""
        return self._speaking

    def begin_turn(self) -> None:
        """The wake word was just heard."""
        self._tail, self._run, self._speaking = self.wake_tail_frames, 0, False

    def frame(self, voiced: bool) -> Edge | None:
        """Takes the next frame; returns the edge that it completes, if any."""
        if self._tail:
            self._tail -= 1
            voiced = False
        self._run = self._run + 1 if voiced != self._speaking else 0
        if self._run < max(1, self.pause_frames if self._speaking else self.start_frames):
            return None
        self._run, self._speaking = 0, not self._speaking
        return Edge.STARTED if self._speaking else Edge.STOPPED
