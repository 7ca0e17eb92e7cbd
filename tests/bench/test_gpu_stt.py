"""Laws of the bench of final decodes: random weights that take the same steps each time, and its figures."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("faster_whisper", reason="needs the extra whisper: pip install 'hark[whisper]'")

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from bench.gpu import figures
from bench.gpu_stt import SOUND_S, main, measure, options_of, speech_like, table
from bench.random_whisper import SHAPES, Shape, write
from wire.pcm import SPEECH

TINIEST = Shape(width=64, encoder=1, decoder=2, heads=1)
TINIEST_V3 = Shape(width=64, encoder=1, decoder=2, heads=1, mels=128, tokens=51866)
PROMPT = "name0, name1, name2"


@pytest.mark.parametrize("shape", [TINIEST, TINIEST_V3])
@pytest.mark.parametrize("beam", [1, 5])
def test_every_sound_takes_the_same_number_of_tokens(tmp_path: Path, shape: Shape, beam: int) -> None:
    folder = write(tmp_path, shape, PROMPT, said=12)
    model = WhisperModel(str(folder), device="cpu", compute_type="float32", cpu_threads=1)
    prompt = model.get_prompt(Tokenizer(model.hf_tokenizer, True, "transcribe", "en"), [], hotwords=PROMPT)
    spectra = np.random.default_rng(5).random((3, shape.mels, 3000), dtype=np.float32)
    results = model.model.generate(
        ctranslate2.StorageView.from_array(spectra), [prompt] * 3, beam_size=beam, sampling_temperature=0
    )
    assert [len(result.sequences_ids[0]) for result in results] == [12, 12, 12]


def test_the_shapes_are_those_of_the_published_models() -> None:
    turbo = SHAPES["large-v3-turbo"]
    assert (turbo.width, turbo.encoder, turbo.decoder, turbo.heads, turbo.mels) == (1280, 32, 4, 20, 128)
    assert {shape.width // shape.heads for shape in SHAPES.values()} == {64}


def test_the_sound_is_as_long_as_it_is_said_to_be() -> None:
    assert SPEECH.seconds(len(speech_like(1))) == SOUND_S
    assert speech_like(1) != speech_like(2)


def test_figures_are_in_milliseconds() -> None:
    assert figures([number / 1000 for number in range(1, 101)]) == {"p50": 50.5, "p95": 95.0, "most": 100.0}


@pytest.mark.skipif(bool(ctranslate2.get_cuda_device_count()), reason="this machine has a GPU")
def test_without_a_gpu_it_says_so_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--device", "cuda"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "CTranslate2 finds no NVIDIA GPU here" in said


@pytest.mark.parametrize("nothing", [("--turns", "0"), ("--turns", "-1"), ("--rooms", "1,0"), ("--rooms", "")])
def test_to_measure_nothing_is_refused_before_weights_are_written(
    nothing: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        options_of(nothing)
    assert ended.value.code == 2
    assert nothing[0] in capsys.readouterr().err


def test_without_the_extra_it_says_so_in_one_sentence() -> None:
    without = (
        "import runpy, sys; sys.modules['ctranslate2'] = None; runpy.run_module('bench.gpu_stt', run_name='__main__')"
    )
    ran = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "pip install 'hark[whisper]'" in ran.stderr


def test_it_runs_on_a_cpu(tmp_path: Path) -> None:
    options = options_of(["--device", "cpu", "--size", "tiny", "--rooms", "1,2", "--turns", "1"])
    report = asyncio.run(measure(options, TINIEST, tmp_path))
    written = json.loads(json.dumps(report))
    assert set(written["final_ms"]) == {"1", "2"}
    assert written["words"] > 0
    assert written["conditions"]["engine"].endswith("int8 on cpu")
    assert len(table(report)) == len(report) + 2
