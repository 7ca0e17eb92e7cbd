"""Which decode of an utterance comes next: one while the person speaks, the final one at each raw pause.

Pure; time is audio, so the same sound and the same times of passes give the same passes, however the sound was cut.
One pass runs at a time, and what came in meanwhile is the next one's: the newest sound wins.

Rules: nothing is decoded before somebody spoke, and no partial starts when nobody speaks any more: a final is about to
be due, which it would delay. A final stands for as long as speech does not resume.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from hub.stt.activity import Activity
from hub.stt.recognizer import Recognizer
from wire.pcm import SPEECH

VOICELESS_S = (
    0.032  # without voice, after which no partial starts; a detector is one frame of 32 ms behind, so 64 ms in truth
)
HALF_SAMPLE = 0.5  # steps are whole samples, rounded


class Kind(Enum):
    """What a pass is for."""

    PARTIAL = "words while the person speaks"
    FINAL = "the words of all, at a pause"
    PROMOTED = "the last partial had heard all: no decode"


@dataclass(frozen=True, slots=True)
class Pass:
    """One decode: of all sound `until` that sample, begun when speech had resumed `revision` times."""

    kind: Kind
    until: int
    revision: int


class Passes:
    """Decides for one utterance, by the recognizer's ways, which change where another engine takes over."""

    def __init__(self, recognizer: Recognizer, stretch: Callable[[], float] = lambda: 1.0) -> None:
        """`stretch` is how many times as much new sound a partial waits for; infinite for none."""
        self._recognizer = recognizer
        self._stretch = stretch
        self._latest = Pass(Kind.PARTIAL, 0, 0)
        self._over = False

    def next(self, activity: Activity) -> Pass | None:
        """The pass to run now that none is running, None while there is nothing worth it."""
        if not activity.spoken or self.settled(activity):
            return None
        if self._over or not activity.speaking:
            partial = self._latest.kind is Kind.PARTIAL  # a final that speech overtook has left no words
            heard_all = self._recognizer.promotes and partial and self._latest.until >= activity.voice_end
            return Pass(Kind.PROMOTED if heard_all else Kind.FINAL, activity.heard, activity.revision)
        voiceless = activity.heard - activity.voice_end > VOICELESS_S * SPEECH.rate
        step = self._recognizer.step_s * self._stretch() * SPEECH.rate
        if voiceless or activity.heard - self._latest.until < step - HALF_SAMPLE:
            return None
        return Pass(Kind.PARTIAL, activity.heard, activity.revision)

    def done(self, made: Pass) -> None:
        """That pass has its words."""
        self._latest = made

    def finish(self) -> None:
        """The utterance is over, whether the person pauses or not: all that was heard is decoded."""
        self._over = True

    def settled(self, activity: Activity) -> bool:
        """Whether the latest words are those of all that was said."""
        if not activity.spoken:
            return self._over
        final = self._latest.kind is not Kind.PARTIAL
        ended = self._over or not activity.speaking
        same = self._latest.revision == activity.revision
        return final and ended and same and self._latest.until >= activity.voice_end
