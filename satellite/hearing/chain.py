"""From frames to wake words: gate, engine and detector in a row.

Time is audio: whatever the pace at which frames come and scores are ready, the same sound gives the same words. So what
is measured from recordings, faster than real time, holds in a room.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.satellite import Wake, WakeWord
from satellite.hearing.gate import Gate, Passed
from satellite.hearing.wake import Detection, Rule, WakeDetector, WakeWords
from satellite.sound.microphone import FRAME_S
from wire.pcm import SPEECH, Framer

SURE_S = 0.16  # of scores over the threshold in a row, since one alone is often no word: 2 of openWakeWord, 5 of micro
LATE_S = 0.5  # so late in a word a voice may be noticed: no wake word is shorter, and its score comes later
STEP = SPEECH.bytes(FRAME_S)


@dataclass(frozen=True, slots=True)
class Heard:
    """A wake word, and the end of the step in which it was heard, in seconds of sound since the chain was made."""

    detection: Detection
    at: float


class WakeChain:
    """Takes frames as they come, and scores them when asked.

    `after_s`: sound without voice that the engine still hears behind the last voice; None is without a gate.
    """

    def __init__(self, engine: WakeWords, rules: Mapping[str, Rule], after_s: float | None) -> None:
        self._engine, self._detector = engine, WakeDetector(rules)
        step = math.lcm(STEP, SPEECH.bytes(engine.step_s))  # whole frames and whole steps of the engine
        self._step_s = SPEECH.seconds(step)
        self._framer, self._voice = Framer(step), False
        context, late, after = (math.ceil(s / self._step_s) for s in (engine.context_s, LATE_S, after_s or 0.0))
        self._gate, self._gated = Gate(context, late, after), after_s is not None
        self._waiting: deque[tuple[Passed, float]] = deque()  # with the end of each, in seconds of sound
        self._frames = self._epoch = 0

    @property
    def heard_s(self) -> float:
        """Seconds of sound pushed so far."""
        return self._frames * FRAME_S

    @property
    def waiting_s(self) -> float:
        """Seconds of sound that passed the gate and wait to be scored."""
        return sum(SPEECH.seconds(len(passed.sound)) for passed, _ in self._waiting)

    def push(self, frame: bytes, voice: bool) -> bool:
        """Takes the next frame and whether there is voice in it; returns whether there is something to score."""
        self._frames += 1
        self._voice = self._voice or voice or not self._gated
        for step in self._framer.push(frame):
            passed, self._voice = self._gate.step(step, self._voice), False
            if passed:
                self._waiting.append((passed, self.heard_s))
        return bool(self._waiting)

    async def detect(self) -> list[Heard]:
        """Scores the oldest sound in one piece that waits; returns the words heard in it, in order."""
        if not self._waiting:
            return []
        epoch, (passed, end) = self._epoch, self._waiting.popleft()
        scores = await self._engine.hear(passed.sound)
        if epoch != self._epoch:
            return []
        believed = end - SPEECH.seconds(len(passed.sound)) + passed.known * self._step_s
        return [heard for at, step in self._timed(scores, end) if at > believed for heard in self._judge(step, at)]

    def forget(self) -> None:
        """Forgets the sound that waits, is held back or is being scored."""
        self._epoch += 1
        self._framer.flush()
        self._waiting.clear()
        self._gate.forget()

    def _timed(self, scores: Sequence[Mapping[str, float]], end: float) -> Iterator[tuple[float, Mapping[str, float]]]:
        """Each score with the end of its step."""
        for left, step in zip(range(len(scores) - 1, -1, -1), scores, strict=True):
            yield end - left * self._engine.step_s, step

    def _judge(self, scores: Mapping[str, float], at: float) -> list[Heard]:
        """The word heard in a step, if any: one utterance is one word."""
        return [Heard(one, at) for one in self._detector.scores(scores, at)[:1]]


def rules(settings: Wake, engine: WakeWords) -> dict[str, Rule]:
    """The rule of each word that an engine scores: its own table, what is set for all, its makers' advice."""
    own = {word.name: word for word in settings.spoken}
    level = max(1, round(SURE_S / engine.step_s))
    return {
        name: _rule(own.get(name, WakeWord(name=name)), settings, least, level)
        for name, least in engine.advised.items()
    }


def stop_rules(settings: Wake, advised: Mapping[str, float]) -> dict[str, Rule]:
    """The rule of a word that ends what sounds: its makers' advice, and one score; the rest is set for wake words."""
    return {name: Rule(least, 1, settings.refractory_s) for name, least in advised.items()}


def _rule(word: WakeWord, settings: Wake, advised: float, advised_level: int) -> Rule:
    threshold = settings.threshold if word.threshold is None else word.threshold
    level = settings.trigger_level if word.trigger_level is None else word.trigger_level
    refractory_s = settings.refractory_s if word.refractory_s is None else word.refractory_s
    return Rule(threshold or advised, level or advised_level, refractory_s)
