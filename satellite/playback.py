"""What stands between the wire and the speaker: a jitter buffer for each reply, and the player that empties it.

`JitterBuffer` is pure. It starts a reply after two pieces that came faster than they play, or with enough
sound in hand, or at once when the reply is complete; when it runs dry it plays silence, counts it, and holds
half as much again before it goes on. `Playback` is the shell: replies in a row, one player task.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from config.satellite import Playback as PlaybackSettings
from satellite.speaker import Speaker, SpeakerError
from wire.pcm import PcmFormat

_log = logging.getLogger(__name__)

PIECE_S = 0.02  # handed to the speaker at a time: a flush is heard this much later at most
UNDERRUN_GROWTH = 1.5  # of the sound held back, at each underrun, up to what starts any reply


class JitterBuffer:
    """The sound of one reply between its arrival and its playing."""

    def __init__(self, sound: PcmFormat, start_s: float, jitter_s: float) -> None:
        self.sound = sound
        self.underruns = 0
        self.complete = False
        self._start = sound.bytes(start_s)
        self._target = sound.bytes(jitter_s)
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self._arrived = 0
        self._first: tuple[float, int] | None = None  # when the first piece came, and its size
        self._flowing = False

    @property
    def held_s(self) -> float:
        """Seconds of sound that wait."""
        return self.sound.seconds(self._held)

    @property
    def played_s(self) -> float:
        """Seconds of sound that have been taken out; the silence of underruns is no part of it."""
        return self.sound.seconds(self._arrived - self._held)

    @property
    def over(self) -> bool:
        """Whether all has been played."""
        return self.complete and not self._held

    def push(self, pcm: bytes, now: float) -> None:
        """Takes in the next piece, of whole frames, that arrived at `now` (seconds)."""
        if not pcm:
            return
        self._pieces.append(pcm)
        self._held += len(pcm)
        self._arrived += len(pcm)
        if self._first is None:
            self._first = (now, len(pcm))
        elif not self._flowing and self.underruns == 0:
            self._flowing = self._keeps_pace(now)
        self._flowing = self._flowing or self._held >= (self._target if self.underruns else self._start)

    def _keeps_pace(self, now: float) -> bool:
        assert self._first is not None
        at, size = self._first
        faster = self.sound.seconds(self._arrived - size) >= now - at
        return faster and self._held >= self._target

    @property
    def flowing(self) -> bool:
        """Whether there is sound to play now."""
        return self._flowing or self.complete

    def pull(self) -> bytes:
        """Returns the next piece to play: at most 20 ms, silence on an underrun, b"" at the end."""
        size = self.sound.bytes(PIECE_S)
        if self._held and self.flowing:
            return self._take(size)
        if self.complete:
            return b""
        if self._flowing:
            self.underruns += 1
            self._target = min(self._start, round(self._target * UNDERRUN_GROWTH))
            self._flowing = False
        return self.sound.silence(PIECE_S)

    def _take(self, size: int) -> bytes:
        piece = self._pieces.popleft()
        if len(piece) > size:
            self._pieces.appendleft(piece[size:])
            piece = piece[:size]
        self._held -= len(piece)
        return piece


class Playback:
    """Plays replies one after the other; tells when the first sound of each is heard and when all has been."""

    def __init__(
        self,
        settings: PlaybackSettings,
        speaker: Speaker,
        on_heard: Callable[[float], None],
        on_drained: Callable[[float], None],
    ) -> None:
        self._settings = settings
        self._speaker = speaker
        self._on_heard = on_heard
        self._on_drained = on_drained
        self._replies: deque[tuple[str, JitterBuffer]] = deque()
        self._changed = asyncio.Event()
        self._played = asyncio.Event()
        self._player: asyncio.Task[None] | None = None
        self.played_s = 0.0
        """Seconds of the current run of replies that have been handed to the speaker."""

    @property
    def held_s(self) -> float:
        """Seconds of sound that wait in all replies."""
        return sum(buffer.held_s for _, buffer in self._replies)

    @property
    def underruns(self) -> int:
        """Of the replies at hand."""
        return sum(buffer.underruns for _, buffer in self._replies)

    def begin(self, sound: PcmFormat, name: str) -> None:
        """A reply begins; it plays after those before it."""
        if not self._replies:
            self.played_s = 0.0
        self._replies.append(
            (name, JitterBuffer(sound, self._settings.start_ms / 1000, self._settings.jitter_ms / 1000))
        )
        self._changed.set()

    async def push(self, pcm: bytes) -> None:
        """More of the latest reply; waits while too much is held, so that its sender has to."""
        while self._replies and self.held_s > self._settings.longest_s:
            self._played.clear()
            await self._played.wait()
        if self._replies:
            self._replies[-1][1].push(pcm, asyncio.get_running_loop().time())
            self._changed.set()

    def finish(self) -> None:
        """The latest reply is complete."""
        if self._replies:
            self._replies[-1][1].complete = True
            self._changed.set()

    def flush(self) -> None:
        """Silence, now: all replies are dropped."""
        self._replies.clear()
        self._played.set()
        if self._player is not None:
            self._player.cancel()

    async def run(self) -> None:
        """Plays what comes, without end."""
        while True:
            while not self._replies:
                await self._wait()
            async with asyncio.TaskGroup() as group:
                self._player = group.create_task(self._play_all())
            self._player = None

    async def _play_all(self) -> None:
        heard = asyncio.get_running_loop().time()
        while self._replies:
            try:
                heard = await self._play(*self._replies[0])
            except SpeakerError as error:
                _log.error("a reply was not heard: %s", error)
            self._replies.popleft()
        self._on_drained(heard)

    async def _play(self, name: str, buffer: JitterBuffer) -> float:
        while not buffer.flowing:
            await self._wait()
        async with self._speaker.stream(buffer.sound, name) as stream:
            first, before_s = True, self.played_s
            while piece := buffer.pull():
                at = await stream.play(piece)
                self.played_s = before_s + buffer.played_s
                self._played.set()
                if first:
                    self._on_heard(at)
                    first = False
            return await stream.drain()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()
