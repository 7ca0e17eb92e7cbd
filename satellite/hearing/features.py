"""openWakeWord's way from sound to scores: mel spectrogram, speech embedding, and a small model for each word.

Strategy as in David Scripka's openWakeWord (Apache-2.0): every 80 ms, eight frames of 32 mels come from the newest
110 ms of sound; the newest 76 frames (0.78 s) make one embedding (Google's speech embedding model, Lin et al., 2020);
each word's model looks at the newest 16 or so (1.3 s). Which library runs the models is the engine's business.

No state but these windows: after two seconds of sound in one piece, a score depends on nothing that was before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from satellite.hearing.wake import WakeError
from wire.pcm import SPEECH, Framer

Floats = NDArray[np.float32]
Run = Callable[[Floats], Floats]

STEP = 1280  # samples between two scores: 80 ms
MEL_SAMPLES = 1760  # samples that eight frames of mels come from
STEP_MELS = 8  # frames of mels in a step
MELS = 32  # in a frame
EMBEDDING_MELS = 76  # frames of mels in an embedding
EMBEDDING = 96  # numbers in an embedding
MOST_EMBEDDINGS = 64  # that a word's model may look at: 5 s; the longest known takes 28
THRESHOLD = 0.5  # that openWakeWord's makers advise for its words


@dataclass(frozen=True, slots=True)
class Model:
    """One model: the shape of what it takes, and how it is run."""

    shape: Sequence[int | str]
    run: Run


class OpenWakeWordScorer:
    """Scores words step by step; the features are computed once for all. See satellite.hearing.scorer.Scorer.

    The first score comes when the windows are full, since the models misfire on zeros. Raises WakeError for a word's
    model that takes no embeddings.
    """

    step_s = STEP / SPEECH.rate

    def __init__(self, mel: Run, embed: Run, words: Mapping[str, Model]) -> None:
        self._mel, self._embed = mel, embed
        self._words = {name: (_embeddings(name, model), model.run) for name, model in words.items()}
        self.advised = dict.fromkeys(words, THRESHOLD)
        longest = max(count for count, _ in self._words.values())
        steps = -(-EMBEDDING_MELS // STEP_MELS) + longest
        self.context_s = steps * self.step_s
        self._framer = Framer(SPEECH.bytes(self.step_s))
        self._sound = np.zeros(MEL_SAMPLES, np.float32)
        self._mels = np.zeros((EMBEDDING_MELS, MELS), np.float32)
        self._embeddings = np.zeros((longest, EMBEDDING), np.float32)
        self._missing = steps - 1  # that give no score, since the windows are not full

    def score(self, sound: bytes) -> list[dict[str, float]]:
        """See satellite.hearing.scorer.Scorer."""
        scores = [self._step(np.frombuffer(step, "<i2")) for step in self._framer.push(sound)]
        missing, self._missing = self._missing, max(0, self._missing - len(scores))
        return scores[missing:]

    def _step(self, samples: NDArray[np.int16]) -> dict[str, float]:
        _shift(self._sound, samples.astype(np.float32))
        mels = self._mel(self._sound[None]).reshape(-1, MELS)
        _shift(self._mels, mels / np.float32(10) + np.float32(2))  # the scale that the embedding model was trained on
        _shift(self._embeddings, self._embed(self._mels[None, :, :, None]).reshape(1, EMBEDDING))
        return {name: float(run(self._embeddings[None, -count:]).item()) for name, (count, run) in self._words.items()}


def _embeddings(name: str, model: Model) -> int:
    """The number of embeddings that a word's model looks at."""
    match list(model.shape):
        case [1, int(count), 96] if 0 < count <= MOST_EMBEDDINGS:
            return count
    raise WakeError(
        f"the model of {name!r} takes {tuple(model.shape)}, no row of embeddings; give an openWakeWord model"
    )


def _shift(window: Floats, newest: Floats) -> None:
    window[: -len(newest)] = window[len(newest) :]
    window[-len(newest) :] = newest
