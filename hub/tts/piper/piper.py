"""Piper as an engine: its voices, with a pool of threads of their own."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from config.hub import PiperSettings
from hub.load.scheduler import Scheduler
from hub.tts.piper.voices import PiperVoices
from hub.tts.piper.weights import model_file


@asynccontextmanager
async def piper(settings: PiperSettings) -> AsyncGenerator[PiperVoices]:
    """The voices of the settings; leaving waits for what still runs, and ends a download."""
    stop = threading.Event()
    async with Scheduler(settings.workers) as pool:
        try:
            yield PiperVoices(settings, lambda name: model_file(name, settings, stop), pool)
        finally:
            stop.set()
