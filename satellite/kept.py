"""What outlives a restart: the mute switch, the volume, and timers.

While one write runs, what changes is collected for the next.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec

from config.state_file import StateFile
from satellite.timers.timers import LONGEST_S, MOST, REMEMBERED, Timer

FILE = "satellite.json"
WALL_S = 1e11  # some thousand years since 1970

Text = Annotated[str, msgspec.Meta(max_length=1000)]


class KeptTimer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A timer in the file; see satellite.timers.timers.Timer."""

    owner: Text
    id: Text
    name: Text
    left_s: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_S)]
    wall: Annotated[float, msgspec.Meta(ge=0, le=WALL_S)]
    runs: bool

    @classmethod
    def of(cls, timer: Timer) -> KeptTimer:
        """As it is kept."""
        return cls(timer.owner, timer.id, timer.name, timer.left_s, timer.wall, timer.runs)

    def timer(self) -> Timer:
        """As it was."""
        return Timer(self.owner, self.id, self.name, self.left_s, self.wall, self.runs)


class Kept(msgspec.Struct, frozen=True):
    """All of it."""

    muted: bool = False
    volume: Annotated[int, msgspec.Meta(ge=0, le=100)] = 100
    """In percent."""
    silent: bool = False
    """Whether nothing but a ring is to be heard, whatever the volume."""
    timers: Annotated[tuple[KeptTimer, ...], msgspec.Meta(max_length=MOST)] = ()
    ringing: Annotated[tuple[KeptTimer, ...], msgspec.Meta(max_length=MOST)] = ()
    over: Annotated[tuple[tuple[Text, Text], ...], msgspec.Meta(max_length=REMEMBERED)] = ()
    """Owners and ids of those that do not ring again."""


class Keeper:
    """Writes what changes, soon; see config.state_file.StateFile."""

    def __init__(self, path: Path | None) -> None:
        self._file = StateFile(path, Kept())
        self._changed = asyncio.Event()

    def load(self) -> Kept:
        """What was kept."""
        return self._file.load()

    def keep(self, kept: Kept) -> None:
        """Writes this soon."""
        self._file.keep(kept)
        self._changed.set()

    async def run(self) -> None:
        """Writes, without end; what has not been written yet is written at the end."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await asyncio.to_thread(self._file.write)
        finally:
            await asyncio.to_thread(self._file.write)
