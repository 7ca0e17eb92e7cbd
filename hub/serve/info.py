"""What the hub's services say of themselves when asked to describe themselves.

Rules: what is served, and nothing else. With a satellite in the same `info`, Home Assistant would pass over all of
it. Names stay the same from release to release, because Home Assistant's pipelines refer to them; versions are
in descriptions.
"""

from __future__ import annotations

from importlib.metadata import version

from wyoming.info import AsrModel, AsrProgram, Attribution, HandleModel, HandleProgram, Info, TtsProgram, TtsVoice

from config.hub import HubSettings
from hub.engines import Engines, Texts
from hub.serve.asr import ends_turns
from hub.serve.utterance import base

HARK = Attribution(name="Hark", url="https://www.home-assistant.io/integrations/wyoming")
NAME = "hark"


def info(settings: HubSettings, engines: Engines) -> Info:
    """The Wyoming info of a hub with these engines."""
    handle = [] if engines.texts is None else [_handle(settings.llm.language, engines.texts)]
    return Info(asr=[_asr(settings, engines)], tts=[_tts(settings, engines)], handle=handle)


def _asr(settings: HubSettings, engines: Engines) -> AsrProgram:
    own = base(settings.stt.language)
    model = AsrModel(
        name=settings.stt.engines[0],
        attribution=HARK,
        installed=True,
        description=engines.recognizer.name,
        version=version("hark"),
        languages=sorted(engines.recognizer.languages, key=lambda language: base(language) != own),
    )
    return AsrProgram(
        name=NAME,
        attribution=HARK,
        installed=True,
        description="Hark's speech-to-text",
        version=version("hark"),
        models=[model],
        supports_transcript_streaming=True,
        requires_external_vad=not ends_turns(settings, engines),
    )


def _tts(settings: HubSettings, engines: Engines) -> TtsProgram:
    voices = [
        TtsVoice(
            name=name,
            attribution=HARK,
            installed=True,
            description=voice.name,
            version=version("hark"),
            languages=[settings.llm.language],
        )
        for name, voice in engines.voices.voices.items()
    ]
    return TtsProgram(
        name=NAME,
        attribution=HARK,
        installed=True,
        description="Hark's text-to-speech",
        version=version("hark"),
        voices=voices,
        supports_synthesize_streaming=True,
    )


def _handle(language: str, texts: Texts) -> HandleProgram:
    model = HandleModel(
        name=NAME,
        attribution=HARK,
        installed=True,
        description=texts.responder.name,
        version=version("hark"),
        languages=[language],
    )
    return HandleProgram(
        name=NAME,
        attribution=HARK,
        installed=True,
        description="Hark's conversation",
        version=version("hark"),
        models=[model],
        supports_handled_streaming=True,
        supports_home_control=True,
    )
