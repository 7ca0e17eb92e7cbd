"""Laws of Piper's voices by name: a name says where its files are, and what is missing is said with the remedy."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from config.hub import PiperSettings
from hub.tts.piper.weights import PINNED, model_file
from hub.tts.voice import VoiceError


def settings(folder: Path) -> PiperSettings:
    return PiperSettings(
        voice="", speaker="", speed=1.0, workers=1, threads=1, loaded_mb=1, folder=str(folder), download=False
    )


def find(name: str, folder: Path) -> Path:
    return model_file(name, settings(folder), threading.Event())


@pytest.mark.parametrize("name", PINNED)
def test_a_name_says_where_its_files_are(name: str) -> None:
    model, beside = PINNED[name].files
    assert model.name.endswith(f"/{name}.onnx")
    assert beside.name == f"{model.name}.json"
    assert all(len(file.sha256) == 64 and file.size for file in (model, beside))


def test_no_two_names_are_the_same_voice() -> None:
    assert len({voice.files[0].sha256 for voice in PINNED.values()}) == len(PINNED)


def test_a_pinned_voice_that_is_not_there_is_one_sentence_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r"tts\.piper\.download is off; turn it on") as error:
        find("en_US-lessac-medium", tmp_path)
    assert str(tmp_path) in str(error.value)


def test_a_file_is_a_voice(tmp_path: Path) -> None:
    model = tmp_path / "ours.onnx"
    with pytest.raises(VoiceError, match=r"no .*ours\.onnx and no .*ours\.onnx\.json"):
        find(str(model), tmp_path)
    model.touch()
    with pytest.raises(VoiceError, match=r"there is no [^ ]*ours\.onnx\.json;"):
        find(str(model), tmp_path)
    (tmp_path / "ours.onnx.json").touch()
    assert find(str(model), tmp_path) == model


@pytest.mark.parametrize("name", ["en_US-nobody-medium", "voice.bin", "", "\0"])
def test_a_name_that_nobody_knows_is_told_those_that_are(name: str, tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="en_US-lessac-medium"):
        find(name, tmp_path)
