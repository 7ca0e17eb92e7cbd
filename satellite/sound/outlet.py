"""Between the event loop and a sound card's own thread: a short buffer that knows when each sample is heard."""

from __future__ import annotations

import threading

from wire.pcm import PcmFormat


class Outlet:
    """Filled by `push`, emptied by `take` from another thread; neither waits for the other longer than for a copy.

    Times are seconds of one clock, of the caller's choice.
    """

    def __init__(self, sound: PcmFormat, first_at: float) -> None:
        self._sound = sound
        self._lock = threading.Lock()
        self._held = bytearray()
        self._next_at = first_at  # when what is taken next is heard
        self.heard_until = first_at
        """When the last sound that was taken has been heard; silence that filled up does not count."""

    @property
    def held_s(self) -> float:
        """Seconds of sound that wait."""
        return self._sound.seconds(len(self._held))

    def push(self, pcm: bytes) -> float:
        """Adds whole frames; returns when the first of them is heard."""
        with self._lock:
            at = self._next_at + self.held_s
            self._held += pcm
            return at

    def take(self, size: int, at: float) -> bytes:
        """Returns the next `size` bytes (whole frames), which are heard from `at` on; silence where they lack."""
        with self._lock:
            pcm = bytes(self._held[:size])
            del self._held[:size]
            self._next_at = at + self._sound.seconds(size)
            if pcm:
                self.heard_until = at + self._sound.seconds(len(pcm))
        return pcm.ljust(size, b"\0")
