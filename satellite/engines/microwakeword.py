"""Wake words by microWakeWord's models on TFLite (packages pymicro-wakeword and pymicro-features; extra micro).

Made for microcontrollers: a sixth of openWakeWord's work. Every 10 ms a spectrum of 40 channels comes from the front
end; every 30 ms the model, which keeps its own past, takes three; the score is the mean of its last few answers.
Strategy as in Kevin Ahrendt's microWakeWord (Apache-2.0). The package's own classes are not used; the reason stands in
satellite/hearing/tflite.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pymicro_wakeword
from numpy.typing import NDArray
from pymicro_features import MicroFrontend

from config.parts import Share
from config.satellite import WakeWord
from satellite.hearing.scorer import Scorer
from satellite.hearing.tflite import Interpreter
from satellite.hearing.wake import WakeError, model_path
from wire.pcm import SPEECH, Framer

PACKAGE = Path(pymicro_wakeword.__file__).parent
FEATURE_S = 0.01  # of sound between two spectra
CHANNELS = 40  # of a spectrum
CONTEXT_S = 2.0  # of sound after which a score is what it would be after hours: the front end follows the room's noise
LARGEST_CONFIG = 64 << 10  # bytes; those that ship have 400


class Micro(msgspec.Struct):
    """What a model's JSON file says of its use; other keys are for microcontrollers."""

    probability_cutoff: Share
    sliding_window_size: int
    feature_step_size: int = 10


class Config(msgspec.Struct):
    """A model's JSON file, version 2 as ESPHome has it."""

    model: str
    micro: Micro


class WordModel:
    """One word's model and its last answers."""

    def __init__(self, path: Path) -> None:
        config = _config(path)
        [library] = (PACKAGE / "lib").glob("*tensorflowlite_c.*")
        self._interpreter = Interpreter(library, path.parent / config.model)
        given = self._interpreter.input
        if given.shape[:1] + given.shape[2:] != (1, CHANNELS) or given.dtype != np.int8 or not given.scale:
            raise WakeError(f"{path.parent / config.model} takes no spectra; give a microWakeWord model")
        self.stride = given.shape[1]
        self.cutoff = config.micro.probability_cutoff
        self._answers: deque[float] = deque([0.0], maxlen=config.micro.sliding_window_size)

    def score(self, spectra: NDArray[np.float64]) -> float:
        """Takes the next `stride` spectra."""
        given, found = self._interpreter.input, self._interpreter.output
        quantized = np.clip(np.round(spectra / given.scale) + given.zero_point, -128, 127)
        answer = self._interpreter.run(quantized).astype(np.float64)
        self._answers.append(float((answer.item() - found.zero_point) * found.scale))
        return sum(self._answers) / (self._answers.maxlen or 1)


class MicroWakeWordScorer:
    """Scores words step by step; the spectra are computed once for all. See satellite.hearing.scorer.Scorer."""

    context_s = CONTEXT_S

    def __init__(self, words: Sequence[WakeWord]) -> None:
        self._words = {word.name: WordModel(model_path(word, SHIPPED)) for word in words}
        strides = {model.stride for model in self._words.values()}
        if len(strides) > 1:
            raise WakeError(f"the models of {', '.join(self._words)} take different steps; use those of one kind")
        [self._stride] = strides
        self.step_s = self._stride * FEATURE_S
        self.advised = {name: model.cutoff for name, model in self._words.items()}
        self._framer = Framer(SPEECH.bytes(FEATURE_S))
        self._front_end = MicroFrontend()
        self._spectra: list[list[float]] = []

    def score(self, sound: bytes) -> list[dict[str, float]]:
        """See satellite.hearing.scorer.Scorer."""
        scores: list[dict[str, float]] = []
        for piece in self._framer.push(sound):
            spectrum = self._front_end.process_samples(piece).features
            if spectrum:  # the first window takes three pieces
                self._spectra.append(spectrum)
            if len(self._spectra) == self._stride:
                spectra = np.array(self._spectra)
                self._spectra = []
                scores.append({name: model.score(spectra) for name, model in self._words.items()})
        return scores


SHIPPED = {model.value: PACKAGE / "models" / f"{model.value}.json" for model in pymicro_wakeword.Model}


def load(words: Sequence[WakeWord]) -> Scorer:
    """Loads the models of these words; raises WakeError where one cannot be had."""
    return MicroWakeWordScorer(words)


def _config(path: Path) -> Config:
    try:
        with path.open("rb") as file:
            config = msgspec.json.decode(file.read(LARGEST_CONFIG), type=Config)
    except OSError as error:
        raise WakeError(f"cannot read the model {path}: {error.strerror}; check the path and its rights") from None
    except msgspec.MsgspecError as error:
        raise WakeError(
            f"{path} is no microWakeWord model's JSON file ({error}); give that, with its .tflite beside it"
        ) from None
    if not 0 < config.micro.sliding_window_size <= 100 or config.micro.feature_step_size != 10:
        raise WakeError(
            f"{path} asks for a window or a step that is not supported; give a model of version 2 with a step of 10"
        )
    return config
