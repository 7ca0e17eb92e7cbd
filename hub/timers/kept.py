"""Timers on disk, so that they survive a restart of the hub; the satellites have them as well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from config.state_file import StateFile
from hub.timers.book import LONGEST_S, LONGEST_TEXT, MOST_OF_ALL
from hub.timers.timer import Now, State, Timer

FILE = "timers.json"
WALL_S = 1e11  # some thousand years since 1970

Text = Annotated[str, msgspec.Meta(max_length=1000)]


class KeptTimer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A timer in the file; see hub.timers.timer.Timer."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TEXT)]
    satellite: Text
    area: Text | None
    name: Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
    length_s: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_S)]
    left_s: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_S)]
    wall: Annotated[float, msgspec.Meta(ge=0, le=WALL_S)]
    state: State

    @classmethod
    def of(cls, timer: Timer) -> KeptTimer:
        """As it is kept."""
        one = timer
        return cls(one.id, one.satellite, one.area, one.name, one.length_s, one.left_s, one.at.wall, one.state)

    def timer(self) -> Timer:
        """As it was, but for the monotonic clock."""
        at = Now(0.0, self.wall)
        return Timer(self.id, self.satellite, self.area, self.name, self.length_s, self.left_s, at, self.state)


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    timers: Annotated[tuple[KeptTimer, ...], msgspec.Meta(max_length=MOST_OF_ALL)] = ()


class TimersFile:
    """The timers' file; see config.state_file.StateFile."""

    def __init__(self, path: Path | None) -> None:
        self._file = StateFile(path, Kept())

    def load(self) -> list[Timer]:
        """The timers in the file."""
        return [timer.timer() for timer in self._file.load().timers]

    def keep(self, timers: Sequence[Timer]) -> None:
        """To be written by the next `write`."""
        self._file.keep(Kept(tuple(map(KeptTimer.of, timers))))

    def write(self) -> None:
        """On a worker."""
        self._file.write()
