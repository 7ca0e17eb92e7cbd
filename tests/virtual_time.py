"""An event loop whose clock jumps: what waits is woken at once, in the right order, and `loop.time()` says when.

Sockets on loopback work as well, since what one end writes is there for the other at once. Threads do not
belong here: the clock would not wait for them.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

STUCK_S = 5.0  # of real time in which nothing happens and nothing is scheduled: the test hangs, so say so


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None:
            ready = super().select(STUCK_S)
            assert ready, "nothing is scheduled and nothing arrives: the test waits for ever"
            return ready
        self.now += timeout
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """See the module."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._jumping.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end on virtual time; fails if it leaves a task behind."""
    loop = VirtualTimeLoop()
    try:
        result = loop.run_until_complete(main)
        left = asyncio.all_tasks(loop)
        assert not left, f"tasks were left behind: {left}"
        loop.run_until_complete(loop.shutdown_asyncgens())
        return result
    finally:
        loop.close()
