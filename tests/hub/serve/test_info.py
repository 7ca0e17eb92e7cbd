"""Laws of what the services say of themselves: as Home Assistant reads it, both services, and no satellite."""

from __future__ import annotations

from wyoming.event import Event
from wyoming.info import Describe, Info

from tests.hub.serve.served import Served
from tests.peers import run_clean


def described() -> Info:
    told: list[Event] = []

    async def test() -> None:
        async with Served().client() as client:
            await client.send(Describe())
            told.append(await client.next(Info))

    run_clean(test)
    return Info.from_event(told[0])


def test_speech_to_text_and_text_to_speech_are_installed_in_english_and_nothing_else_is() -> None:
    info = described()
    assert info.satellite is None
    assert [*info.wake, *info.handle, *info.intent, *info.mic, *info.snd] == []
    [asr], [tts] = info.asr, info.tts
    [model], [voice] = asr.models, tts.voices
    assert all(each.installed and each.version for each in (asr, tts, model, voice))
    assert model.languages == voice.languages == ["en"]


def test_the_client_ends_the_utterance_and_text_may_be_streamed() -> None:
    info = described()
    assert info.asr[0].requires_external_vad
    assert info.tts[0].supports_synthesize_streaming
