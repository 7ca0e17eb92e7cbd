"""A labelled set for endpointing: recordings of commands with a pause put in after one of their words.

Rules: a recording's name is its transcript. Pauses are of uniform length and at words drawn by a seed, never twice at
the same word of one recording. Around the recording and in the pause is the low noise of a quiet room. What recordings
cannot show: that people draw out a word before they pause, and take breath.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.alignment import Aligner
from bench.wake_clips import read_sound, room
from wire.pcm import SPEECH

PAUSE_S = (0.2, 1.2)
BEFORE_S, AFTER_S = 0.3, 3.2  # of low noise
SEED = 4


@dataclass(frozen=True, slots=True)
class Paused:
    """One recording with one pause. `ends` are the samples after each word of `said`; the pause follows one of them."""

    said: Sequence[str]
    ends: Sequence[int]
    pause_after: int
    """How many words come before the pause."""
    pause_s: float
    pcm: bytes

    @property
    def end(self) -> int:
        """The sample after the last word: the end of speech."""
        return self.ends[-1]

    def words(self, until: int) -> str:
        """What a perfect recognizer knows of the first so many samples: the words that have ended."""
        return " ".join(word for word, end in zip(self.said, self.ends, strict=True) if end <= until)


def paused(folder: Path, variants: int, limit: int | None = None) -> Iterator[Paused]:
    """Up to so many variants of each of the first `limit` recordings.

    Raises ValueError for a recording that does not say its name.
    """
    draw, aligner = random.Random(SEED), Aligner()
    for path in sorted(folder.glob("*.wav"))[:limit]:
        said, sound = path.stem.split(), read_sound(path)
        ends = aligner.ends(said, sound)
        places = range(1, len(said))
        for after in sorted(draw.sample(places, min(variants, len(places)))):
            yield with_pause(said, ends, sound, after, draw.uniform(*PAUSE_S))


def with_pause(said: Sequence[str], ends: Sequence[int], sound: bytes, after: int, pause_s: float) -> Paused:
    """The recording with a pause after so many of its words."""
    cut, pause = ends[after - 1] * SPEECH.frame_bytes, room(pause_s)
    pcm = room(BEFORE_S) + sound[:cut] + pause + sound[cut:] + room(AFTER_S)
    lead, added = len(room(BEFORE_S)) // SPEECH.frame_bytes, len(pause) // SPEECH.frame_bytes
    moved = [end + lead + (added if number > after else 0) for number, end in enumerate(ends, 1)]
    return Paused(said, moved, after, pause_s, pcm)
