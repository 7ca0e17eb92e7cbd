"""How long an engine that failed is left alone before it is the first choice again; pure, time is given."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_REST_S = 30.0  # memory that others took from a GPU is often free after a few turns
LONGEST_REST_S = 600.0  # so that an engine that is mended is noticed within ten minutes


@dataclass(slots=True)
class Rest:
    """How long an engine is left alone: longer with each failure that follows a rest."""

    until: float = 0.0
    length_s: float = 0.0

    def failed(self, now: float) -> None:
        """It failed; utterances that it heard at the same time fail together, and count once."""
        if now >= self.until:
            self.length_s = min(max(2 * self.length_s, FIRST_REST_S), LONGEST_REST_S)
            self.until = now + self.length_s

    def worked(self) -> None:
        """It is well."""
        self.until = self.length_s = 0.0
