"""From the settings to a Kokoro that has spoken once: find its files or fetch them, find a device, load, warm up.

All of it blocks. Where the extra is not installed, nothing of it is imported, and the remedy is said.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.hub import KokoroSettings
from hub.tts.kokoro.cutting import cut
from hub.tts.kokoro.weights import CACHE, NAME, own, pinned
from hub.tts.voice import VoiceError
from hub.weights.ensure import ensure
from hub.weights.weights import WeightsError

if TYPE_CHECKING:
    from hub.tts.kokoro.model import Model
    from hub.tts.kokoro.phonemes import Phonemize

MOST_THREADS = 4  # of a CPU: more gain little, and the rest of the hub needs some
WARM_UPS = ("Okay.", "The living room lights are on, and the front door is locked. It is twenty degrees outside.")
"""A short text and a long one: a GPU chooses its ways for each."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice that can read."""

    name: str
    model: Model
    phonemize: Phonemize
    speed: float

    def begin(self, text: str) -> tuple[bytes, list[str]]:
        """The sound of a text's first part, and the phonemes of the others; nothing of what has no words."""
        phonemes = "".join(symbol for symbol in self.phonemize(text) if symbol in self.model.symbols)
        parts = cut(phonemes, self.model.longest)
        return (self.go_on(parts[0]), parts[1:]) if parts else (b"", [])

    def go_on(self, part: str) -> bytes:
        """The sound of another part; raises VoiceError."""
        return self.model.make(part, self.speed)


def load(settings: KokoroSettings, stop: threading.Event) -> Speaker:
    """A voice that has spoken; raises VoiceError. `stop` ends a download."""
    try:
        from hub.tts.kokoro.model import Model, placed
        from hub.tts.kokoro.phonemes import english
    except (ImportError, OSError) as error:  # the latter where a library of the system is missing
        raise VoiceError(f"kokoro is not installed ({error}); {remedy(tuple(sys.version_info[:2]))}") from None
    device = placed(settings.device)
    folder = files(settings, stop)
    threads = settings.threads or min(MOST_THREADS, os.cpu_count() or 1)
    model = Model(folder, settings.voice, device, threads)
    called = NAME if settings.model == NAME else folder.name
    name = f"kokoro {called} {settings.voice} on {device}"
    speaker = Speaker(name, model, english(settings.voice.startswith("b")), settings.speed)
    for text in WARM_UPS:
        speaker.begin(text)
    return speaker


def remedy(python: tuple[int, ...]) -> str:
    """How to get it, with this version of Python."""
    if python >= (3, 13):
        return "it needs Python 3.12 or older: run the hub with that, or take kokoro out of tts.engines"
    return "run: pip install 'hark[kokoro]'"


def files(settings: KokoroSettings, stop: threading.Event) -> Path:
    """The folder of the model's files, all there, downloaded where need be; raises VoiceError."""
    if settings.model != NAME:
        return own(Path(settings.model).expanduser(), settings.voice)
    weights = pinned(settings.voice)
    folder = weights.folder(NAME, settings.folder, CACHE)
    try:
        ensure(weights, folder, "tts.kokoro", settings.download, stop)
    except WeightsError as error:
        raise VoiceError(str(error)) from None
    return folder
