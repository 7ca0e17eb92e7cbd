"""The sound of one reply between its arrival and its playing, and how much of it is held back meanwhile.

Pure. A reply starts after two pieces that came faster than they play, or with enough sound in hand, or at once when
it is complete. When it runs dry it plays silence, counts that, and holds half as much again back before it goes on.

How much is held back is the 95th percentile of how late pieces came (the latest 100, of all replies: the network
stays the same), or what underruns have raised it to, half of which is forgotten with each 30 s of sound. A piece is
late that came after the one before it would have played out, but it counts only while less than `start_s` is in
hand: a sender that is further ahead waits for credits, and its gaps tell nothing of the network.
"""

from __future__ import annotations

import math
from collections import deque

from satellite.playing.mixing import PIECE_S
from wire.pcm import PcmFormat

PERCENTILE = 0.95  # of pieces that shall come in time
WINDOW = 100  # pieces that the percentile is taken of: 5 to 10 s of sound
UNDERRUN_GROWTH = 1.5  # of the sound held back, at each underrun
HALF_LIFE_S = 30.0  # of sound, in which half of what underruns have added is forgotten


class Target:
    """How many seconds of sound are held back; at least `least_s`, at most `most_s`."""

    def __init__(self, least_s: float, most_s: float) -> None:
        self._least, self._most = least_s, max(least_s, most_s)
        self._late: deque[float] = deque(maxlen=WINDOW)
        self._raised = 0.0

    @property
    def seconds(self) -> float:
        """What is to be in hand before sound starts, or goes on after an underrun."""
        late = sorted(self._late)
        usual = late[int(PERCENTILE * (len(late) - 1))] if late else 0.0
        return min(self._most, max(self._least, usual, self._raised))

    def arrived(self, late_s: float) -> None:
        """A piece came so much after the one before it had played out; 0 where it came in time.

        What is later than could ever be held back was no jitter: the sender had nothing to say.
        """
        if late_s <= self._most:
            self._late.append(late_s)

    def underrun(self) -> None:
        """It was not enough."""
        self._raised = min(self._most, self.seconds * UNDERRUN_GROWTH)

    def played(self, seconds: float) -> None:
        """It was enough for so long."""
        self._raised *= 0.5 ** (seconds / HALF_LIFE_S)


class JitterBuffer:
    """The sound of one reply, in the format in which it comes; starts with `start_s` in hand whatever its pace."""

    def __init__(self, sound: PcmFormat, start_s: float, target: Target) -> None:
        self.sound = sound
        self.underruns = 0
        self.complete = False
        self._start_s = start_s
        self._target = target
        self._waiting = bytearray()
        self._arrived = 0
        self._first: tuple[float, float] | None = None  # when the first piece came, and its seconds
        self._plays_out = math.inf  # when the latest piece would have, played as it came
        self._flowing = False

    @property
    def held(self) -> int:
        """Bytes that wait."""
        return len(self._waiting)

    @property
    def held_s(self) -> float:
        """Seconds of sound that wait."""
        return self.sound.seconds(self.held)

    @property
    def played_s(self) -> float:
        """Seconds of sound that have been taken out; the silence of underruns is no part of it."""
        return self.sound.seconds(self._arrived - self.held)

    @property
    def begun(self) -> bool:
        """Whether there is, or has been, sound to play, or never will be any."""
        return self._flowing or self.complete or self.underruns > 0

    def push(self, pcm: bytes, now: float) -> None:
        """Takes in the next piece, of whole frames, that arrived at `now` (seconds)."""
        if not pcm:
            return
        seconds = self.sound.seconds(len(pcm))
        if self._first is None:
            self._first = (now, seconds)
        elif self.held_s < self._start_s:
            self._target.arrived(max(0.0, now - self._plays_out))
        self._plays_out = now + seconds
        self._waiting += pcm
        self._arrived += len(pcm)
        self._flowing = self._flowing or self._may_flow(now)

    def _may_flow(self, now: float) -> bool:
        assert self._first is not None
        if self.underruns:
            return self.held_s >= self._target.seconds
        at, seconds = self._first
        came_later_s = self.sound.seconds(self._arrived) - seconds
        faster = 0 < came_later_s >= now - at and self.held_s >= self._target.seconds
        return faster or self.held_s >= self._start_s

    def pull(self) -> bytes:
        """Returns the next piece to play: at most 20 ms, silence where there is none yet, b"" at the end."""
        if self._waiting and (self._flowing or self.complete):
            return self._take()
        if self.complete:
            return b""
        if self._flowing:
            self.underruns += 1
            self._target.underrun()
            self._flowing = False
        return self.sound.silence(PIECE_S)

    def _take(self) -> bytes:
        size = self.sound.bytes(PIECE_S)
        piece = bytes(self._waiting[:size])
        del self._waiting[:size]
        self._target.played(self.sound.seconds(len(piece)))
        return piece
