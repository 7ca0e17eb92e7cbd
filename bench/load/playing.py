"""What a satellite's loudspeaker does with a reply: when it plays, how much is left, and where it runs dry; pure.

As the satellite's own buffer at its simplest: a moment is held back at the start, and again wherever it ran dry.
"""

from __future__ import annotations

from dataclasses import dataclass

JITTER_S = 0.08  # held back: the satellite's playback.jitter_ms


@dataclass(slots=True)
class Playing:
    """One reply; times are seconds of any clock."""

    begins: float | None = None
    """When the first sound is heard."""
    until: float = 0.0
    """When all that has come will have been heard."""
    seconds: float = 0.0
    underruns: int = 0
    gap_s: float = 0.0
    """The longest silence inside the reply."""

    def push(self, seconds: float, now: float) -> None:
        """More sound has come."""
        if self.begins is None:
            self.begins = self.until = now + JITTER_S
        elif now > self.until:
            self.underruns += 1
            self.gap_s = max(self.gap_s, now + JITTER_S - self.until)
            self.until = now + JITTER_S
        self.until += seconds
        self.seconds += seconds

    def buffered(self, now: float) -> float:
        """Seconds that were not heard yet."""
        return min(self.seconds, max(0.0, self.until - now))

    def played(self, now: float) -> float:
        """Seconds that were."""
        return self.seconds - self.buffered(now)
