"""Sound of phrases on disk, so that a hub that starts again need not make it anew.

Only phrases made from settings and the home's names come here (hub/parts/ahead.py): never what a person or a model
said. Rules: files are named by hash and readable by their owner alone. A file that is not what was written is no file.
A disk that is full, or not ours, costs the keeping and is said once.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import struct
from collections.abc import Mapping
from pathlib import Path

from hub.tts.cache.store import Entry, Key

AUTO = "auto"
MOST_BYTES = 256_000_000  # of files: some four thousand phrases
LONGEST_FILE = 8_000_000  # bytes: far more than a phrase has; whatever is longer was not written here
TIDY_EVERY = 64  # files written, between two looks at the whole folder

_HEAD = struct.Struct("<32sd")  # SHA-256 of what follows, and Entry.took_s

_log = logging.getLogger(__name__)


def place(setting: str, environment: Mapping[str, str]) -> Path | None:
    """Where the folder lies; None where nothing is to be kept."""
    if setting != AUTO:
        return Path(setting).expanduser() if setting else None
    service = environment.get("CACHE_DIRECTORY", "").split(":")[0]  # systemd's, of this very service
    return (Path(service) if service else Path("~/.cache/hark").expanduser()) / "phrases"


class Folder:
    """Reads and writes from any thread; the oldest files go when there are too many bytes."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most = most_bytes
        self._written = 0
        self._failing = False

    def read(self, key: Key) -> Entry | None:
        """What was written for the key, None where there is nothing whole."""
        try:
            with self._file(key).open("rb") as file:
                data = file.read(LONGEST_FILE)
        except OSError:
            return None
        if len(data) < _HEAD.size:
            return None
        digest, took_s = _HEAD.unpack_from(data)
        pcm = data[_HEAD.size :]
        return Entry(pcm, took_s) if hashlib.sha256(pcm).digest() == digest and took_s >= 0 else None

    def write(self, key: Key, entry: Entry) -> None:
        """Writes it whole or not at all."""
        file = self._file(key)
        new = file.with_suffix(f".{os.getpid()}")
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._written % TIDY_EVERY == 0:
                self._tidy()
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
                opened.write(_HEAD.pack(hashlib.sha256(entry.pcm).digest(), entry.took_s) + entry.pcm)
            new.replace(file)
        except OSError as error:
            with contextlib.suppress(OSError):
                new.unlink()
            if not self._failing:
                _log.warning("cannot keep phrases in %s: %s; they are made again after a restart", self._path, error)
            self._failing = True
        else:
            self._written += 1
            self._failing = False

    def _tidy(self) -> None:
        files = sorted(((one.stat(), one) for one in self._path.iterdir()), key=lambda pair: pair[0].st_mtime)
        size = sum(status.st_size for status, _ in files)
        for status, file in files:
            if size <= self._most:
                return
            file.unlink(missing_ok=True)
            size -= status.st_size

    def _file(self, key: Key) -> Path:
        name = hashlib.sha256("\0".join((key.voice, str(key.rate), key.text)).encode(errors="replace")).hexdigest()
        return self._path / f"{name}.pcm"
