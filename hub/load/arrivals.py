"""How many turns come of late; pure, time is given.

Over a short and a long time, whichever gives more: a crowd is seen while it gathers, and a lull in it is not its end.
"""

from __future__ import annotations

from collections import deque

SHORT_S, LONG_S = 5.0, 20.0
MOST = 1024  # remembered: 50 a second are more than the devices of a house can do


class Arrivals:
    """The turns of the last LONG_S."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=MOST)

    def add(self, now: float) -> None:
        """One more."""
        self._times.append(now)

    def per_s(self, now: float) -> float:
        """Turns a second."""
        while self._times and self._times[0] <= now - LONG_S:
            self._times.popleft()
        lately = sum(at > now - SHORT_S for at in self._times)
        return max(len(self._times) / LONG_S, lately / SHORT_S)
