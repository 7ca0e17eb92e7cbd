"""The sound just past, kept in memory so that words spoken while the wake word is still being scored are not lost."""

from __future__ import annotations

from collections import deque


class Preroll:
    """A ring of the latest frames, at most `size` bytes."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._frames: deque[bytes] = deque()
        self._held = 0

    def push(self, frame: bytes) -> None:
        """Takes in the newest frame and forgets what no longer fits."""
        self._frames.append(frame)
        self._held += len(frame)
        self._shrink(self._size)

    def take(self, size: int) -> list[bytes]:
        """Returns the newest frames, as many as fit into `size` bytes, oldest first, and forgets all."""
        self._shrink(size)
        frames = list(self._frames)
        self._frames.clear()
        self._held = 0
        return frames

    def _shrink(self, size: int) -> None:
        while self._held > size:
            self._held -= len(self._frames.popleft())
