"""What outlives a restart of a program: one small JSON file, replaced whole.

Rules: a file that cannot be read is put aside, not overwritten; a disk that cannot be written is said once and costs
nothing but the next restart's memory.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

K = TypeVar("K", bound=msgspec.Struct)

_log = logging.getLogger(__name__)

MOST_BYTES = 10_000_000  # of the file; a thousand timers take 200 kB, with the longest names 4 MB
AUTO = "auto"


def place(setting: str, name: str, environment: Mapping[str, str]) -> Path | None:
    """Where a file of this name lies; None where nothing is to be kept."""
    if setting != AUTO:
        return Path(setting).expanduser() if setting else None
    service = environment.get("STATE_DIRECTORY", "").split(":")[0]  # systemd's, of this very service
    return (Path(service) if service else Path("~/.local/state/hark").expanduser()) / name


class StateFile(Generic[K]):
    """A file of things like `fresh`, which is what a first start has; without a path it keeps nothing."""

    def __init__(self, path: Path | None, fresh: K) -> None:
        self._path = path
        self._fresh = fresh
        self._kept = self._written = fresh
        self._writing = threading.Lock()
        self._failing = ""

    def load(self) -> K:
        """What the file says; the fresh start where there is none, or where it is broken, which is then put aside."""
        try:
            return self._read(self._path) if self._path else self._fresh
        except FileNotFoundError:
            return self._fresh
        except OSError as error:
            _log.error("cannot read %s: %s; what it keeps starts afresh", self._path, error.strerror)
            return self._fresh

    def keep(self, kept: K) -> None:
        """To be written by the next `write`."""
        self._kept = kept

    def write(self) -> None:
        """Replaces the file whole, readable by its owner alone; for a worker, since an SD card may take its time.

        Of several at once each waits for the one before, and the last to be kept is what stays.
        """
        with self._writing:
            kept = self._kept
            if self._path is None or kept is self._written:
                return
            failure = _replace(self._path, msgspec.json.encode(kept))
            if not failure:
                self._written = kept
            elif failure != self._failing:
                _log.error("cannot write %s: %s; a restart will forget what is new", self._path, failure)
            self._failing = failure

    def _read(self, path: Path) -> K:
        """Raises OSError."""
        with path.open("rb") as file:
            data = file.read(MOST_BYTES)
        try:
            return msgspec.json.decode(data, type=type(self._fresh))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            aside = path.with_suffix(".broken")
            path.replace(aside)
            _log.error("%s is broken (%s); it is put aside as %s, and all starts afresh", path, error, aside.name)
            return self._fresh


def _replace(path: Path, data: bytes) -> str:
    """Returns why it could not be done, or ""."""
    new = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        return error.strerror or str(error)
    return ""
