"""From a name in the settings to a loaded model: find its files or fetch them, find a device, load, warm up.

All of it blocks. Where the extra is not installed, nothing of it is imported, and the remedy is said.
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from config.hub import WhisperSettings
from hub.stt.recognizer import RecognizerError
from hub.stt.rolling.transcriber import Ask
from hub.stt.whisper.device import Placement, placements
from hub.stt.whisper.errors import DeviceError
from hub.stt.whisper.weights import CACHE, PINNED, own_flaw
from hub.weights.ensure import ensure
from hub.weights.weights import WeightsError
from wire.pcm import SPEECH

if TYPE_CHECKING:
    from hub.stt.whisper.model import Model

MOST_THREADS = 4  # of a CPU for one model: more gain little, and the rest of the hub needs some
WARM_UP_S = 1.0

_log = logging.getLogger(__name__)


def load(name: str, settings: WhisperSettings, stop: threading.Event) -> Model:
    """A model that has decoded once; raises RecognizerError. `stop` ends a download."""
    try:
        from hub.stt.whisper.model import available
    except (ImportError, OSError) as error:  # the latter where a library of the system is missing
        raise RecognizerError(f"faster-whisper is not installed ({error}); run: pip install 'hark[whisper]'") from None
    *others, last = placements(settings.device, settings.compute, available())
    folder = files(name, settings, stop)
    for placement in others:
        try:
            return _warm(name, folder, placement, settings.threads)
        except DeviceError as error:
            _log.warning("%s; it is tried in other numbers or on another device", error)
    return _warm(name, folder, last, settings.threads)


def files(name: str, settings: WhisperSettings, stop: threading.Event) -> Path:
    """The folder of a model's files, all there, downloaded where need be; raises RecognizerError."""
    weights = PINNED.get(name)
    if weights is None:
        return _own(name)
    folder = weights.folder(name, settings.folder, CACHE)
    try:
        ensure(weights, folder, "stt.whisper", settings.download, stop)
    except WeightsError as error:
        raise RecognizerError(str(error)) from None
    return folder


def _own(name: str) -> Path:
    folder = Path(name).expanduser()
    if not folder.exists():
        raise RecognizerError(
            f"stt.whisper.model is {name!r}, neither a folder nor one of {', '.join(PINNED)}; set it to one of them"
        )
    if wrong := own_flaw(folder):
        raise RecognizerError(
            f"{folder} holds no Whisper in CTranslate2's format: {wrong}; set another stt.whisper.model"
        )
    return folder


def _warm(name: str, folder: Path, placement: Placement, threads: int) -> Model:
    """Loads it and decodes a second of silence: only then are a GPU's libraries found missing, and memory short."""
    from hub.stt.whisper.model import Model

    called = name if name in PINNED else folder.name
    model = Model(called, folder, placement, threads or min(MOST_THREADS, os.cpu_count() or 1))
    for final in (False, True):
        model.transcribe([SPEECH.silence(WARM_UP_S)], Ask(model.languages[0], final=final), "")
    return model
