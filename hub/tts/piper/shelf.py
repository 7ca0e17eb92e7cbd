"""Keeps what was used last, within a bound of memory; pure.

Rules: what was just put there stays, even where it is larger than the bound by itself; of the others the one that was
used longest ago goes first.
"""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Things by name, with their sizes in bytes."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._things: dict[str, tuple[T, int]] = {}  # the latest used is the last

    @property
    def size(self) -> int:
        """Of all that is kept, in bytes."""
        return sum(size for _, size in self._things.values())

    @property
    def names(self) -> list[str]:
        """What is kept; the latest used is the last."""
        return list(self._things)

    def take(self, name: str) -> T | None:
        """What is kept under that name, None where nothing is; it is the latest used now."""
        if name not in self._things:
            return None
        self._things[name] = self._things.pop(name)
        return self._things[name][0]

    def put(self, name: str, thing: T, size: int) -> list[str]:
        """Keeps it as the latest used, and returns the names of those that had to go for it."""
        self._things.pop(name, None)
        gone = []
        while self._things and self.size + size > self._bound:
            gone.append(next(iter(self._things)))
            del self._things[gone[-1]]
        self._things[name] = (thing, size)
        return gone
