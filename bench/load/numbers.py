"""Sound that carries a number: the same sample throughout, so any piece of it tells what it is of. Silence is 0.

A question's sound tells its turn and how many of its parts were said, a reply's the turn that it answers and its voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

PARTS = 8  # that a question may have
VOICE = 1100  # between the numbers of two voices: more than a workload may have turns
SEVERAL = VOICE - 1
"""Of sound that more than one turn may have: words with which two replies begin."""
EVERY = 80  # samples between two that are looked at: 5 ms, a quarter of the shortest frame


@lru_cache(maxsize=4096)
def numbered(number: int, samples: int) -> bytes:
    """So much sound of a number."""
    return np.full(samples, number, "<i2").tobytes()


def number(pcm: bytes) -> int:
    """The latest number in the sound, 0 in silence."""
    looked = np.frombuffer(pcm, "<i2")[::EVERY]
    (told,) = np.nonzero(looked)
    return int(looked[told[-1]]) if len(told) else 0


def of_question(index: int, parts: int) -> int:
    """The number of a turn's question, as far as its parts are said."""
    return (index + 1) * PARTS + parts


def question(told: int) -> tuple[int, int]:
    """Turn and parts of such a number."""
    return told // PARTS - 1, told % PARTS


def of_reply(indices: Sequence[int], voice: int = 0) -> int:
    """The number of a piece of reply that these turns may have, said by a voice."""
    return voice * VOICE + (SEVERAL if len(indices) > 1 else sum(index + 1 for index in indices))


def reply(pcm: bytes) -> tuple[int, int]:
    """A piece of reply's turn, counted from 1, 0 where it is of none, and its voice."""
    looked = np.frombuffer(pcm, "<i2")[::EVERY]
    same = len(looked) > 0 and looked[0] > 0 and bool((looked == looked[0]).all())
    voice, told = divmod(int(looked[0]) if same else 0, VOICE)
    return told, voice
