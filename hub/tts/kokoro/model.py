"""A loaded Kokoro; the only file that imports kokoro and PyTorch.

Rules: a model belongs to one thread. It gets the paths of its files, so that kokoro never fetches any. What it makes is
checked to be numbers.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from kokoro import KModel

from hub.tts.checked import pcm
from hub.tts.kokoro.weights import CONFIG, MODEL, REPOSITORY, voice_file
from hub.tts.voice import VoiceError

STYLE = 256  # numbers that make up a voice, for each length of a text
ENDS = 2  # tokens that the model puts around the phonemes


def placed(device: str) -> str:
    """Which device a setting means, "cuda" or "cpu"; raises VoiceError where it is not there."""
    if device == "cuda" and not torch.cuda.is_available():
        raise VoiceError(
            "tts.kokoro.device is cuda, but PyTorch finds no NVIDIA GPU here; install NVIDIA's driver and a PyTorch "
            "built for CUDA, or set it to cpu or auto"
        )
    return "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"


class Model:
    """A model and one of its voices."""

    def __init__(self, folder: Path, voice: str, device: str, threads: int) -> None:
        """Blocks for seconds; raises VoiceError. `threads` of a CPU count for the calling thread."""
        torch.set_num_threads(threads)
        try:
            self._styles = torch.load(folder / voice_file(voice), map_location=device, weights_only=True)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of PyTorch about how kokoro is built
                self._model = KModel(REPOSITORY, str(folder / CONFIG), str(folder / MODEL)).to(device).eval()
        except Exception as error:  # files that are none raise whatever they happen to
            raise _explained("loading kokoro", error) from None
        if getattr(self._styles, "shape", ())[1:] != (1, STYLE):
            raise VoiceError(f"{folder / voice_file(voice)} is no voice of Kokoro; fetch it again")
        self.symbols = frozenset(self._model.vocab)
        self.longest = min(self._model.context_length - ENDS, len(self._styles))

    def make(self, phonemes: str, speed: float) -> bytes:
        """The sound of 1 to `longest` phonemes, all of them `symbols`; raises VoiceError."""
        try:
            samples: Any = self._model(phonemes, self._styles[len(phonemes) - 1], speed)
            return pcm(samples.numpy().reshape(-1))
        except RuntimeError as error:
            raise _explained("kokoro", error) from None


def _explained(doing: str, error: Exception) -> VoiceError:
    reason = str(error).strip().partition("\n")[0] or type(error).__name__
    if isinstance(error, torch.OutOfMemoryError):
        return VoiceError(
            f"{doing} needs more memory than the GPU has free; end what else uses it, or set tts.kokoro.device to cpu"
        )
    if "cuda" in reason.lower():
        return VoiceError(f"{doing} fails on the GPU ({reason}); restart the hub, or set tts.kokoro.device to cpu")
    return VoiceError(f"{doing} fails ({reason}); fetch the model's files again")
