"""How long the stages of a turn take of late, so that nobody waits for less than can be ready."""

from __future__ import annotations

WEIGHT = 0.2  # of the newest value: some ten turns are remembered, and one slow turn moves it by a fifth


class Estimate:
    """An exponentially weighted mean of seconds; 0 while nothing is known."""

    def __init__(self) -> None:
        self.seconds: float | None = None

    def add(self, seconds: float) -> None:
        """One more measurement."""
        self.seconds = seconds if self.seconds is None else (1 - WEIGHT) * self.seconds + WEIGHT * seconds

    @property
    def value(self) -> float:
        """The mean so far, in seconds."""
        return self.seconds or 0.0
