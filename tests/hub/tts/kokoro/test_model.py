"""Laws of a Kokoro that is loaded from files, with the real library and a small model."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

pytest.importorskip("kokoro", reason="needs the extra kokoro: pip install 'hark[kokoro]'")

import torch

from config.hub import KokoroSettings
from hub.load.scheduler import Scheduler
from hub.tts.checked import Checked
from hub.tts.kokoro.kokoro import Kokoro
from hub.tts.kokoro.loading import Speaker, load
from hub.tts.voice import VoiceError
from tests.tiny_kokoro import FRAMES, LONGEST, Broken, make
from wire.pcm import level_dbfs

SENTENCE = "The kitchen light is on."
AUDIBLE_DBFS = -60.0  # hub.tts.checked: how loud random weights hum is as random as they are
FRAME_S = 0.025


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("kokoro"))


@pytest.fixture(scope="module")
def speaker(folder: Path) -> Speaker:
    return load(settings(folder), threading.Event())


def settings(model: Path | str, **other: object) -> KokoroSettings:
    keys = {"voice": "af_heart", "speed": 1.0, "device": "cpu", "threads": 1, "folder": "", "download": False, **other}
    return KokoroSettings(model=str(model), **keys)  # type: ignore[arg-type]


def seconds(pcm: bytes) -> float:
    return Kokoro.format.seconds(len(pcm))


def test_a_sentence_is_sound_as_long_as_its_phonemes_take(speaker: Speaker) -> None:
    pcm, rest = speaker.begin(SENTENCE)
    assert not rest
    assert level_dbfs(pcm) > AUDIBLE_DBFS
    phonemes = speaker.phonemize(SENTENCE)
    assert set(phonemes) <= speaker.model.symbols
    assert seconds(pcm) == pytest.approx((len(phonemes) + 2) * FRAMES * FRAME_S)


def test_speed_is_a_setting(folder: Path, speaker: Speaker) -> None:
    fast = Speaker(speaker.name, speaker.model, speaker.phonemize, 1.5)
    assert seconds(fast.begin(SENTENCE)[0]) == pytest.approx(seconds(speaker.begin(SENTENCE)[0]) / 1.5)


@pytest.mark.parametrize("text", ["", " ", "…", "?!", "\n"])
def test_of_no_words_there_is_no_sound(speaker: Speaker, text: str) -> None:
    assert speaker.begin(text) == (b"", [])


def test_a_text_longer_than_the_model_takes_is_cut_and_all_of_it_is_left(speaker: Speaker) -> None:
    assert speaker.model.longest == LONGEST
    pcm, parts = speaker.begin("one two three, " * 10)
    assert len(parts) > 1
    assert all(len(part) <= LONGEST for part in parts)
    whole = "".join(filter(str.isalpha, speaker.phonemize("one two three, " * 10)))
    assert whole.endswith("".join(filter(str.isalpha, "".join(parts))))
    assert seconds(pcm) + sum(len(part) for part in parts) * FRAMES * FRAME_S > len(whole) * FRAMES * FRAME_S
    assert level_dbfs(speaker.go_on(parts[-1])) > AUDIBLE_DBFS


def test_it_loads_and_speaks_as_a_voice_of_the_hub(folder: Path) -> None:
    async def scenario() -> None:
        async with Scheduler(1) as scheduler, Kokoro(settings(folder, voice="bm_george"), scheduler) as voice:
            assert "bm_george on cpu" in voice.name
            pcm = b"".join([piece async for piece in Checked(voice).speak(SENTENCE)])
            assert 1.0 < seconds(pcm) < 3.0

    asyncio.run(scenario())


def test_silence_is_no_speech(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Scheduler(1) as scheduler, Kokoro(settings(make(tmp_path, "silent")), scheduler) as voice:
            with pytest.raises(VoiceError, match="made silence"):
                assert not [piece async for piece in Checked(voice).speak(SENTENCE)]

    asyncio.run(scenario())


def refusal(settings: KokoroSettings) -> str:
    with pytest.raises(VoiceError) as error:
        load(settings, threading.Event())
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_model_that_makes_no_numbers_is_refused_at_its_load(tmp_path: Path) -> None:
    broken: Broken = "nan"
    assert "no numbers" in refusal(settings(make(tmp_path, broken)))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", b""),
        ("config.json", b"[]"),
        ("kokoro-v1_0.pth", bytes(1000)),
        ("voices/af_heart.pt", b""),
        ("voices/af_heart.pt", bytes(1000)),
    ],
)
def test_files_that_are_none_are_refused_with_the_remedy(tmp_path: Path, file: str, content: bytes) -> None:
    (make(tmp_path) / file).write_bytes(content)
    assert "fetch" in refusal(settings(tmp_path))


def test_a_voice_of_another_shape_is_refused(tmp_path: Path) -> None:
    torch.save(torch.zeros(LONGEST, 1, 7), make(tmp_path) / "voices" / "af_heart.pt")
    assert "no voice of Kokoro" in refusal(settings(tmp_path))


def test_weights_that_are_not_there_are_not_fetched_against_the_settings(tmp_path: Path) -> None:
    said = refusal(settings("kokoro-82m", folder=str(tmp_path)))
    assert "tts.kokoro.download is off" in said
    assert not any(tmp_path.iterdir())


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_a_gpu_that_is_missing_is_said_before_anything_is_fetched(tmp_path: Path) -> None:
    assert "finds no NVIDIA GPU" in refusal(settings("kokoro-82m", folder=str(tmp_path), device="cuda", download=True))
    assert not any(tmp_path.iterdir())
