"""espeak-ng's library, which the package espeakng-loader carries: the one handle to it, and how words are spoken.

The library is one synthesizer with global state: one call at a time, and whoever needs a voice sets it. Speech
(hub/tts/espeak.py) and pronunciations (hub/stt/sphinx) use it in different processes.
"""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass
from pathlib import Path

import espeakng_loader

PIECE_MS = 50  # of sound in each callback: the first piece comes early

# From speak_lib.h
AUDIO_OUTPUT_SYNCHRONOUS = 2
CHARS_UTF8 = 1
PHONEMES_IPA = 2


class EspeakError(Exception):
    """espeak-ng cannot be used; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Library:
    """The library after its start, and the rate of its sound in samples a second."""

    calls: ctypes.CDLL
    rate: int


@functools.cache
def library() -> Library:
    """The library of this process, started at the first call; raises EspeakError."""
    try:
        calls = ctypes.CDLL(espeakng_loader.get_library_path())
    except OSError as error:
        raise EspeakError(f"espeak-ng cannot be loaded ({error}); reinstall the package espeakng-loader") from error
    data = str(Path(espeakng_loader.get_data_path()).parent).encode()
    rate = calls.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, PIECE_MS, data, 0)
    if rate <= 0:
        raise EspeakError("espeak-ng did not start; reinstall the package espeakng-loader")
    calls.espeak_TextToPhonemes.restype = ctypes.c_char_p
    return Library(calls, rate)


def use_voice(voice: str) -> None:
    """Sets the voice for every call that follows; raises EspeakError where there is none of that name."""
    if library().calls.espeak_SetVoiceByName(voice.encode()) != 0:
        raise EspeakError(f"espeak-ng has no voice {voice!r}; give tts.espeak.voice a language such as en-us, en or de")


def ipa(text: str, voice: str) -> str:
    """How a text is spoken, in the letters of the International Phonetic Alphabet with marks of stress."""
    use_voice(voice)
    rest = ctypes.c_char_p(text.encode())
    clauses = []
    while rest.value:  # each call reads one clause
        clauses.append(library().calls.espeak_TextToPhonemes(ctypes.byref(rest), CHARS_UTF8, PHONEMES_IPA).decode())
    return " ".join(clauses)
