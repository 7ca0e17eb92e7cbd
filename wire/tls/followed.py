"""A value that files hold, read anew when they have changed.

Rules: a change counts once the files have been left alone from one look to the next, so that a certificate and its key
may be replaced one after the other; files that cannot be used change nothing, and are complained of once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

V = TypeVar("V")
_State = tuple[tuple[int, ...], ...]


class Followed(Generic[V]):
    """What `read` makes of the files at `paths`; read at once, which may raise what `read` raises."""

    def __init__(self, paths: Sequence[str], read: Callable[[], V]) -> None:
        self._paths = [Path(path).expanduser() for path in paths]
        self._read = read
        self._known = self._seen = self._state()
        self.value = read()

    def look(self) -> bool:
        """Whether the value is a new one; raises what `read` raises. It may wait for a disk: for a worker."""
        before, self._seen = self._seen, self._state()
        if self._seen == self._known or self._seen != before:
            return False
        self._known = self._seen
        self.value = self._read()
        return True

    def _state(self) -> _State:
        return tuple(_state(path) for path in self._paths)


def _state(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError as error:
        return (error.errno or 0,)
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode
