"""Whether the satellite lives, for the service manager's watchdog: its ears get on, or it is known why they do not.

Pure; times are seconds of one monotonic clock. Muted ears hear nothing by will, and a microphone that is known to fail
is opened again and again by the ears: a restart of the whole program would mend neither. What is left is a bug.
"""

from __future__ import annotations

from collections.abc import Callable

OPENING = 2.0  # times the time after which a silent microphone is reported: it is reported first, if the ears live


class Vitals:
    """Calls `ready` once, when the first frame is heard or it is known that none will be."""

    def __init__(self, silent_s: float, ready: Callable[[], None], now: float) -> None:
        self._limit_s = OPENING * silent_s
        self._ready: Callable[[], None] | None = ready
        self._heard_at = now
        self._excused = False

    def heard(self, at: float) -> None:
        """A frame of sound came."""
        self._heard_at, self._excused = at, False
        self._is_ready()

    def excuse(self) -> None:
        """No frames will come, and it is known why: muted, or the microphone fails."""
        self._excused = True
        self._is_ready()

    def expect(self, now: float) -> None:
        """Frames should come from now on: no longer muted."""
        self._heard_at, self._excused = now, False

    def alive(self, now: float) -> bool:
        """Whether the ears live."""
        return self._excused or now - self._heard_at < self._limit_s

    def _is_ready(self) -> None:
        if self._ready is not None:
            self._ready()
            self._ready = None
