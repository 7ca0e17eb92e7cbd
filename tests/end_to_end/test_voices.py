"""Which voice speaks, in real processes."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from bench import spoken
from bench.house import house
from hub.tts.tiers import LATE

pytest.importorskip("piper", reason="the extra piper is not installed")

from tests import stub_piper

pytestmark = pytest.mark.end_to_end

LIGHT = spoken.shipped()[0]


def test_where_the_better_voice_hangs_piper_speaks(tmp_path: Path) -> None:
    voice = stub_piper.make(tmp_path / "piper")
    hub = ('--set=tts.engines=["piper"]', f"--set=tts.piper.voice={voice}", "--set=tts.cache.folder=")

    async def scenario() -> None:
        async with house(tmp_path, lambda seen: None, hub=hub, module="tests.hanging_hub") as running:
            answer = await running.ask(LIGHT)
        assert answer.reply
        assert [(said["tier"], said["why"]) for said in answer.voices] == [("piper", LATE)]
        assert answer.reply_wav is not None
        with wave.open(str(answer.reply_wav), "rb") as file:
            assert np.abs(np.frombuffer(file.readframes(file.getnframes()), "<i2")).max() > 1000

    asyncio.run(scenario())
