"""Laws of one of Piper's voices, with the real library and small models that the tests make."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("piper", reason="needs the extra piper: pip install 'hark[piper]'")

from hub.tts.piper.model import Model
from hub.tts.voice import VoiceError
from tests.stub_piper import LEVEL, LOWEST_HZ, NAME, RATE, SPEAKER_HZ, make
from wire.pcm import FULL_SCALE

SENTENCE = "The kitchen light is on."
TWO_THOUSAND = "x" * 2000  # in one word: nowhere to breathe


def load(path: Path, speaker: str = "", speed: float = 1.0) -> Model:
    return Model(path, speaker, speed, threads=1)


def spoken(model: Model, text: str) -> bytes:
    return b"".join(map(model.sound, model.phrases(text)))


def seconds(model: Model, text: str) -> float:
    return model.format.seconds(len(spoken(model, text)))


def test_a_sentence_is_as_loud_as_the_model_made_it(tmp_path: Path) -> None:
    """Used to be stretched to full scale by the library, sentence by sentence."""
    model = load(make(tmp_path))
    assert (model.format.rate, model.size) == (RATE, (tmp_path / f"{NAME}.onnx").stat().st_size)
    assert NAME in model.name
    samples = np.frombuffer(spoken(model, SENTENCE), "<i2").astype(int)
    assert np.abs(samples).max() / FULL_SCALE == pytest.approx(LEVEL, abs=0.01)


@pytest.mark.parametrize("text", ["", " ", "\n", "\0", "\x01", "...", "[[ ]]"])
def test_a_text_of_no_words_is_nothing(tmp_path: Path, text: str) -> None:
    assert spoken(load(make(tmp_path)), text) == b""


@pytest.mark.parametrize(
    "text", ["hello\0there", "\ud800 half a letter", "日本語", "\x1b[31m", "é" * 99, TWO_THOUSAND, "ok 🙂"]
)
def test_any_text_can_be_spoken(tmp_path: Path, text: str) -> None:
    assert seconds(load(make(tmp_path)), text) > 0.1


@pytest.mark.parametrize(("text", "plain"), [("[[ iːiːiːiː ]] on", "iːiːiːiː on"), ("\x01300S on", " 300S on")])
def test_no_text_is_a_command(tmp_path: Path, text: str, plain: str) -> None:
    model = load(make(tmp_path))
    before = spoken(model, SENTENCE)
    assert spoken(model, text) == spoken(model, plain)
    assert spoken(model, SENTENCE) == before


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_speed_is_speed(tmp_path: Path, speed: float) -> None:
    path = make(tmp_path)
    assert seconds(load(path, speed=speed), SENTENCE) == pytest.approx(seconds(load(path), SENTENCE) / speed)


def pitch(pcm: bytes) -> float:
    """Of the loudest tone, in hertz."""
    samples = np.frombuffer(pcm, "<i2").astype(float)
    return float(np.fft.rfftfreq(len(samples), 1 / RATE)[np.abs(np.fft.rfft(samples)).argmax()])


@pytest.mark.parametrize(("speaker", "number"), [("", 0), ("ada", 0), ("bob", 1), ("2", 2)])
def test_the_speaker_that_is_wanted_speaks(tmp_path: Path, speaker: str, number: int) -> None:
    path = make(tmp_path, speakers=["ada", "bob", "cleo"], phoneme_s=0.1)
    padding = pitch(spoken(load(path, speaker), "a"))  # between phonemes, and so the most of it
    assert padding == pytest.approx(LOWEST_HZ + number * SPEAKER_HZ, abs=12)


@pytest.mark.parametrize("speaker", ["zoe", "3", "-1", "²"])
def test_a_speaker_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path, speaker: str) -> None:
    path = make(tmp_path, speakers=["ada", "bob", "cleo"])
    with pytest.raises(VoiceError, match="ada, bob, cleo"):
        load(path, speaker)


@pytest.mark.parametrize("level", [float("nan"), float("inf")])
def test_samples_that_are_no_numbers_are_refused(tmp_path: Path, level: float) -> None:
    path = make(tmp_path, level=level)
    with pytest.raises(VoiceError, match=f"{NAME}.*no numbers"):
        load(path)


@pytest.mark.parametrize("phoneme_s", [0.0, 9.0])
def test_no_sound_and_far_too_much_are_refused(tmp_path: Path, phoneme_s: float) -> None:
    path = make(tmp_path, phoneme_s=phoneme_s)
    with pytest.raises(VoiceError, match=NAME):
        load(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"audio": {"sample_rate": 7}}, "7 Hz"),
        ({"audio": {"sample_rate": "22050"}}, "whole numbers"),
        ({"phoneme_type": "pinyin"}, "more packages"),
        ({"phoneme_type": "morse"}, "morse"),
        ({"espeak": {"voice": "martian"}}, "failed"),
        ({"phoneme_id_map": {}}, "no phonemes"),
        ({"phoneme_id_map": {"n": [14]}}, "failed"),
        ({"phoneme_id_map": {"n": [14], "^": ["x"]}}, "failed"),
        ({"inference": {"length_scale": "slow"}}, "cannot be loaded"),
    ],
)
def test_settings_of_a_voice_that_are_wrong_are_said(tmp_path: Path, change: dict[str, object], said: str) -> None:
    path = make(tmp_path)
    beside = path.with_name(f"{path.name}.json")
    beside.write_text(json.dumps(json.loads(beside.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(VoiceError, match=said):
        load(path)


@pytest.mark.parametrize("name", [f"{NAME}.onnx", f"{NAME}.onnx.json"])
@pytest.mark.parametrize("content", [None, b"", b"[]", b"\xff" * 100])
def test_files_that_are_broken_are_one_sentence(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = make(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(VoiceError, match="cannot be loaded") as error:
        load(path)
    assert "\n" not in str(error.value)
