"""How loud the satellite plays, and whether it plays at all: what a person has asked for, by voice or by button. Pure.

Rules: muted, it is silent until somebody wants to hear it again, by whatever words; steps never end in silence, which
is asked for as such. A timer rings in any case (mixer.py).
"""

from __future__ import annotations

from dataclasses import dataclass

FULL = 100  # percent
STEP = 10  # percent, 4 dB: clearly another volume, and five of them are from loud to low
LEAST = 5  # percent that steps down end at: low, and still there
AUDIBLE = 30  # percent after an unmute, where the volume itself is 0: low speech, clearly heard


@dataclass(slots=True)
class Loudness:
    """In percent; `muted` is of what is played, not of the microphone."""

    percent: int = FULL
    muted: bool = False

    @property
    def heard(self) -> int:
        """How loud it plays."""
        return 0 if self.muted else self.percent

    def change(self, action: str, level: float | None) -> None:
        """One of hark.ACTIONS that is about the volume, with its level in percent; what is unknown changes nothing."""
        by = STEP if level is None else level
        match action:
            case "volume_set" if level is not None:
                self._hear(level)
            case "volume_up":
                self._hear(min(FULL, self.percent + by))
            case "volume_down":
                self.percent = min(self.percent, max(LEAST, round(self.percent - by)))
            case "unmute":
                self._hear(self.percent or AUDIBLE)
            case "mute":
                self.muted = True

    def _hear(self, percent: float) -> None:
        self.percent, self.muted = round(percent), False
