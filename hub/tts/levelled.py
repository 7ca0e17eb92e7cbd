"""A voice as loud as all the others: measured once on a fixed sentence, when it is loaded (hub/tts/loudness.py)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from hub.load.need import SOME_DAY, Need
from hub.tts.loudness import amplified, gain_for, loudness_lufs
from hub.tts.voice import Voice

SENTENCE = "The light in the kitchen is on, and the door to the garden is closed."
"""Long enough for some ten blocks of loudness; no voice is asked for more before it may speak."""


async def levelled(voice: Voice) -> Voice:
    """The voice at the common level. Raises VoiceError."""
    async with aclosing(voice.speak(SENTENCE)) as pieces:
        sound = b"".join([piece async for piece in pieces])
    return Levelled(voice, gain_for(loudness_lufs(sound, voice.format)))


class Levelled:
    """See hub.tts.voice.Voice: another one, of 16 bit and mono, with a gain."""

    def __init__(self, voice: Voice, gain: float) -> None:
        self._voice = voice
        self._gain = gain
        self.name, self.format = voice.name, voice.format

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        async with aclosing(self._voice.speak(text, need)) as pieces:
            async for piece in pieces:
                yield amplified(piece, self._gain)
