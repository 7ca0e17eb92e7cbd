"""Log lines that could repeat without end: each is said once, then counted, and summed up at most every hour.

For what comes from outside (a peer's faults, a device that flaps): an appliance's log must stay readable for years.
Rules: time is injected; the number of different lines is bounded, and the one that was quiet for longest is forgotten;
so is the number of lines an hour, since a stranger may have more addresses than keys are kept.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

EVERY_S = 3600.0  # between two lines of the same key
MOST_KEYS = 256  # kept; keys are chosen by the program, but a peer's address may be part of one
MOST_LINES = 256  # within EVERY_S, of all keys


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
        self._lines: deque[float] = deque(maxlen=MOST_LINES)  # when the latest were said

    def warn(self, key: str, text: str) -> None:
        """Logs a warning the first time; later ones of that key are counted, and told with the next after an hour."""
        now = self._clock()
        said = self._said.pop(key, None) or _Said(now - EVERY_S)
        self._said[key] = said  # the latest last
        if len(self._said) > MOST_KEYS:
            del self._said[next(iter(self._said))]
        said.total += 1
        if now - said.at < EVERY_S or self._spent(now):
            said.unsaid += 1
            return
        self._lines.append(now)
        more = f" ({said.unsaid} more since the last such line)" if said.unsaid else ""
        last = f"; others are left out, after {MOST_LINES} lines within the hour" if self._spent(now) else ""
        self._log.warning("%s%s%s", text, more, last)
        said.at, said.unsaid = now, 0

    def _spent(self, now: float) -> bool:
        """Whether the lines of this hour have been said."""
        return len(self._lines) == MOST_LINES and now - self._lines[0] < EVERY_S

    def count(self, key: str) -> int:
        """How often it happened, said or not."""
        return self._said[key].total if key in self._said else 0
