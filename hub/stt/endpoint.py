"""When the person has finished: a fixed wait after the last raw pause.

Pure; time is audio, so a busy hub neither cuts anyone off nor waits longer than the silence was.
"""

from __future__ import annotations

from enum import Enum


class Voice(Enum):
    """What the satellite's voice activity detection tells between the pieces of sound."""

    STARTED = "voice started"
    STOPPED = "voice stopped"


class End(Enum):
    """Why a turn's hearing is over."""

    SILENCE = "silence after speech"
    NO_SPEECH = "nobody spoke"
    TOO_LONG = "longest turn reached"


class Endpoint:
    """Counts sound and silence; durations in seconds."""

    def __init__(self, wait_s: float, no_speech_s: float, longest_s: float) -> None:
        self._wait, self._no_speech, self._longest = wait_s, no_speech_s, longest_s
        self._heard = 0.0
        self._silence = 0.0
        self._spoken = False
        self._speaking = False

    def voice(self, voice: Voice) -> None:
        """Speech starts, or pauses."""
        self._speaking = voice is Voice.STARTED
        self._spoken = True
        self._silence = 0.0

    def sound(self, seconds: float) -> None:
        """So much sound has been heard since."""
        self._heard += seconds
        if not self._speaking:
            self._silence += seconds

    @property
    def end(self) -> End | None:
        """Why it is over, None while it is not."""
        if self._spoken and not self._speaking and self._silence >= self._wait:
            return End.SILENCE
        if not self._spoken and self._heard >= self._no_speech:
            return End.NO_SPEECH
        return End.TOO_LONG if self._heard >= self._longest else None
