"""Voice activity: from a yes or no for each frame to the starts of speech and its raw pauses.

Pure; time is audio. A raw pause is the first moment that might be the end: the hub decides whether it is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from config.satellite import Vad
from satellite.sound.microphone import FRAME_S
from wire.pcm import level_dbfs


class VoiceActivity(Protocol):
    """An engine that tells voice from other sound."""

    def is_voice(self, frame: bytes) -> bool:
        """Whether there is voice in a frame of 20 ms (16 kHz, 16 bit, mono)."""

    def may_be_voice(self, frame: bytes) -> bool:
        """Whether there may be voice in it, however soft: errs on the other side."""


class NoiseFloor:
    """The room's own level, to hear at once that speech has stopped.

    Detectors hang over: WebRTC's calls 60 to 100 ms after the last voice voiced still. Sound that is no louder than
    the room is no voice, whatever the detector says. The floor is the least level of the last seconds (minimum
    statistics: R. Martin, 2001, without its bias compensation), so it follows a fan that is switched on, and speech,
    which always has gaps, does not raise it.
    """

    def __init__(self, frames: int, margin_db: float) -> None:
        self._margin = margin_db
        self._levels: deque[tuple[int, float]] = deque()  # rising levels with their frame's number: a sliding minimum
        self._frames = frames
        self._number = 0

    def is_room(self, level_dbfs: float) -> bool:
        """Takes the next frame's level; whether it is the room's alone."""
        self._number += 1
        while self._levels and self._levels[-1][1] >= level_dbfs:
            self._levels.pop()
        self._levels.append((self._number, level_dbfs))
        if self._levels[0][0] <= self._number - self._frames:
            self._levels.popleft()
        return level_dbfs <= self._levels[0][1] + self._margin


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


@dataclass(frozen=True, slots=True)
class Sounded:
    """What a frame is: its level, whether there may be voice in it, and the edge of speech it completes, if any."""

    level_dbfs: float
    may_be_voice: bool
    edge: Edge | None


class Speech:
    """Hears frame by frame whether somebody speaks, with a detector of voice, the room's own level, and the pauses."""

    def __init__(self, settings: Vad, engine: VoiceActivity) -> None:
        self._engine = engine
        self._floor = NoiseFloor(_frames(settings.floor_s * 1000), settings.floor_margin_db)
        self.pauses = Pauses(_frames(settings.start_ms), _frames(settings.pause_ms), _frames(settings.wake_tail_ms))

    def hear(self, frame: bytes) -> Sounded:
        """Takes the next frame of 20 ms (16 kHz, 16 bit, mono)."""
        level = level_dbfs(frame)
        voice, room = self._engine.is_voice(frame), self._floor.is_room(level)  # both learn from every frame
        return Sounded(level, self._engine.may_be_voice(frame), self.pauses.frame(voice and not room))


def _frames(milliseconds: float) -> int:
    return round(milliseconds / 1000 / FRAME_S)
