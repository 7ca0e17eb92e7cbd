"""A voice that remembers what it has said: the second time its sound is there at once.

Rules: only whole sound is kept, so nothing of a text that failed or was cut short. What is long is not likely to be
said again and is not kept. `prepare` speaks to nobody, in time that nobody needs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from hub.load.need import SOME_DAY, Need
from hub.tts.cache.folder import Folder
from hub.tts.cache.store import Entry, Key, Sounds
from hub.tts.voice import Voice

LONGEST_CHARACTERS = 200  # of a text that is kept: a confirmation has 60, and what is longer is seldom said twice
PIECE_S = 0.1  # of kept sound at a time, as engines give it


class Cached:
    """A Voice (see there) over another; `folder` keeps phrases that are no secret over restarts."""

    def __init__(
        self, voice: Voice, sounds: Sounds, folder: Folder | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._voice = voice
        self._sounds = sounds
        self._folder = folder
        self._clock = clock
        self.name = voice.name
        self.format = voice.format

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        key = self._key(text)
        kept = self._sounds.find(key)
        if kept is not None:
            size = self.format.bytes(PIECE_S)
            for start in range(0, len(kept), size):
                yield kept[start : start + size]
            return
        async with aclosing(self._make(key, need)) as made:
            async for piece in made:
                yield piece

    async def prepare(self, text: str, no_secret: bool = False) -> None:
        """Has the sound of a text ready; `no_secret` where it may be kept on disk. Raises VoiceError."""
        key = self._key(text)
        if key in self._sounds or len(text) > LONGEST_CHARACTERS:
            return
        folder = self._folder if no_secret else None
        entry = None if folder is None else await asyncio.to_thread(folder.read, key)
        if entry is not None:
            self._sounds.keep(key, entry)
            return
        async with aclosing(self._make(key, SOME_DAY)) as sound:
            async for _ in sound:
                pass
        if folder is not None and (entry := self._sounds.entry(key)) is not None:
            await asyncio.to_thread(folder.write, key, entry)

    async def _make(self, key: Key, need: Need) -> AsyncGenerator[bytes, None]:
        made, begun, took_s = bytearray(), self._clock(), 0.0
        kept = len(key.text) <= LONGEST_CHARACTERS
        async with aclosing(self._voice.speak(key.text, need)) as sound:
            async for piece in sound:
                took_s = took_s or self._clock() - begun
                if kept:
                    made += piece
                yield piece
        if kept:
            self._sounds.keep(key, Entry(bytes(made), took_s))

    def _key(self, text: str) -> Key:
        return Key(self.name, self.format.rate, " ".join(text.split()))
