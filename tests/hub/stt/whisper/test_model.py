"""Laws of faster-whisper under Hark, on a tiny Whisper that always says one sentence."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("faster_whisper", reason="needs the extra whisper: pip install 'hark[whisper]'")

from hub.stt.recognizer import RecognizerError, Word
from hub.stt.rolling.transcriber import Ask, Transcription
from hub.stt.whisper.device import Placement
from hub.stt.whisper.model import Model, available
from tests.tiny_whisper import make
from wire.pcm import SPEECH

SENTENCE = "turn on the light in the kitchen"
CPU = Placement("cpu", "int8")


def load(folder: Path) -> Model:
    return Model("tiny", folder, CPU, threads=1)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(make(tmp_path_factory.mktemp("whisper"), SENTENCE, hears="de"))


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(make(tmp_path_factory.mktemp("english"), SENTENCE, english_only=True))


def noise(seconds: float) -> bytes:
    samples = np.random.default_rng(4).normal(0, 1000, int(SPEECH.rate * seconds))
    return samples.astype("<i2").tobytes()


def words(transcription: Transcription) -> list[Word]:
    return [word for segment in transcription.segments for word in segment.words]


def text(transcription: Transcription) -> str:
    return " ".join(word.text for word in words(transcription))


@pytest.mark.parametrize("final", [False, True])
@pytest.mark.parametrize("prompt", ["", "what was said before"])
@pytest.mark.parametrize("hotwords", ["", "Kitchen Light, Bed Light"])
def test_words_come_with_times_in_order_inside_the_sound(model: Model, final: bool, prompt: str, hotwords: str) -> None:
    [heard] = model.transcribe([noise(3)], Ask("en", prompt, final), hotwords)
    assert text(heard) == SENTENCE
    times = [time for word in words(heard) for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= 3
    assert all(0.9 < word.probability <= 1 for word in words(heard))


def test_a_segment_says_how_sure_whisper_is(model: Model) -> None:
    [segment] = model.transcribe([noise(3)], Ask("en"), "")[0].segments
    assert segment.no_speech < 0.01
    assert -0.1 < segment.log_probability <= 0
    assert 0.5 < segment.compression < 1.5


def test_a_batch_says_what_each_sound_says_alone(model: Model) -> None:
    sounds = [noise(seconds) for seconds in (0.5, 3.0, 1.0)]
    together = model.transcribe(sounds, Ask("en", final=True), "")
    alone = [model.transcribe([sound], Ask("en", final=True), "")[0] for sound in sounds]
    for one, other in zip(together, alone, strict=True):
        assert [(word.text, word.start_s, word.end_s) for word in words(one)] == [
            (word.text, word.start_s, word.end_s) for word in words(other)
        ]


def test_the_language_is_the_one_that_was_asked_for_or_else_detected(model: Model) -> None:
    assert model.transcribe([noise(1)], Ask("fr"), "")[0].language == "fr"
    assert model.transcribe([noise(1)], Ask(None), "")[0].language == "de"


def test_an_english_model_knows_one_language_and_the_others_all_they_have_tokens_for(
    model: Model, english: Model
) -> None:
    assert english.languages == ("en",)
    assert {"en", "de", "zh"} < set(model.languages)
    assert "yue" not in model.languages
    assert english.transcribe([noise(1)], Ask(None), "")[0].language == "en"


@pytest.mark.parametrize("size", [2, 100, 1000, 3200])
def test_a_sound_of_a_few_samples_is_decoded(model: Model, size: int) -> None:
    [heard] = model.transcribe([bytes(size)], Ask("en"), "")
    assert all(word.end_s <= 0.1 for word in words(heard))


def test_silence_and_a_full_window_are_decoded(model: Model) -> None:
    for sound in (SPEECH.silence(30), b"\xff\x7f" * SPEECH.rate):
        [heard] = model.transcribe([sound], Ask("en"), "")
        assert heard.language == "en"


def test_a_decoder_that_never_ends_is_ended(tmp_path: Path) -> None:
    chatty = load(make(tmp_path, " ".join(["again"] * 40)))
    [heard] = chatty.transcribe([noise(0.5)], Ask("en"), "")
    assert 5 < len(words(heard)) < 40


def test_a_decoder_that_says_nothing_gives_no_words_also_in_a_batch(tmp_path: Path) -> None:
    silent = load(make(tmp_path, ""))
    heard = silent.transcribe([noise(1), noise(2)], Ask("en"), "")
    assert [one.segments for one in heard] == [(), ()]


def test_prompt_and_hotwords_never_leave_too_little_room_for_words(model: Model) -> None:
    [heard] = model.transcribe([noise(3)], Ask("en", "before " * 200), "name " * 160)
    assert text(heard) == SENTENCE


def test_the_model_is_usable_after_a_failed_decode(model: Model) -> None:
    with pytest.raises(RecognizerError, match="decoding with tiny fails"):
        model.transcribe([noise(1), b"odd"], Ask("en"), "")
    assert text(model.transcribe([noise(3)], Ask("en"), "")[0]) == SENTENCE


def test_the_name_tells_engine_version_model_and_device(model: Model) -> None:
    assert model.name.startswith("faster-whisper 1.")
    assert model.name.endswith("tiny, int8 on cpu")


def test_this_machine_has_a_cpu() -> None:
    assert "float32" in available()["cpu"]


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_file_cut_short_is_said_with_a_remedy(tmp_path: Path, name: str, share: float) -> None:
    folder = make(tmp_path)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(RecognizerError, match=r"loading tiny from .* fails .*; fetch the model's files again"):
        load(folder)


def test_tokens_of_a_text_are_counted(model: Model) -> None:
    counts = [model.tokens("name " * count) for count in range(1, 5)]
    assert all(more > fewer for fewer, more in itertools.pairwise(counts))
