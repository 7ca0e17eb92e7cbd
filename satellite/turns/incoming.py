"""Sound that controllers send to be played: whose turn it is to be heard, and what of it is not to be heard at all.

One controller at a time has the floor. The leader has it during a turn; while idle, whoever sends sound first. What
the others send meanwhile (a stand-by's announcement) waits, bounded, until the floor is free. Each controller has a
fence (fence.py) that keeps the rest of what was cancelled from being played.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from wyoming.audio import AudioChunk, AudioStart
from wyoming.event import Event
from wyoming.snd import Played

from satellite.controllers.controller import Controller
from satellite.playing.playback import Playback
from satellite.turns.fence import Fence
from wire.audio import sound, sound_format
from wire.pcm import SPEECH, PcmFormat
from wire.sayings import Sayings

_log = logging.getLogger(__name__)

WAITING_BYTES = 4_000_000
"""Sound of one controller that may wait for the floor: 90 s at 22 050 Hz, longer than any announcement."""
PIECE_BYTES = 100  # that a waiting piece takes beside its sound

Piece: TypeAlias = PcmFormat | bytes | None
"""The start of a sound (its format), more of it, its end."""


@dataclass(slots=True)
class Arriving:
    """What is arriving from one controller."""

    format: PcmFormat = SPEECH
    fence: Fence = field(default_factory=Fence)
    waiting: list[Piece] = field(default_factory=list)
    waiting_bytes: int = 0


class Incoming:
    """Takes the audio events of all controllers.

    `begins` is asked when one of them begins to send: it says no while that one may not be heard, or else sees to it
    that `play` is called.
    """

    def __init__(self, playback: Playback, begins: Callable[[Controller], bool]) -> None:
        self._playback = playback
        self._begins = begins
        self._arriving: dict[Controller, Arriving] = {}
        self._format = SPEECH  # of what is about to be played
        self.floor: Controller | None = None
        """Who is heard."""
        self._sayings = Sayings(_log)

    def received(self, controller: Controller, event: Event) -> None:
        """Takes an audio event; raises MalformedEvent."""
        arriving = self._arriving.setdefault(controller, Arriving())
        piece = _piece(event, arriving)
        if arriving.fence.drops(piece):
            return
        if isinstance(piece, PcmFormat) and self.floor is None:
            self._release(controller, arriving)  # what it announced as a stand-by, where it has to lead by now
        self._pass(controller, arriving, piece)

    def _pass(self, controller: Controller, arriving: Arriving, piece: Piece) -> None:
        if arriving.waiting or self.floor not in (None, controller):
            self._wait(arriving, piece)
        else:
            self._take(controller, arriving, piece)

    def _take(self, controller: Controller, arriving: Arriving, piece: Piece) -> None:
        if isinstance(piece, PcmFormat):
            self._format = piece
            if not self._begins(controller):
                self._wait(arriving, piece)
        elif self.floor is not controller:
            return  # the rest of what was stopped here
        elif piece is None:
            self._playback.finish()
        else:
            self._playback.push(piece)

    def play(self, controller: Controller, name: str) -> None:
        """What this controller has begun to send is heard."""
        self.floor = controller
        self._playback.begin(self._format, name)

    def _wait(self, arriving: Arriving, piece: Piece) -> None:
        size = PIECE_BYTES + (len(piece) if isinstance(piece, bytes) else 0)
        if arriving.waiting_bytes + size > WAITING_BYTES:
            self._sayings.warn("dropped", "a stand-by's sound has waited for too long; what follows is dropped")
            return
        arriving.waiting.append(piece)
        arriving.waiting_bytes += size

    def free(self) -> None:
        """The floor is free: who has waited may be heard, first come, first served."""
        self.floor = None
        for controller, arriving in list(self._arriving.items()):
            self._release(controller, arriving)

    def _release(self, controller: Controller, arriving: Arriving) -> None:
        waiting, size = arriving.waiting, arriving.waiting_bytes
        arriving.waiting, arriving.waiting_bytes = [], 0
        for number, piece in enumerate(waiting):
            self._pass(controller, arriving, piece)
            if arriving.waiting and number == 0:  # not yet; the rest is not looked at, for it may be long
                arriving.waiting, arriving.waiting_bytes = waiting, size
                return

    def finish(self, controller: Controller) -> None:
        """No more will come of what this controller sends."""
        if self.floor is controller:
            self._playback.finish()

    def cancel(self, controller: Controller, turn: str) -> None:
        """What this controller sends is not to be heard any more; `turn` is "" where it belongs to none."""
        arriving = self._arriving.setdefault(controller, Arriving())
        arriving.fence.cancel(turn, by_hub=controller.hub is not None and turn != "")
        self.played(controller)
        self.floor = None

    def flushed(self, controller: Controller, turn: str) -> None:
        """A hub says that nothing of a cancelled turn will come any more."""
        if controller in self._arriving:
            self._arriving[controller].fence.flush(turn)

    def replies(self, controller: Controller) -> None:
        """A hub says that what comes now is the current turn's, whatever was cancelled before."""
        if controller in self._arriving:
            self._arriving[controller].fence.open()

    def played(self, controller: Controller) -> None:
        """Tells a controller that all it has sent was heard, or never will be."""
        if self.floor is controller:
            controller.post(Played())

    def gone(self, controller: Controller) -> None:
        """A controller's connection has ended; what has arrived of its sound is all there is."""
        self.finish(controller)
        self._arriving.pop(controller, None)


def _piece(event: Event, arriving: Arriving) -> Piece:
    if AudioStart.is_type(event.type):
        arriving.format = sound_format(event)
        return arriving.format
    return sound(event, arriving.format) if AudioChunk.is_type(event.type) else None
