"""Laws of the bench of replies by Kokoro: weights of the true shape, and its figures."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("kokoro", reason="needs the extra kokoro: pip install 'hark[kokoro]'")

import torch
from kokoro import KModel

from bench.gpu_tts import main, measure, options_of, table
from bench.random_kokoro import SHAPE_82M
from tests.tiny_kokoro import make


@pytest.mark.filterwarnings("ignore")  # PyTorch's, about how kokoro is built
def test_the_shape_is_that_of_the_published_model(tmp_path: Path) -> None:
    make(tmp_path, shape=SHAPE_82M)
    torch.save({}, tmp_path / "nothing.pth")
    with torch.device("meta"):  # no memory and no time for what is not spoken
        model = KModel("", str(tmp_path / "config.json"), str(tmp_path / "nothing.pth"))
    assert round(sum(weight.numel() for weight in model.parameters()) / 1e6) == 82


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_without_a_gpu_it_says_so_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--device", "cuda"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "PyTorch finds no NVIDIA GPU here" in said


def test_without_the_extra_it_says_so_in_one_sentence() -> None:
    without = "import runpy, sys; sys.modules['torch'] = None; runpy.run_module('bench.gpu_tts', run_name='__main__')"
    ran = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "pip install 'hark[kokoro]'" in ran.stderr


def test_it_runs_on_a_cpu(tmp_path: Path) -> None:
    options = options_of(["--device", "cpu", "--threads", "1", "--rooms", "2", "--turns", "1"])
    report = asyncio.run(measure(options, make(tmp_path), ("Yes,", "it is.")))
    row = json.loads(json.dumps(report))["rooms"]["2"]
    assert row["first_ms"]["p50"] > 0
    assert row["sound_per_s"] > 0
    assert len(table(report)) == len(report) + 1
