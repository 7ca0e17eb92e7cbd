"""One turn as the satellite sees it: its id, its times, and the words until they are understood."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from satellite.sound.microphone import FRAME_S
from wire.connection import Sendable

KEPT_S = 15.0  # of an utterance, for a stand-by that takes over: as long as a hub listens


@dataclass(slots=True)
class Turn:
    """The id that the satellite minted (`boot:n`) and the marks of the turn, in seconds of the satellite's clock."""

    id: str
    marks: dict[str, float] = field(default_factory=dict)
    labelled: bool = False
    said: deque[Sendable] = field(default_factory=lambda: deque(maxlen=round(KEPT_S / FRAME_S)))
    """The latest of what went to the controller: sound, and where speech began and paused."""

    def mark(self, name: str, at: float) -> None:
        """The first time counts."""
        self.marks.setdefault(name, at)

    def pause(self, speech_ended: float) -> None:
        """Speech paused; the last pause counts, since it is the one that ended the turn."""
        if not self.labelled:
            self.marks["end_of_speech"] = speech_ended

    def label(self, at: float) -> None:
        """The source itself says that speech ends here."""
        self.labelled = True
        self.marks["end_of_speech"] = at
