"""What stands between the wire and the mixer: replies in a row, each behind a jitter buffer and a resampler.

Rules: nothing here awaits, so the connection's reader never waits for the speaker. The sound is held as it came and
resampled as it plays, so it costs the same whatever the pace of its arrival. More than the settings allow is
dropped, newest first, counted and logged once; a hub sends by credits and never gets there.

`on_heard` is called with the time at which each reply's first sound is heard, `on_drained` once when all replies have
been heard to their last sample, or were lost with the speaker; a flush calls neither.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from config.satellite import Playback as PlaybackSettings
from satellite.playing.jitter import JitterBuffer, Target
from satellite.playing.mixer import Mixer
from satellite.playing.mixing import PIECE_S
from satellite.playing.reply import Reply
from wire.pcm import PcmFormat
from wire.sayings import Sayings

_log = logging.getLogger(__name__)

MIB = 1024 * 1024
MOST_REPLIES = 100  # that wait; nobody means more, and each takes memory though it be empty


@dataclass(slots=True)
class Run:
    """Replies that follow one another; what is over of them."""

    drained: bool = False
    played_s: float = 0.0
    underruns: int = 0
    dropped_s: float = 0.0


class Playback:
    """Plays replies one after the other; a Voice of the mixer's."""

    def __init__(
        self,
        settings: PlaybackSettings,
        mixer: Mixer,
        on_heard: Callable[[float], None],
        on_drained: Callable[[float], None],
    ) -> None:
        self._settings = settings
        self._mixer = mixer
        self._on_heard = on_heard
        self._on_drained = on_drained
        self._target = Target(settings.jitter_ms / 1000, settings.start_ms / 1000)
        self._sayings = Sayings(_log)
        self._replies: deque[Reply] = deque()
        self._run = Run(drained=True)
        self._ready = b""  # pulled from the replies, in the mixer's format
        self._starting = 0  # replies whose first sound is pulled, and not yet handed to the speaker
        self._gives = False  # whether there was sound in the latest piece
        self._ends = 0.0  # when what the speaker was handed will have been heard
        self.name = ""
        """Of the reply that sounds."""
        self.played_s = 0.0
        """Seconds of the current run of replies that have been handed to the speaker."""
        mixer.attach(self)

    @property
    def held_s(self) -> float:
        """Seconds of sound that wait in all replies."""
        return sum(reply.buffer.held_s for reply in self._replies) + self._mixer.format.seconds(len(self._ready))

    @property
    def underruns(self) -> int:
        """Of the current run of replies."""
        return self._run.underruns + sum(reply.buffer.underruns for reply in self._replies)

    @property
    def dropped_s(self) -> float:
        """Seconds of sound of the current run of replies that came when too much was held already."""
        return self._run.dropped_s

    def begin(self, sound: PcmFormat, name: str) -> None:
        """A reply begins, which completes the one before it; it plays after those."""
        self.finish()
        if self._run.drained:
            self._run, self.played_s = Run(), 0.0
        if len(self._replies) >= MOST_REPLIES:
            self._replies.pop()
        buffer = JitterBuffer(sound, self._settings.start_ms / 1000, self._target)
        self._replies.append(Reply(name, buffer, self._mixer.format))

    def push(self, pcm: bytes) -> None:
        """More of the latest reply, in whole frames; dropped where none has begun, or all was flushed."""
        if not self._replies:
            return
        buffer = self._replies[-1].buffer
        if len(pcm) + sum(reply.buffer.held for reply in self._replies) > self._settings.hold_mib * MIB:
            self._drop(buffer.sound.seconds(len(pcm)))
            return
        buffer.push(pcm, asyncio.get_running_loop().time())
        self._flow()

    def _drop(self, seconds: float) -> None:
        most = f"more than {self._settings.hold_mib} MiB of sound came ahead of its time"
        self._sayings.warn("dropped", f"{most}; what follows is dropped until some has played")
        self._run.dropped_s += seconds

    def finish(self) -> None:
        """The latest reply is complete."""
        if self._replies:
            self._replies[-1].buffer.complete = True
            self._flow()

    def flush(self) -> None:
        """Silence, now: all replies are dropped."""
        self._mixer.cut_voices()
        self.clear()

    def clear(self) -> None:
        """See Voice: as a flush does, where the mixer itself falls silent."""
        self._replies.clear()
        self._ready, self._starting = b"", 0
        self._run.drained = True

    def _flow(self) -> None:
        if self._replies[0].buffer.begun:
            self._mixer.wake()

    # What the mixer asks for and tells

    def pull(self, size: int) -> bytes:
        """See Source."""
        while len(self._ready) < size and self._replies and self._replies[0].buffer.begun:
            self._ready += self._next(self._replies[0])
        piece, self._ready = self._ready[:size], self._ready[size:]
        self._gives = bool(piece)
        return piece

    def _next(self, reply: Reply) -> bytes:
        pcm = reply.pull()
        if pcm and not reply.started:
            reply.started = True
            self._starting += 1
            self.name = reply.name
        if reply.over:
            self._replies.popleft()
            self._run.played_s += reply.played_s
            self._run.underruns += reply.buffer.underruns
        return pcm

    def handed(self, at: float) -> None:
        """See Voice."""
        for _ in range(self._starting):
            self._on_heard(at)
        self._starting = 0
        playing_s = self._replies[0].played_s if self._replies else 0.0
        self.played_s = max(
            self.played_s, self._run.played_s + playing_s - self._mixer.format.seconds(len(self._ready))
        )
        if self._gives:
            self._ends = at + PIECE_S
        elif asyncio.get_running_loop().time() >= self._ends:
            self.drained(self._ends)

    def drained(self, at: float) -> None:
        """See Voice."""
        if not self._replies and not self._ready and not self._run.drained:
            self._run.drained = True
            self._on_drained(at)

    def lost(self, at: float) -> None:
        """See Voice."""
        if self._replies and self._replies[0].started:
            self._replies.popleft()
        self._ready, self._starting = b"", 0
        self.drained(at)
