"""A voice at another rate than its own, so that a reply may change from one voice to another inside one stream.

Each text is a stream of its own: the filter begins with it and is emptied at its end, so its length stays right to a
sample and nothing of one voice rings on in the next. Only rates change; voices are 16 bit, mono.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from hub.load.need import SOME_DAY, Need
from hub.tts.voice import Voice
from wire.pcm import PcmFormat
from wire.resample import Resampler


class Resampled:
    """See hub.tts.voice.Voice: another one, at `rate` Hz. Raises PcmError for a rate that cannot be."""

    def __init__(self, voice: Voice, rate: int) -> None:
        self._voice = voice
        self.format = PcmFormat(rate)

    @property
    def name(self) -> str:
        """See hub.tts.voice.Voice."""
        return self._voice.name

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice; what a filter holds back (some 40 ms) comes with the next piece."""
        resampler = Resampler(self._voice.format, self.format.rate)
        async with aclosing(self._voice.speak(text, need)) as pieces:
            async for piece in pieces:
                if ready := resampler.push(piece):
                    yield ready
        if rest := resampler.flush():
            yield rest
