"""What outlives a restart: the mute switch, the volume, and timers. A small JSON file, replaced whole.

Written in a thread, since an SD card may take its time, and never twice at once: while one write runs, what changes
is collected for the next. A file that cannot be read is put aside, not overwritten; a disk that cannot be written is
said once and costs nothing but the next restart's memory.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from satellite.timers.timers import LONGEST_S, MOST, Timer

_log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000  # of the file; a hundred timers take 20 kB
AUTO = "auto"
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


def place(setting: str, environment: Mapping[str, str]) -> Path | None:
    """Where the file lies; None where nothing is to be kept."""
    if setting != AUTO:
        return Path(setting).expanduser() if setting else None
    service = environment.get("STATE_DIRECTORY", "").split(":")[0]  # systemd's, of this very service
    return (Path(service) if service else Path("~/.local/state/hark").expanduser()) / FILE


def load(path: Path) -> Kept:
    """What the file says; the defaults where there is none, or where it is broken, which is then put aside."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(MOST_BYTES), type=Kept)
    except FileNotFoundError:
        return Kept()
    except OSError as error:
        _log.error("cannot read %s: %s; mute, volume and timers start afresh", path, error.strerror)
        return Kept()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        aside = path.with_suffix(".broken")
        _log.error("%s is broken (%s); it is put aside as %s, and all starts afresh", path, error, aside.name)
        path.replace(aside)
        return Kept()


def save(path: Path, kept: Kept) -> None:
    """Replaces the file whole, readable by its owner alone; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(kept))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


class Keeper:
    """Writes what changes; without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._kept: Kept | None = None
        self._changed = asyncio.Event()
        self._writing = threading.Lock()
        self._failing = ""

    def load(self) -> Kept:
        """What was kept."""
        return load(self._path) if self._path else Kept()

    def keep(self, kept: Kept) -> None:
        """Writes this soon."""
        self._kept = kept
        self._changed.set()

    async def run(self) -> None:
        """Writes, without end; what has not been written yet is written at the end."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await asyncio.to_thread(self._write)
        finally:
            await asyncio.to_thread(self._write)

    def _write(self) -> None:
        with self._writing:
            kept, self._kept = self._kept, None
            if self._path is not None and kept is not None:
                self._save(self._path, kept)

    def _save(self, path: Path, kept: Kept) -> None:
        try:
            save(path, kept)
        except OSError as error:
            if error.strerror != self._failing:
                _log.error("cannot write %s: %s; a restart will forget what is new", path, error.strerror)
            self._failing = error.strerror or ""
        else:
            self._failing = ""
