"""Voice activity by WebRTC's detector (package webrtcvad-wheels)."""

from __future__ import annotations

import webrtcvad

from wire.pcm import SPEECH

MAY_BE = 1
"""The aggressiveness that notices speech of -50 dBFS in a room of -69, 20 times in 20; 3, which is best at the end of
speech, notices 9."""


class WebRtcVad:
    """Gaussian mixtures over six bands, learning as it hears; about 5 microseconds a frame on a laptop."""

    def __init__(self, aggressiveness: int) -> None:
        self._vad = webrtcvad.Vad(aggressiveness)
        self._sensitive = webrtcvad.Vad(MAY_BE)

    def is_voice(self, frame: bytes) -> bool:
        """See satellite.hearing.vad.VoiceActivity; frames of 10, 20 or 30 ms."""
        return bool(self._vad.is_speech(frame, SPEECH.rate))

    def may_be_voice(self, frame: bytes) -> bool:
        """See satellite.hearing.vad.VoiceActivity; a detector of its own."""
        return bool(self._sensitive.is_speech(frame, SPEECH.rate))
