"""When the person has finished: a fixed wait after the last raw pause.

Pure; time is audio, so a busy hub neither cuts anyone off nor waits longer than the silence was.
"""

from __future__ import annotations

from enum import Enum

from wire.pcm import SPEECH


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
    """Counts samples of sound and of silence, so that nothing depends on how they are cut; takes seconds."""

    def __init__(self, wait_s: float, no_speech_s: float, longest_s: float) -> None:
        limits = (round(seconds * SPEECH.rate) for seconds in (wait_s, no_speech_s, longest_s))
        self._wait, self._no_speech, self._longest = limits
        self._heard = 0
        self._silence = 0
        self.spoken = False
        """Whether speech has started."""
        self._speaking = False

    def voice(self, voice: Voice) -> None:
        """Speech starts, or pauses."""
        self._speaking = voice is Voice.STARTED
        self.spoken = True
        self._silence = 0

    def sound(self, samples: int) -> None:
        """So much sound has been heard since."""
        self._heard += samples
        if not self._speaking:
            self._silence += samples

    @property
    def end(self) -> End | None:
        """Why it is over, None while it is not."""
        if self.spoken and not self._speaking and self._silence >= self._wait:
            return End.SILENCE
        if not self.spoken and self._heard >= self._no_speech:
            return End.NO_SPEECH
        return End.TOO_LONG if self._heard >= self._longest else None
