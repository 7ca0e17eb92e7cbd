"""What went wrong inside CTranslate2, in one sentence with what to do about it; pure."""

from __future__ import annotations

from hub.stt.recognizer import RecognizerError

_MEMORY = ("out of memory", "failed to allocate", "bad_alloc", "cublas_status_alloc_failed")
_LIBRARIES = ("libcublas", "libcudnn", "cublas64", "cudnn64", "cuda driver version is insufficient")


class DeviceError(RecognizerError):
    """The device cannot run the model, for want of memory or of its libraries; another placement may."""


def explained(doing: str, error: BaseException, device: str) -> RecognizerError:
    """The error to raise for one of CTranslate2's; `doing`, as "loading small", begins the sentence."""
    reason = str(error).strip().partition("\n")[0] or type(error).__name__
    known = reason.lower()
    if isinstance(error, MemoryError) or any(sign in known for sign in _MEMORY):
        return DeviceError(
            f"{doing} needs more memory than the {_called(device)} has free; "
            "set stt.whisper.model to a smaller one, or stt.whisper.compute to int8 numbers"
        )
    if any(sign in known for sign in _LIBRARIES):
        return DeviceError(
            f"{doing} fails on the GPU ({reason}); run: pip install nvidia-cublas-cu12 'nvidia-cudnn-cu12>=9', "
            "update NVIDIA's driver, or set stt.whisper.device to cpu"
        )
    if "cuda" in known:
        return DeviceError(f"{doing} fails on the GPU ({reason}); restart the hub, or set stt.whisper.device to cpu")
    return RecognizerError(f"{doing} fails ({reason}); fetch the model's files again, or set another stt.whisper.model")


def _called(device: str) -> str:
    return "GPU" if device == "cuda" else "machine"
