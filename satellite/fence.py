"""What keeps a cancelled turn's late sound from being played: chunks carry no id, so a fence stands in their way.

Pure. A hub answers each cancel with a flush of the same turn, and that opens the fence. A plain controller
knows neither; there the sound that is arriving is dropped up to its audio-stop.
"""

from __future__ import annotations


class Fence:
    """Closed from a cancel until the controller has certainly sent the last of the cancelled sound."""

    def __init__(self) -> None:
        self._turn: str | None = None
        self._until_stop = False
        self._arriving = False

    @property
    def closed(self) -> bool:
        """Whether sound is to be dropped."""
        return self._turn is not None or self._until_stop

    def arriving(self, sound: bool) -> None:
        """An audio-start (True) or an audio-stop (False) has come."""
        self._arriving = sound
        if not sound:
            self._until_stop = False

    def cancel(self, turn: str, by_hub: bool) -> None:
        """The turn was cancelled here."""
        self._turn = turn if by_hub else None
        self._until_stop = not by_hub and self._arriving

    def flush(self, turn: str) -> None:
        """The hub says that nothing of the turn will come any more."""
        if turn == self._turn:
            self._turn = None

    def open(self) -> None:
        """Another controller leads; it has sent nothing yet."""
        self._turn, self._until_stop, self._arriving = None, False, False
