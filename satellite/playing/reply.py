"""One reply on its way from the wire's format to the mixer's. Pure."""

from __future__ import annotations

from satellite.playing.jitter import JitterBuffer
from wire.pcm import PcmFormat
from wire.resample import Resampler


class Reply:
    """A jitter buffer and a resampler behind it; `mixed` is the mixer's format."""

    def __init__(self, name: str, buffer: JitterBuffer, mixed: PcmFormat) -> None:
        self.name = name
        self.buffer = buffer
        self.started = False
        self.over = False
        self._mixed = mixed
        self._resampler: Resampler | None = None  # made when it plays: one takes more memory than a short reply
        self._inside_s = 0.0  # of sound in the resampler

    @property
    def played_s(self) -> float:
        """Seconds of it that have been pulled; not the silence of underruns."""
        return max(0.0, self.buffer.played_s - self._inside_s)

    def pull(self) -> bytes:
        """The next sound, in the mixer's format; may be b"" before it is over."""
        if self._resampler is None:
            self._resampler = Resampler(self.buffer.sound, self._mixed.rate)
        piece = self.buffer.pull()
        self.over = not piece
        pcm = self._resampler.push(piece) if piece else self._resampler.flush()
        self._inside_s += self.buffer.sound.seconds(len(piece)) - self._mixed.seconds(len(pcm))
        return pcm
