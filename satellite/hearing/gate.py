"""The gate before a wake engine: it sleeps while nobody speaks, and catches up on what it missed when somebody does.

Pure; time is audio. Sound passes in the engine's own steps, so that the steps it hears lie where they would have lain
without the gate. What a score depends on is bounded (openWakeWord's models look back two seconds), so that once the
engine has heard that much in one piece, its scores are the very same as if it had never slept. Scores before that mix
sound from before and after the sleep, and are not to be believed.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

import numpy as np

from wire.pcm import FULL_SCALE, level_dbfs

BYTE_DBFS = -52.9  # level of evenly distributed bytes taken for samples: 20 log10(256 / sqrt(12) / 32768)


@dataclass(frozen=True, slots=True)
class Passed:
    """Sound that the engine is to hear in one piece, the first `known` steps of it for the scores that follow only."""

    sound: bytes
    known: int


class Gate:
    """Holds back steps of sound without voice, at most the newest; all counts are in steps.

    With the first voice, `context` steps pass for the engine to know what was before, then the `late` steps in which
    voice may not have been noticed yet, and then all, until `after` steps behind the last voice. Where there has been
    less sound than that, noise of the same level stands for it: after a jump of the level engines misfire.
    """

    def __init__(self, context: int, late: int, after: int) -> None:
        self._context, self._after = context, after
        self._held: deque[bytes] = deque(maxlen=context + late)
        self._left = -1  # steps until it closes
        self._missed = True  # whether sound was let go that the engine has not heard

    def step(self, sound: bytes, voice: bool) -> Passed | None:
        """Takes the next step and whether there is voice in it; returns what the engine is to hear now, if anything."""
        self._left = self._after if voice else max(-1, self._left - 1)
        if self._left >= 0:
            return self._pass(sound)
        self._missed = self._missed or len(self._held) == self._held.maxlen
        self._held.append(sound)
        return None

    def _pass(self, sound: bytes) -> Passed:
        held = [*self._held, sound]
        self._held.clear()
        if not self._missed:
            return Passed(b"".join(held), 0)
        self._missed = False
        missing = (self._held.maxlen or 0) + 1 - len(held)
        noise = noise_like(held[0], missing * len(sound))
        return Passed(noise + b"".join(held), max(self._context, missing))

    def forget(self) -> None:
        """Forgets the sound that is held, and closes."""
        self._held.clear()
        self._left, self._missed = -1, True


def noise_like(sound: bytes, size: int) -> bytes:
    """White noise of the level of 16 bit sound, `size` bytes of it, the same each time."""
    samples = np.frombuffer(random.Random(0).randbytes(size // 2), np.int8)
    scaled = samples * 10 ** ((level_dbfs(sound) - BYTE_DBFS) / 20)
    return bytes(np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes())
