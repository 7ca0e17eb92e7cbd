"""Laws of Piper as a part of the hub: chosen by the settings, as loud as others, left out where it cannot be loaded."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

pytest.importorskip("piper", reason="needs the extra piper: pip install 'hark[piper]'")

from config.hub import HubSettings
from config.loading import assignment, build, read
from hub.parts import voices
from hub.parts.load import load as shared
from hub.tts.loudness import LEVEL_LUFS, loudness_lufs
from tests.settings import HUB_TOML
from tests.stub_piper import make

SENTENCE = "The kitchen light is on, and the door to the garden is closed."


async def spoken(*said: str) -> tuple[str, float]:
    """Who spoke with these settings, and how loud."""
    settings = build(HubSettings, [read(HUB_TOML), *map(assignment, said)])
    async with shared(settings) as load, voices.voices(settings.tts, load, most=1) as loaded:
        [voice] = loaded.values()
        pcm = b"".join([piece async for piece in voice.speak(SENTENCE)])
        return voice.name, loudness_lufs(pcm, voice.format)


ENGINES = 'tts.engines=["piper", "espeak"]'


@pytest.mark.parametrize("level", [0.05, 0.3, 0.9])
def test_the_settings_voice_speaks_at_the_common_level(tmp_path: Path, level: float) -> None:
    path = make(tmp_path, level=level)
    name, lufs = asyncio.run(spoken(ENGINES, f"tts.piper.voice={path}"))
    assert "en_US-stub-low" in name
    assert lufs == pytest.approx(LEVEL_LUFS, abs=1)


@pytest.mark.parametrize("broken", [{"level": float("nan")}, {"level": 0.0}, {"phoneme_s": 0.0}])
def test_a_voice_that_makes_no_usable_sound_is_left_out(
    tmp_path: Path, broken: dict[str, float], caplog: pytest.LogCaptureFixture
) -> None:
    path = make(tmp_path, **broken)  # type: ignore[arg-type]
    name, _ = asyncio.run(spoken(ENGINES, f"tts.piper.voice={path}"))
    assert name.startswith("espeak-ng")
    assert "piper" in caplog.text


def test_a_voice_that_is_not_there_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    name, _ = asyncio.run(spoken(ENGINES, "tts.piper.folder=/nowhere", "tts.piper.download=false"))
    assert name.startswith("espeak-ng")
    assert "tts.piper.download is off" in caplog.text
