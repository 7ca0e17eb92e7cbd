"""A circuit breaker for each model of a failover: which may be asked now, and in which order. Pure.

Strategy: a failure opens the breaker for a rest that doubles with each failure in a row, or for as long as the server
asked. When the rest is over it is half-open: one probe may go through, and all others pass by until its outcome.
Source: M. Nygard, "Release It!", Circuit Breaker.

Rules:
- The earlier model is asked first, wherever its breaker lets it.
- A model that rests for its own failures is asked after all others, since a try is better than no reply; one whose
  server named a time is not asked before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FIRST_REST_S = 1.0  # a hiccup costs the next request nothing, and the one after that finds the model again
LONGEST_REST_S = 300.0  # a server that was off all night is found within the first minutes of the morning


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known of one model; times are seconds on the caller's clock."""

    failures: int = 0  # in a row
    until_s: float = 0.0
    limited: bool = False  # the server named the time
    probed: bool = False  # a request is on its way that will tell; given up, it leaves False again

    def failed(self, now_s: float, retry_after_s: float | None = None) -> Breaker:
        """After a failure; `retry_after_s` is the rest that the server asked for."""
        own = min(FIRST_REST_S * 2 ** min(self.failures, 20), LONGEST_REST_S)
        rest = own if retry_after_s is None else max(retry_after_s, FIRST_REST_S)
        return Breaker(self.failures + 1, now_s + rest, retry_after_s is not None)

    def is_due(self, now_s: float) -> bool:
        """Half-open: it had failed, has rested, and nobody probes it yet."""
        return self.failures > 0 and not self.probed and now_s >= self.until_s

    def rank(self, now_s: float) -> int | None:
        """0 in its turn, 1 after all others, None not at all."""
        if not self.failures or self.is_due(now_s):
            return 0
        return None if self.limited and now_s < self.until_s else 1


def order(breakers: Sequence[Breaker], now_s: float) -> Sequence[int]:
    """The positions of the models to ask, one after the other."""
    ranks = {position: breaker.rank(now_s) for position, breaker in enumerate(breakers)}
    allowed = [(rank, position) for position, rank in ranks.items() if rank is not None]
    return [position for _, position in sorted(allowed)]
