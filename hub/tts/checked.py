"""A guard around any voice: what is broken never sounds like speech, and never passes for it.

Strategy: pieces pass as they come, but what comes before the first audible one is held back with it, so that a text of
which no sound was made raises before anything went out, and another voice can speak it from its beginning.

Rules: of words there is sound; it is audible, not much longer than anybody would take to say them, and a piece comes
within PIECE_S, but for the very first. Whatever an engine raises is a VoiceError. Words are in no error.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import numpy as np

from hub.load.need import SOME_DAY, Need
from hub.tts.voice import Voice, VoiceError

FIRST_S = 60.0  # the same for the very first piece: libraries make much at first use, and others start just then
PIECE_S = 10.0  # longest wait for a piece, in line for the engine included: who asked has given up by then
LONGEST_S, LONGEST_CHARACTER_S = 10.0, 1.0
"""Most sound of a text, and for each character of it: of ordinary words four times what the slowest setting takes; long
numbers, at 80 words a minute, take 1.5 s for each digit."""
AUDIBLE = 33  # of 32768, by a sample's size: what stays below -60 dB of full scale is silence

_log = logging.getLogger(__name__)


class Checked:
    """See hub.tts.voice.Voice: another voice, of 16-bit samples, guarded."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._patience_s = FIRST_S
        self.name, self.format = voice.name, voice.format

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        made = _Made(self._voice, text)
        held = b""
        async with aclosing(self._voice.speak(text, need)) as sound:
            while (piece := await self._next(sound)) is not None:
                made.check(piece)
                held += piece
                if made.audible:
                    yield held
                    held = b""
        made.end()

    async def _next(self, sound: AsyncGenerator[bytes, None]) -> bytes | None:
        try:
            async with asyncio.timeout(self._patience_s):
                piece = await anext(sound, None)
        except VoiceError:
            raise
        except TimeoutError:
            raise VoiceError(f"{self.name} made no sound for {self._patience_s:.0f} s; look at the load here") from None
        except Exception as error:
            _log.debug("%s failed", self.name, exc_info=True)  # its message may hold words
            raise VoiceError(f"{self.name} failed ({type(error).__name__}); hark-hub -v tells more") from error
        self._patience_s = PIECE_S
        return piece


class _Made:
    """What was made of a text so far."""

    def __init__(self, voice: Voice, text: str) -> None:
        self._name, self._format = voice.name, voice.format
        self._characters = len(text)
        self._words = any(map(str.isalnum, text))
        self._bytes = 0
        self.audible = False

    def check(self, piece: bytes) -> None:
        """Takes in the next piece; raises VoiceError."""
        if len(piece) % self._format.frame_bytes:
            raise VoiceError(f"{self._name} made half a sample; report it to its makers")
        self._bytes += len(piece)
        most_s = LONGEST_S + LONGEST_CHARACTER_S * self._characters
        if self._format.seconds(self._bytes) > most_s:
            raise VoiceError(f"{self._name} made more than {most_s:.0f} s of sound of {self._characters} characters")
        self.audible = self.audible or _audible(piece)

    def end(self) -> None:
        """No more comes; raises VoiceError where there were words and no sound of them."""
        if self._words and not self.audible:
            made = "silence" if self._bytes else "no sound"
            raise VoiceError(f"{self._name} made {made} of {self._characters} characters; try another voice")


def _audible(piece: bytes) -> bool:
    samples = np.frombuffer(piece, "<i2").astype(np.int32)
    return bool(np.any(np.abs(samples) >= AUDIBLE))


def pcm(samples: np.ndarray[Any, Any]) -> bytes:
    """16-bit sound of samples from -1 to 1, clipped there; raises VoiceError where one is no number, or infinite."""
    if not np.all(np.isfinite(samples)):
        raise VoiceError("the voice's model made samples that are no numbers; its weights or the device are broken")
    return bytes((np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes())
