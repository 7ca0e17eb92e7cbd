"""Timers on disk: a small JSON file, replaced whole, so that they survive a restart of the hub.

A file that cannot be read is put aside, not overwritten; a disk that cannot be written is said once and costs nothing
but the next restart's memory, which the satellites have as well.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from hub.timers.book import LONGEST_S, LONGEST_TEXT, MOST_OF_ALL
from hub.timers.timer import Now, State, Timer

_log = logging.getLogger(__name__)

MOST_BYTES = 10_000_000  # of the file; a thousand timers take 200 kB, with the longest names 4 MB
AUTO = "auto"
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


def place(setting: str, environment: Mapping[str, str]) -> Path | None:
    """Where the file lies; None where nothing is to be kept."""
    if setting != AUTO:
        return Path(setting).expanduser() if setting else None
    service = environment.get("STATE_DIRECTORY", "").split(":")[0]  # systemd's, of this very service
    return (Path(service) if service else Path("~/.local/state/hark").expanduser()) / FILE


class TimersFile:
    """Reads and writes the file, from any thread; without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._writing = threading.Lock()
        self._failing = ""

    def load(self) -> list[Timer]:
        """The timers in the file; none where there is none, or where it is broken, which is then put aside."""
        try:
            return [timer.timer() for timer in _read(self._path).timers] if self._path else []
        except FileNotFoundError:
            return []
        except OSError as error:
            _log.error("cannot read %s: %s; timers start afresh (satellites keep theirs)", self._path, error.strerror)
            return []

    def save(self, timers: Sequence[Timer]) -> None:
        """Replaces the file whole, readable by its owner alone."""
        if self._path is None:
            return
        kept = Kept(tuple(map(KeptTimer.of, timers)))
        with self._writing:
            failure = _write(self._path, kept)
            if failure and failure != self._failing:
                _log.error("cannot write %s: %s; a restart will forget what is new", self._path, failure)
            self._failing = failure


def _read(path: Path) -> Kept:
    """Raises OSError."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES)
    try:
        return msgspec.json.decode(data, type=Kept)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        aside = path.with_suffix(".broken")
        path.replace(aside)
        _log.error("%s is broken (%s); it is put aside as %s, and timers start afresh", path, error, aside.name)
        return Kept()


def _write(path: Path, kept: Kept) -> str:
    """Returns why it could not be done, or ""."""
    new = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(kept))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        return error.strerror or str(error)
    return ""
