"""Who is let in; pure.

Rules: nobody is refused because it takes long: they wait. The bound is that of memory, turns at a time and bytes of
their sound in the hub; only above it is a turn refused, and counted, for the caller to say so in spoken words.
"""

from __future__ import annotations

from typing import Self


class Admission:
    """The turns of one hub, bounded in number and in bytes."""

    def __init__(self, most_turns: int, most_bytes: int) -> None:
        self._most_turns = most_turns
        self._most_bytes = most_bytes
        self.turns = 0
        """Under way."""
        self.bytes = 0
        """Of their sound, in the hub."""
        self.admitted = 0
        self.refused = 0

    def admit(self) -> Place | None:
        """A place for one more turn; None where the turn is refused."""
        if self.turns >= self._most_turns or self.bytes >= self._most_bytes:
            self.refused += 1
            return None
        self.admitted += 1
        self.turns += 1
        return Place(self)


class Place:
    """One turn's; leaving the context gives back all that it held."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._open = True
        self._bytes = 0

    def hold(self, bytes_: int) -> None:
        """So many bytes of sound more are in the hub, or fewer."""
        if self._open:
            self._bytes += bytes_
            self._admission.bytes += bytes_

    def close(self) -> None:
        """The turn is over; doing it twice is the same as once."""
        if self._open:
            self.hold(-self._bytes)
            self._open = False
            self._admission.turns -= 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
