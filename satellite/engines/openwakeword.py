"""Wake words by openWakeWord's models on TFLite (package pyopen-wakeword, which carries both).

The package's `reset()` replays eight seconds of zeros and is never called. The engine owns one thread, so
that a slow processor delays detections and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from pyopen_wakeword import Model, OpenWakeWord, OpenWakeWordFeatures

from satellite.wake import WakeError
from wire.pcm import SPEECH, Framer

STEP_S = 0.08  # of sound for each score; the models' own step


class OpenWakeWords:
    """Scores one or more of the models that travel in the package; the features are computed once for all."""

    step_s = STEP_S

    def __init__(self, words: Sequence[str]) -> None:
        known = {model.value: model for model in Model}
        for word in words:
            if word not in known:
                raise WakeError(f"wake word {word!r} has no model; choose from {', '.join(sorted(known))}")
        self._features = OpenWakeWordFeatures.from_builtin()
        self._models = {word: OpenWakeWord.from_builtin(known[word]) for word in words}
        self._framer = Framer(SPEECH.bytes(STEP_S))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wake")

    async def hear(self, frame: bytes) -> Mapping[str, float]:
        """See satellite.wake.WakeWords."""
        steps = self._framer.push(frame)
        if not steps:
            return {}
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._score, steps)

    def _score(self, steps: list[bytes]) -> dict[str, float]:
        best: dict[str, float] = {}
        for step in steps:
            for features in self._features.process_streaming(step):
                for word, model in self._models.items():
                    for score in model.process_streaming(features):
                        best[word] = max(best.get(word, 0.0), score)
        return best
