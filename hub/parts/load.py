"""The devices that the engines of the settings work on, and what is left out when they are loaded."""

from __future__ import annotations

from collections.abc import Mapping

from config.hub import HubSettings, SttEngine, TtsEngine
from hub.load.admission import Admission
from hub.load.ladder import Ladder
from hub.load.load import Load, Where
from hub.load.need import Stage, Tier

CPU = "cpu"
GPU = "gpu"
"""The GPU, or without one the cores that a large model keeps busy: one of them at a time, since two only slow each
other down."""
LLM = "llm"
"""Requests to a language model."""
PIPER = "piper"
MEAN = 0.6
"""Of the budget, that the mean of a forecast may take: waits scatter, and one turn in twenty has thrice the mean."""

_HEARS: dict[SttEngine, str] = {"whisper": GPU, "pocketsphinx": CPU}
_SPEAKS: dict[TtsEngine, str] = {"kokoro": GPU, "piper": PIPER, "espeak": CPU}


def load(settings: HubSettings) -> Load:
    """All that the engines of a hub share; as a context it waits for what still runs."""
    limits = settings.load
    slots = {CPU: limits.slots, GPU: 1, LLM: limits.requests, PIPER: settings.tts.piper.workers}
    return on(slots, where(settings), settings)


def on(slots: Mapping[str, int], where: Where, settings: HubSettings) -> Load:
    """The same on other devices."""
    limits = settings.load
    ladder = Ladder(MEAN * settings.budgets.whole_ms / 1000, frozen=not limits.ladder)
    return Load(slots, where, ladder, Admission(limits.turns, limits.memory_mb * 1_000_000))


def where(settings: HubSettings) -> dict[tuple[Stage, Tier], str]:
    """The device of each engine."""
    hears, speaks = _HEARS[settings.stt.engines[0]], [_SPEAKS[engine] for engine in settings.tts.engines]
    places = {(Stage.STT, Tier.FULL): hears, (Stage.LLM, Tier.FULL): LLM}
    if settings.stt.whisper.small_model:
        places[Stage.STT, Tier.SMALL] = hears
    for tier, device in zip(Tier, speaks, strict=False):
        places |= {(Stage.FIRST_CLAUSE, tier): device, (Stage.CLAUSE, tier): device}
    return places
