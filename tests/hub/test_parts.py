"""Laws of the choice of engines: what cannot be loaded is said with its remedy, and the next one takes over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

from config.hub import HubSettings
from config.loading import SettingsError, assignment, build, read
from hub.home.homeassistant.homeassistant import HomeAssistant
from hub.parts import answers, hearing, homes, voices
from hub.parts.load import load as shared
from hub.stt.recognizer import RecognizerError
from hub.tts.voice import Voice, VoiceError
from tests.hub.stt.sphinx.homes import NamedHome, thing
from tests.settings import HUB_TOML

HOME = NamedHome([thing("Bed Light", "light")])
NO_WEIGHTS = "stt.whisper.model=/nowhere/model"


def settings(*assignments: str) -> HubSettings:
    return build(HubSettings, [read(HUB_TOML), *map(assignment, assignments)])


def loaded(*assignments: str) -> tuple[str, Sequence[str]]:
    """Name and languages of what the settings get."""

    async def load() -> tuple[str, Sequence[str]]:
        async with shared(settings()) as load, hearing.recognizer(settings(*assignments).stt, HOME, load) as made:
            return made.name, made.languages

    return asyncio.run(load())


def refusal(*assignments: str) -> str:
    with pytest.raises(RecognizerError) as error:
        loaded(*assignments)
    return str(error.value)


@pytest.mark.parametrize("language", ["en", "en-GB", "auto"])
def test_pocketsphinx_alone_hears_english(language: str) -> None:
    name, languages = loaded(f"stt.language={language}")
    assert name.startswith("pocketsphinx")
    assert list(languages) == ["en"]


def test_an_engine_that_cannot_be_loaded_is_said_and_the_next_takes_over(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        name, _ = loaded('stt.engines=["whisper", "pocketsphinx"]', NO_WEIGHTS)
    assert name.startswith("pocketsphinx")
    (record,) = caplog.records
    assert record.getMessage().startswith(f"a speech engine is left out, {name} hears: ")
    assert "\n" not in record.getMessage()


def test_where_no_engine_is_left_every_reason_is_told() -> None:
    said = refusal('stt.engines=["whisper", "pocketsphinx"]', "stt.language=de", NO_WEIGHTS)
    assert "pocketsphinx does not understand 'de'; set stt.language to en" in said
    assert "/nowhere/model" in said or "pip install" in said


def test_the_voice_detector_is_fresh_for_each_utterance() -> None:
    make = hearing.vad(settings("vad.threshold=0.7").vad)
    assert make is not None
    first, second = make(), make()
    assert first is not second
    assert first.threshold == 0.7


def test_no_voice_detector_is_a_choice() -> None:
    assert hearing.vad(settings("vad.engine=none").vad) is None


def test_the_home_is_the_one_that_ships_or_the_settings_own(tmp_path: Path) -> None:
    assert len(homes.demo_home(settings().home).things) > 10
    file = tmp_path / "home.toml"
    file.write_text('[[things]]\nname = "Bed Light"\ndomain = "light"\n')
    assert [each.name for each in homes.demo_home(settings(f"home.file={file}").home).things] == ["Bed Light"]
    with pytest.raises(SettingsError, match="cannot be read"):
        homes.demo_home(settings(f"home.file={tmp_path}/none.toml").home)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("home.url=http://127.0.0.1:8123", "home.file=home.toml"), "one home"),
        (("home.agent=conversation.home_assistant",), "give home.url too"),
        (("home.agent=light.kitchen", "home.url=http://127.0.0.1:8123"), "home.agent"),
    ],
)
def test_a_hub_has_one_home_and_an_agent_is_one_of_that_home(said: tuple[str, ...], expected: str) -> None:
    with pytest.raises(SettingsError, match=expected):
        settings(*said)


def test_an_agent_of_home_assistants_answers_in_the_chains_place_where_it_is_named() -> None:
    async def scenario() -> None:
        plain = settings("home.url=http://127.0.0.1:1")
        named = settings("home.url=http://127.0.0.1:1", "home.agent=conversation.home_assistant")
        home = HomeAssistant(named.home.url, named.home.token)
        async with shared(settings()) as load, answers.answers(named.llm, home, load) as made:
            chain = made.responder
            assert answers.responder(plain.home, home, "en", chain) is chain
            assert "conversation.home_assistant" in answers.responder(named.home, home, "en", chain).name

    asyncio.run(scenario())


def voiced(*assignments: str) -> str:
    """The name of the voice that the settings get."""

    async def load() -> str:
        async with shared(settings()) as load, voices.voices(settings(*assignments).tts, load, most=1) as loaded:
            made: Voice = next(iter(loaded.values()))
            assert [piece async for piece in made.speak("Yes.")]
            return made.name

    return asyncio.run(load())


NO_KOKORO = "tts.kokoro.model=/nowhere/model"


def test_espeak_alone_speaks_by_default() -> None:
    assert voiced().startswith("espeak-ng en-us")


def test_a_voice_that_cannot_be_loaded_is_said_and_the_next_speaks(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        name = voiced('tts.engines=["kokoro", "espeak"]', NO_KOKORO)
    assert name.startswith("espeak-ng")
    (said,) = [record.getMessage() for record in caplog.records if record.name == "hub.parts.voices"]
    assert said.startswith(f"a voice is left out, {name} speaks: ")
    assert "/nowhere/model" in said or "pip install" in said
    assert "\n" not in said


def test_where_no_voice_is_left_every_reason_is_told() -> None:
    with pytest.raises(VoiceError) as error:
        voiced('tts.engines=["kokoro", "espeak"]', NO_KOKORO, "tts.espeak.voice=martian")
    assert "'martian'" in str(error.value)
    assert "/nowhere/model" in str(error.value) or "pip install" in str(error.value)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('tts.engines=["espeak", "espeak"]', "each engine once"),
        ("tts.engines=[]", "tts.engines"),
        ("tts.kokoro.voice=../af_heart", "tts.kokoro.voice"),
        ("tts.kokoro.voice=ef_dora", "tts.kokoro.voice"),
    ],
)
def test_voices_that_there_cannot_be_are_refused(said: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=expected):
        settings(said)
