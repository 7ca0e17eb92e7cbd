"""Wake words by openWakeWord's models on TFLite (package pyopen-wakeword, which carries the models and the library).

The package's own classes are not used: satellite/hearing/tflite.py says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyopen_wakeword

from config.satellite import WakeWord
from satellite.hearing.features import EMBEDDING_MELS, MEL_SAMPLES, MELS, Floats, Model, OpenWakeWordScorer
from satellite.hearing.scorer import Scorer
from satellite.hearing.tflite import Interpreter
from satellite.hearing.wake import WakeError, model_path

PACKAGE = Path(pyopen_wakeword.__file__).parent


def load(words: Sequence[WakeWord]) -> Scorer:
    """Loads the models of these words; raises WakeError where one cannot be had."""
    shipped = {path.value: PACKAGE / "models" / f"{path.value}.tflite" for path in pyopen_wakeword.Model}
    mel = _model(PACKAGE / "models" / "melspectrogram.tflite", (1, MEL_SAMPLES))
    embed = _model(PACKAGE / "models" / "embedding_model.tflite", (1, EMBEDDING_MELS, MELS, 1))
    return OpenWakeWordScorer(mel.run, embed.run, {word.name: _model(model_path(word, shipped)) for word in words})


def _model(path: Path, input_shape: Sequence[int] = ()) -> Model:
    [library] = (PACKAGE / "lib").glob("*tensorflowlite_c.*")
    interpreter = Interpreter(library, path, input_shape)
    if {interpreter.input.dtype, interpreter.output.dtype} != {np.dtype(np.float32)}:
        raise WakeError(f"{path} does not compute with 32 bit floats; give an openWakeWord model")

    def run(given: Floats) -> Floats:
        return interpreter.run(given).view(np.float32)

    return Model(interpreter.input.shape, run)
