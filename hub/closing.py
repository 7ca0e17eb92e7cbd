"""How a hub stops: the turns that run are finished, or end in an apology; new ones are not begun.

A satellite whose hub has gone before its words were taken keeps them for who leads it next, so it is lost nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

FINISH_S = 3.5  # for the turns that run; with what follows it stays below the 5 s that a stop may take
APOLOGY_S = 1.0  # to make and send the apologies, all at once
RESTARTS = "Sorry, I am being restarted."
TOO_MANY = "Sorry, too many people are asking at once. Please try again in a moment."


class Closing:
    """The turns of a hub, and whether it is about to stop."""

    def __init__(self) -> None:
        self.begun = False
        """Whether no new turn is to begin."""
        self._turns: dict[asyncio.Task[None], Callable[[], Awaitable[None]]] = {}

    def watch(self, turn: asyncio.Task[None], apologise: Callable[[], Awaitable[None]]) -> None:
        """A turn runs; `apologise` ends it in words, and raises nothing."""
        self._turns[turn] = apologise
        turn.add_done_callback(lambda task: self._turns.pop(task, None))

    async def finish(self) -> None:
        """Returns when all turns are over, one way or the other."""
        self.begun = True
        if not self._turns:
            return
        await asyncio.wait(self._turns, timeout=FINISH_S)
        late = [asyncio.ensure_future(apologise()) for apologise in self._turns.values()]
        if late:
            await asyncio.wait(late, timeout=APOLOGY_S)
        for task in late:
            task.cancel()
