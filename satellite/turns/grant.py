"""What a satellite that claims a wake word waits for: that the hub lets it answer, or that time is up.

Until then it makes no sound, as another may answer. A hub that says nothing leaves nobody without an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LONGEST_S = 0.4
"""A hub takes 120 ms, and a network or a machine that is busy as much again: others would sound awake for nothing."""


class Grant:
    """Calls `granted` once for each wait that was not dropped."""

    def __init__(self, granted: Callable[[], None]) -> None:
        self._granted = granted
        self._late: asyncio.TimerHandle | None = None

    def wait(self) -> None:
        """From now on."""
        self.drop()
        self._late = asyncio.get_running_loop().call_later(LONGEST_S, self.give)

    def give(self) -> None:
        """It is granted; means nothing where nobody waits."""
        if self._late is not None:
            self.drop()
            self._granted()

    def drop(self) -> None:
        """It is not waited for any more."""
        if self._late is not None:
            self._late.cancel()
            self._late = None
