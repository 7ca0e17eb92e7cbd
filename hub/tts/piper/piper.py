"""Piper as an engine: its voices, as the settings want them."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from config.hub import PiperSettings
from hub.load.scheduler import Scheduler
from hub.tts.piper.voices import PiperVoices
from hub.tts.piper.weights import model_file


@asynccontextmanager
async def piper(settings: PiperSettings, pool: Scheduler) -> AsyncGenerator[PiperVoices]:
    """The voices of the settings; leaving ends a download."""
    stop = threading.Event()
    try:
        yield PiperVoices(settings, lambda name: model_file(name, settings, stop), pool)
    finally:
        stop.set()
