"""Voice activity by WebRTC's detector (package webrtcvad-wheels)."""

from __future__ import annotations

import webrtcvad

from wire.pcm import SPEECH


class WebRtcVad:
    """Gaussian mixtures over six bands; about 20 microseconds a frame on a laptop."""

    def __init__(self, aggressiveness: int) -> None:
        self._vad = webrtcvad.Vad(aggressiveness)

    def is_voice(self, frame: bytes) -> bool:
        """Whether there is voice in a frame of 10, 20 or 30 ms."""
        return bool(self._vad.is_speech(frame, SPEECH.rate))
