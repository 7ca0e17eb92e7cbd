"""Wake words by openWakeWord's own models on ONNX Runtime (package openwakeword 0.4.0 has them; extra openwakeword).

The package itself is not imported, only found: it would bring scipy and scikit-learn into memory, for nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import onnxruntime

from config.satellite import WakeWord
from satellite.hearing.features import Floats, Model, OpenWakeWordScorer
from satellite.hearing.scorer import Scorer
from satellite.hearing.wake import WakeError, model_path

VERSION = "_v0.1"  # in the names of the models' files
WORDS = ("alexa", "hey_jarvis", "hey_marvin", "hey_mycroft")
"""The others in the package are questions of several words (timer, weather), not wake words."""


def load(words: Sequence[WakeWord]) -> Scorer:
    """Loads the models of these words; raises WakeError where one cannot be had, ImportError without the package."""
    package = find_spec("openwakeword")
    if package is None or package.origin is None:
        raise ImportError("openwakeword")
    folder = Path(package.origin).parent / "resources" / "models"
    shipped = {word: folder / f"{word}{VERSION}.onnx" for word in WORDS}
    mel, embed = _model(folder / "melspectrogram.onnx"), _model(folder / "embedding_model.onnx")
    return OpenWakeWordScorer(mel.run, embed.run, {word.name: _model(model_path(word, shipped)) for word in words})


def _model(path: Path) -> Model:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except OSError as error:
        raise WakeError(f"cannot read the model {path}: {error.strerror}; check the path and its rights") from None
    except Exception as error:  # ONNX Runtime's errors have no common kind
        raise WakeError(f"{path} is no ONNX model that can be run ({error}); give a whole .onnx file") from None
    given = session.get_inputs()[0]

    def run(values: Floats) -> Floats:
        [found, *_] = session.run(None, {given.name: values})
        return found.astype("float32")  # type: ignore[no-any-return]

    return Model(given.shape, run)
