"""Laws of saying what CTranslate2 reports."""

from __future__ import annotations

import pytest

from hub.stt.whisper.errors import DeviceError, explained


@pytest.mark.parametrize(
    ("error", "device", "said"),
    [
        (RuntimeError("CUDA failed with error out of memory"), "cuda", "more memory than the GPU has free; set"),
        (MemoryError("std::bad_alloc"), "cpu", "more memory than the machine has free; set"),
        (RuntimeError("Library libcublas.so.12 is not found or cannot be loaded"), "cuda", "pip install nvidia-cublas"),
        (
            RuntimeError("CUDA driver version is insufficient for CUDA runtime version"),
            "cuda",
            "update NVIDIA's driver",
        ),
        (RuntimeError("CUDA failed with error an illegal memory access"), "cuda", "restart the hub"),
    ],
)
def test_what_another_device_may_do_better_is_told_apart(error: Exception, device: str, said: str) -> None:
    told = explained("loading small", error, device)
    assert isinstance(told, DeviceError)
    assert str(told).startswith("loading small ")
    assert said in str(told)


def test_any_other_failure_is_said_in_one_line_with_its_reason() -> None:
    told = explained("loading small", RuntimeError("File model.bin is incomplete:\nmore"), "cpu")
    assert not isinstance(told, DeviceError)
    assert "File model.bin is incomplete" in str(told)
    assert "\n" not in str(told)


def test_an_error_without_words_is_called_by_its_name() -> None:
    assert "LookupError" in str(explained("decoding", LookupError(), "cpu"))
