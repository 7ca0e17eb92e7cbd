"""Log lines that could repeat without end: each is said once, then counted, and summed up at most every hour.

For what comes from outside (a peer's faults, a device that flaps): an appliance's log must stay readable for years.
Rules: time is injected; the number of different lines is bounded, and the one that was quiet for longest is forgotten.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

EVERY_S = 3600.0  # between two lines of the same key
MOST_KEYS = 256  # kept; keys are chosen by the program, but a peer's address may be part of one


@dataclass(slots=True)
class _Said:
    at: float
    unsaid: int = 0
    total: int = 0


class Sayings:
    """What one logger has said, by key."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._log, self._clock = log, clock
        self._said: dict[str, _Said] = {}

    def warn(self, key: str, text: str) -> None:
        """Logs a warning the first time; later ones of that key are counted, and told with the next after an hour."""
        now = self._clock()
        said = self._said.pop(key, None) or _Said(now - EVERY_S)
        self._said[key] = said  # the latest last
        if len(self._said) > MOST_KEYS:
            del self._said[next(iter(self._said))]
        said.total += 1
        if now - said.at < EVERY_S:
            said.unsaid += 1
            return
        self._log.warning("%s%s", text, f" ({said.unsaid} more since the last such line)" if said.unsaid else "")
        said.at, said.unsaid = now, 0

    def count(self, key: str) -> int:
        """How often it happened, said or not."""
        return self._said[key].total if key in self._said else 0
