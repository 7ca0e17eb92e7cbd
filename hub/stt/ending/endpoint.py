"""When the person has finished: silence that is long enough for how finished the words sound.

Strategy: people pause within sentences as long as after them, so silence alone must choose between cutting in and
dawdling (Ferrer, Shriberg and Stolcke 2002). The words tell more: the likelier they are the end, the shorter the wait.
No wait is shorter than what the final words take anyway: ending earlier would gain nothing and cut people off.

Pure; time is audio, so a busy hub neither cuts anyone off nor waits longer than the silence was. It keeps nothing of
the sound: the same activity and expectation give the same answer, also after speech has resumed.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum
from typing import Protocol

from config.hub import EndpointSettings
from wire.pcm import SPEECH

GRACE_S = 0.8  # after the end; speech that resumes within it, before anything is answered, takes the end back
LONGEST_WAIT_S = 3.0  # however impatient the words are for more: by then people wonder whether they were heard
UNJUDGED = 0.5  # P(end) before the words are known: as likely the one as the other

WAITS = ((0.0, 1.5), (0.5, 0.7), (0.85, 0.25), (1.0, 0.25))
"""P(end) and the seconds of silence that confirm it, straight lines between. 0.25 s is longer than the silences of
fluent speech (stops and closures take up to 0.2 s); 0.7 s, where the words tell nothing, is Home Assistant's own wait;
1.5 s is time to look for a word."""


class End(Enum):
    """Why a turn's hearing is over."""

    SILENCE = "silence after speech"
    NO_SPEECH = "nobody spoke"
    TOO_LONG = "longest turn reached"


class Silence(Protocol):
    """What counts of a turn's sound; hub.stt.activity.Activity is one. In samples."""

    @property
    def heard(self) -> int:
        """All so far."""

    @property
    def spoken(self) -> bool:
        """Whether anyone has spoken."""

    @property
    def speaking(self) -> bool:
        """Whether someone does now."""

    @property
    def silence(self) -> int:
        """Since the voice ended."""


class Endpoint:
    """Decides when it is over. `ready_s`: after so much silence the final words are expected."""

    def __init__(self, settings: EndpointSettings, ready_s: float = 0.0) -> None:
        self._settings = settings
        self._ready_s = ready_s
        self._p_end = UNJUDGED

    def expect(self, p_end: float | None) -> None:
        """How finished the words so far sound, None while nobody knows; the latest counts.

        Raises ValueError for what is no probability.
        """
        p_end = UNJUDGED if p_end is None else p_end
        if not 0 <= p_end <= 1:
            raise ValueError(f"expected a probability from 0 to 1, got {p_end}")
        self._p_end = p_end

    def wait_s(self) -> float:
        """Seconds of silence that end the turn, as things stand."""
        if self._settings.mode == "fixed":
            return self._settings.wait_ms / 1000
        return min(LONGEST_WAIT_S, max(self._ready_s, confirmation_s(self._p_end) * self._settings.patience))

    def look(self, activity: Silence) -> End | None:
        """Why it is over, None while it is not."""
        if activity.spoken and not activity.speaking and activity.silence >= _samples(self.wait_s()):
            return End.SILENCE
        if not activity.spoken and activity.heard >= _samples(self._settings.no_speech_s):
            return End.NO_SPEECH
        return End.TOO_LONG if activity.heard >= _samples(self._settings.longest_s) else None


def confirmation_s(p_end: float) -> float:
    """Seconds of silence after words that are the end with this probability: WAITS, interpolated."""
    above = min(bisect_right(WAITS, p_end, key=lambda point: point[0]), len(WAITS) - 1)
    (left, least), (right, most) = WAITS[above - 1], WAITS[above]
    return least + (most - least) * (p_end - left) / (right - left)


def _samples(seconds: float) -> int:
    return round(seconds * SPEECH.rate)
