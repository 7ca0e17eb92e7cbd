"""Other players on the same machine are softer while someone speaks to the satellite and is answered.

`Ducking` follows a wish: what is wanted last is carried out, one thing at a time, and whatever happens, the
players get back what they had when it ends. A server that cannot be reached is said once, and tried again.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

_log = logging.getLogger(__name__)


class MusicError(Exception):
    """Other players cannot be made softer; says why and what to do."""


class Music(Protocol):
    """The other players, all at once."""

    async def duck(self) -> None:
        """Makes them softer; those that are already stay so. Raises MusicError."""

    async def restore(self) -> None:
        """Gives each back the volume it had, unless someone changed it meanwhile. Raises MusicError."""


class NoMusic:
    """No other players, or none that can be told."""

    async def duck(self) -> None:
        """See Music."""

    async def restore(self) -> None:
        """See Music."""


class Ducking:
    """Ducks and restores as it is told, in a task of its own: nobody waits for a sound server."""

    def __init__(self, music: Music) -> None:
        self._music = music
        self._wanted = False
        self._changed = asyncio.Event()
        self._said = ""

    def want(self, ducked: bool) -> None:
        """From now on the others shall be softer, or no longer."""
        if ducked != self._wanted:
            self._wanted = ducked
            self._changed.set()

    async def run(self) -> None:
        """Carries out what is wanted, without end; first restores what a crash left soft, and at last everything."""
        await self._carry_out(ducked=False)
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await self._carry_out(ducked=self._wanted)
        finally:
            await self._carry_out(ducked=False)

    async def _carry_out(self, *, ducked: bool) -> None:
        try:
            await (self._music.duck() if ducked else self._music.restore())
            self._said = ""
        except MusicError as error:
            if str(error) != self._said:
                _log.warning("%s", error)
            self._said = str(error)
