"""How far a peer's monotonic clock is from ours, from questions and answers that cross the network.

The strategy is NTP's clock filter (RFC 5905, section 10): of the last exchanges the one with the lowest round trip was
delayed least on its way, so its offset is the best known; its error is at most half of that round trip. Pure.
"""

from __future__ import annotations

import math
from collections import deque

from wire.errors import MalformedEvent

KEPT = 16  # exchanges; at one every 10 s crystals 50 ppm apart drift 8 ms over them, less than a Wi-Fi queue adds
ROUNDING_S = 1e-6  # sums of times in doubles come out this much below zero where nothing was delayed


class ClockOffset:
    """The remote clock against the local one; all times in seconds."""

    def __init__(self) -> None:
        self._exchanges: deque[tuple[float, float]] = deque(maxlen=KEPT)  # (round trip, offset)

    def feed(self, t0: float, t1: float, t2: float, t3: float) -> None:
        """Takes in an exchange: asked at t0 and answered at t3 (local), arrived at t1 and left at t2 (remote).

        Raises MalformedEvent for times that no two clocks could show.
        """
        round_trip = (t3 - t0) - (t2 - t1)
        offset = ((t1 - t0) + (t2 - t3)) / 2
        possible = t3 >= t0 and t2 >= t1 and round_trip >= -ROUNDING_S
        if not (possible and math.isfinite(round_trip) and math.isfinite(offset)):
            raise MalformedEvent("a clock exchange is malformed: its times run backwards; check the peer's clock")
        self._exchanges.append((round_trip, offset))

    @property
    def offset(self) -> float | None:
        """Remote minus local time, None before the first exchange."""
        return min(self._exchanges)[1] if self._exchanges else None

    def to_local(self, remote: float) -> float | None:
        """The local time of a remote one, None before the first exchange."""
        return None if self.offset is None else remote - self.offset
