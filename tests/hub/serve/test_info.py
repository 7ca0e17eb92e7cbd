"""Laws of what the services say of themselves: as Home Assistant reads it, all three, and no satellite."""

from __future__ import annotations

import pytest
from wyoming.event import Event
from wyoming.info import Describe, Info

from tests.fakes import FakeRecognizer
from tests.hub.serve.served import Served
from tests.peers import run_clean


def described(served: Served) -> Info:
    told: list[Event] = []

    async def test() -> None:
        async with served.client() as client:
            await client.send(Describe())
            told.append(await client.next(Info))

    run_clean(test)
    return Info.from_event(told[0])


def test_speech_both_ways_and_conversation_are_installed_in_english_and_nothing_else_is() -> None:
    info = described(Served())
    assert info.satellite is None
    assert [*info.wake, *info.intent, *info.mic, *info.snd] == []
    [asr], [tts], [handle] = info.asr, info.tts, info.handle
    [model], [voice], [agent] = asr.models, tts.voices, handle.models
    assert all(each.installed and each.version for each in (asr, tts, handle, model, voice, agent))
    assert model.languages == voice.languages == agent.languages == ["en"]


def test_conversation_changes_the_home_and_may_be_streamed() -> None:
    [handle] = described(Served()).handle
    assert handle.supports_home_control
    assert handle.supports_handled_streaming


def test_the_hub_ends_the_utterance_and_text_is_streamed_both_ways() -> None:
    info = described(Served())
    assert not info.asr[0].requires_external_vad
    assert info.asr[0].supports_transcript_streaming
    assert info.tts[0].supports_synthesize_streaming


@pytest.mark.parametrize("served", [Served({"serve.ends_turns": False}), Served(vad=None)], ids=["told", "deaf"])
def test_a_hub_that_does_not_end_turns_says_so(served: Served) -> None:
    assert described(served).asr[0].requires_external_vad


def test_the_languages_are_the_recognizers_and_its_own_comes_first() -> None:
    served = Served({"stt.language": "de"}, recognizer=FakeRecognizer("", languages=("af", "de", "en")))
    assert described(served).asr[0].models[0].languages == ["de", "af", "en"]


def test_the_model_has_the_name_of_the_engine_that_the_settings_want_whichever_listens() -> None:
    served = Served({"stt.engines": ["whisper", "pocketsphinx"]}, recognizer=FakeRecognizer("", name="pocketsphinx 5"))
    [model] = described(served).asr[0].models
    assert (model.name, model.description) == ("whisper", "pocketsphinx 5")
