"""What the hub's services say of themselves when asked to describe themselves.

Rules: speech-to-text and text-to-speech alone. With a satellite in the same `info`, Home Assistant would pass over
both. Names stay the same from release to release, because Home Assistant's pipelines refer to them; versions are
in descriptions.
"""

from __future__ import annotations

from importlib.metadata import version

from wyoming.info import AsrModel, AsrProgram, Attribution, Info, TtsProgram, TtsVoice

from config.hub import HubSettings
from hub.turn import Engines

HARK = Attribution(name="Hark", url="https://www.home-assistant.io/integrations/wyoming")
NAME = "hark"


def info(settings: HubSettings, engines: Engines) -> Info:
    """The Wyoming info of a hub with these engines."""
    return Info(asr=[_asr(settings, engines.recognizer.name)], tts=[_tts(settings, engines.voice.name)])


def _asr(settings: HubSettings, engine: str) -> AsrProgram:
    model = AsrModel(
        name=settings.stt.engine,
        attribution=HARK,
        installed=True,
        description=engine,
        version=version("hark"),
        languages=[settings.llm.language],
    )
    return AsrProgram(
        name=NAME,
        attribution=HARK,
        installed=True,
        description="Hark's speech-to-text",
        version=version("hark"),
        models=[model],
        requires_external_vad=True,
    )


def _tts(settings: HubSettings, engine: str) -> TtsProgram:
    voice = TtsVoice(
        name=settings.tts.voice,
        attribution=HARK,
        installed=True,
        description=engine,
        version=version("hark"),
        languages=[settings.llm.language],
    )
    return TtsProgram(
        name=NAME,
        attribution=HARK,
        installed=True,
        description="Hark's text-to-speech",
        version=version("hark"),
        voices=[voice],
        supports_synthesize_streaming=True,
    )
