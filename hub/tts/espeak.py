"""Speech by espeak-ng (hub/espeak.py).

The library is one synthesizer with global state, so one call at a time; it makes a clause a hundred times
faster than it is spoken. A callback gets the sound piece by piece and can end the call.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from importlib.metadata import version

from hub.espeak import CHARS_UTF8, EspeakError, library, use_voice
from hub.load.need import SOME_DAY, Need
from hub.load.scheduler import Abandoned, Scheduler
from hub.tts.voice import VoiceError
from wire.pcm import PcmFormat

LONGEST_TEXT = 2000  # characters in one call: two minutes of speech; the chunker stays far below
MOST_PIECES = 4096  # that may wait for their reader: the longest text, spoken slowly
SPACES = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")
"""For control characters: espeak-ng takes U+0001 for a command that changes the voice, for every later text as well."""

# From speak_lib.h
POS_CHARACTER = 1
RATE = 1
GO_ON, STOP = 0, 1

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """One voice of espeak-ng."""

    def __init__(self, voice: str, words_per_minute: int, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._busy = threading.Lock()
        try:
            self._library, rate = library().calls, library().rate
            use_voice(voice)
        except EspeakError as error:
            raise VoiceError(str(error)) from error
        self._library.espeak_SetParameter(RATE, words_per_minute, 0)
        self.format = PcmFormat(rate)
        loader = f"espeakng-loader {version('espeakng-loader')}"
        self.name = f"espeak-ng {voice}, {words_per_minute} words a minute ({loader})"

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        if len(text) > LONGEST_TEXT:
            raise VoiceError(f"a text of {len(text)} characters is longer than {LONGEST_TEXT}; cut it into sentences")
        spoken = text.translate(SPACES).encode(errors="replace")

        def work(emit: Callable[[bytes], None]) -> None:
            self._synthesize(spoken, emit)

        async with aclosing(self._scheduler.stream(work, MOST_PIECES, need)) as pieces:
            async for piece in pieces:
                yield piece

    def _synthesize(self, text: bytes, emit: Callable[[bytes], None]) -> None:
        """In a worker: makes the sound of one text, unless its reader leaves."""

        def sound(samples: ctypes._Pointer[ctypes.c_short], count: int, events: int | None) -> int:
            if not samples or count <= 0:
                return GO_ON
            try:
                emit(ctypes.string_at(samples, count * ctypes.sizeof(ctypes.c_short)))
            except Abandoned:
                return STOP
            return GO_ON

        callback = _CALLBACK(sound)
        with self._busy:
            self._library.espeak_SetSynthCallback(callback)
            code = self._library.espeak_Synth(text, len(text) + 1, 0, POS_CHARACTER, 0, CHARS_UTF8, None, None)
        if code != 0:
            raise VoiceError(f"espeak-ng failed with code {code}; see the log")
