"""What keeps a cancelled turn's late sound from being played: chunks carry no id, so a fence stands in their way.

Pure. A hub answers each cancel with a flush of the same turn, and that opens the fence. A plain controller
knows neither; there the sound that is arriving is dropped up to its audio-stop.
"""

from __future__ import annotations

from wire.pcm import PcmFormat


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

    def drops(self, piece: PcmFormat | bytes | None) -> bool:
        """Whether the next piece (a sound's start, more of it, None for its end) is to be dropped."""
        closed = self.closed
        if not isinstance(piece, bytes):
            self._arriving = piece is not None
        if piece is None:
            self._until_stop = False
        return closed

    def cancel(self, turn: str, by_hub: bool) -> None:
        """The turn was cancelled here."""
        self._turn = turn if by_hub else None
        self._until_stop = not by_hub and self._arriving

    def flush(self, turn: str) -> None:
        """The hub says that nothing of the turn will come any more."""
        if turn == self._turn:
            self._turn = None

    def open(self) -> None:
        """What comes now was not cancelled."""
        self._turn, self._until_stop = None, False
