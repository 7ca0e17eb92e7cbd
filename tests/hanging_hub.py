"""hark-hub as it is, but that its better voice hangs: for tests.

python -m tests.hanging_hub [hark-hub's own options]
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from config.hub import HubSettings
from hub import __main__ as hark_hub
from hub.assembly import assembled
from hub.engines import Engines
from hub.load.need import SOME_DAY, Need
from hub.timers.keeper import TimerKeeper
from hub.tts.tiers import Tiers
from wire.pcm import PcmFormat


class Hanging:
    """See hub.tts.voice.Voice: one that never makes a sound."""

    name = "hanging"
    format = PcmFormat(24_000)

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        await asyncio.Event().wait()
        yield b""


@asynccontextmanager
async def _engines(settings: HubSettings, timers: TimerKeeper) -> AsyncGenerator[Engines]:
    async with assembled(settings, timers) as made:
        yield replace(made, voices=Tiers({"hanging": Hanging(), **made.voices.voices}))


if __name__ == "__main__":
    hark_hub.main(assemble=_engines)
