"""The real programs with faster-whisper: a small model that the tests make, whose decoder always says one sentence."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bench import spoken
from bench.house import house
from tests import tiny_whisper

pytestmark = pytest.mark.end_to_end

QUESTION = spoken.shipped()[0]


def whisper(folder: Path, *engines: str) -> tuple[str, ...]:
    """A hub's options for Whisper with the model in this folder."""
    listed = ", ".join(f'"{engine}"' for engine in ("whisper", *engines))
    settings = (f"stt.engines=[{listed}]", f"stt.whisper.model={folder}", "stt.whisper.device=cpu")
    return tuple(part for one in settings for part in ("--set", one))


def test_a_question_is_heard_by_whisper_and_answered(tmp_path: Path) -> None:
    model = tiny_whisper.make(tmp_path / "model", "turn on the kitchen light")

    async def scenario() -> None:
        async with house(tmp_path, lambda seen: None, hub=whisper(model)) as running:
            answer = await running.ask(QUESTION)
        assert answer.transcript == "turn on the kitchen light"
        assert answer.actions == [{"service": "light.turn_on", "entity_id": "light.kitchen_lights", "data": {}}]
        engines = answer.times["engines"]
        assert isinstance(engines, dict)
        assert engines["stt"].startswith("faster-whisper ")

    asyncio.run(scenario())


def test_where_whispers_model_is_cut_short_pocketsphinx_hears_instead(tmp_path: Path) -> None:
    model = tiny_whisper.make(tmp_path / "model", "close the living room blinds")
    weights = model / "model.bin"
    weights.write_bytes(weights.read_bytes()[:1000])

    async def scenario() -> None:
        async with house(tmp_path, lambda seen: None, hub=whisper(model, "pocketsphinx")) as running:
            answer = await running.ask(QUESTION)
            assert any("is left out" in line for line in running.hub.log)
        assert answer.transcript == QUESTION.text

    asyncio.run(scenario())
