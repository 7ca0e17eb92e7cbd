"""Laws of the choice of device and numbers."""

from __future__ import annotations

import pytest

from hub.stt.recognizer import RecognizerError
from hub.stt.whisper.device import Placement, placements

CPU = {"cpu": {"int8", "int8_float32", "float32"}}
GPU = {**CPU, "cuda": {"float16", "int8_float16", "int8", "float32", "bfloat16"}}
OLD_GPU = {**CPU, "cuda": {"int8", "float32"}}


@pytest.mark.parametrize(
    ("device", "compute", "machine", "first"),
    [
        ("auto", "auto", CPU, Placement("cpu", "int8")),
        ("auto", "auto", GPU, Placement("cuda", "float16")),
        ("auto", "auto", OLD_GPU, Placement("cuda", "int8")),
        ("cpu", "auto", GPU, Placement("cpu", "int8")),
        ("cpu", "auto", {"cpu": {"float32"}}, Placement("cpu", "float32")),
        ("cpu", "float32", CPU, Placement("cpu", "float32")),
        ("cuda", "int8_float16", GPU, Placement("cuda", "int8_float16")),
        ("auto", "float16", GPU, Placement("cuda", "float16")),
        ("auto", "int8_float16", GPU, Placement("cuda", "int8_float16")),
    ],
)
def test_the_best_that_there_is_comes_first(
    device: str, compute: str, machine: dict[str, set[str]], first: Placement
) -> None:
    assert placements(device, compute, machine)[0] == first


def test_what_does_not_fit_gives_way_to_less_memory_and_then_to_the_cpu() -> None:
    devices = [str(one) for one in placements("auto", "auto", GPU)]
    assert devices[:3] == ["float16 on cuda", "int8_float16 on cuda", "int8 on cuda"]
    assert devices[3:] == ["int8 on cpu"]


def test_who_asks_for_a_gpu_never_gets_a_cpu() -> None:
    assert {one.device for one in placements("cuda", "auto", GPU)} == {"cuda"}


def test_a_gpu_that_is_not_there_is_said_with_a_remedy() -> None:
    with pytest.raises(RecognizerError, match=r"finds no NVIDIA GPU here; .* set it to cpu or auto"):
        placements("cuda", "auto", CPU)


def test_numbers_that_the_machine_cannot_are_said_with_those_it_can() -> None:
    with pytest.raises(RecognizerError, match=r"compute is float16, .*cpu: float32, int8, .* or auto"):
        placements("auto", "float16", CPU)
