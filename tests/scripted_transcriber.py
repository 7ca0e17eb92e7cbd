"""A transcriber that knows what was said when, and takes scripted time; its sound tells where in the utterance it lies.

Words that a buffer holds only in part are misheard, and so are those too near its end: the engine must hear on to be
sure of them.
"""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np

from hub.stt.recognizer import Voiced, Word
from hub.stt.rolling.transcriber import Ask, Segment, Transcription
from wire.pcm import SPEECH

SURE_S = 0.3  # a word must end so long before the buffer does to be heard right
PAUSE_S = 0.5  # between words, that ends a segment


def numbered(start: int, stop: int) -> bytes:
    """Sound from one sample of an utterance to another: any three samples in a row tell where they are.

    An even sample is the middle 15 bits of its number, an odd one says the upper bits below zero.
    """
    numbers = np.arange(start, stop, dtype=np.int64)
    return np.where(numbers % 2, -1 - (numbers >> 16), (numbers >> 1) & 0x7FFF).astype("<i2").tobytes()


def place(pcm: bytes) -> tuple[float, float]:
    """Where numbered sound begins and ends in its utterance, in seconds, without padding; (0, 0) for silence."""
    samples = np.frombuffer(pcm, "<i2")
    used = np.flatnonzero(samples[-SPEECH.rate :])  # padding is shorter than a second
    if len(used) == 0 or len(samples) < 3:
        return 0.0, 0.0
    even = int(samples[0] < 0)
    start = ((-1 - int(samples[even + 1])) << 16) + (int(samples[even]) << 1) - even
    stop = start + max(0, len(samples) - SPEECH.rate) + int(used[-1]) + 1
    return start / SPEECH.rate, stop / SPEECH.rate


def spoken(text: str, start_s: float = 0.5, word_s: float = 0.3, gap_s: float = 0.1) -> tuple[Word, ...]:
    """Its words, said evenly; "|" is a pause of a second."""
    times = accumulate((1.0 if word == "|" else word_s + gap_s for word in text.split()), initial=start_s)
    return tuple(Word(word, at, at + word_s) for word, at in zip(text.split(), times, strict=False) if word != "|")


def voiced(words: Iterable[Word], until_s: float = float("inf")) -> Voiced:
    """Where somebody speaks, as heard so far."""
    return [(word.start_s, min(word.end_s, until_s)) for word in words if word.start_s < until_s]


@dataclass
class ScriptedTranscriber:
    """See hub.stt.rolling.transcriber.Transcriber.

    `mistakes` is the share of words that a pass mishears anyhow; no two passes mishear a word alike.
    """

    said: Sequence[Word]
    takes_s: float = 0.0
    mistakes: float = 0.0
    seed: int = 0
    language: str = "en"
    invented: Sequence[Segment] = ()
    """What it says where nothing was said."""
    asks: list[Ask] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    """Where each buffer began."""
    longest_s: float = 0.0
    name: str = "scripted"
    languages: Sequence[str] = ("en", "de")

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._ends = [word.end_s for word in self.said]
        self._starts = [word.start_s for word in self.said]

    async def transcribe(self, pcm: bytes, ask: Ask) -> Transcription:
        """All words that lie in the buffer, wholly or in part."""
        self.asks.append(ask)
        self.longest_s = max(self.longest_s, SPEECH.seconds(len(pcm)))
        await asyncio.sleep(self.takes_s)
        start_s, end_s = place(pcm)
        self.starts.append(start_s)
        heard = list(self._heard(start_s, end_s, start_s + SPEECH.seconds(len(pcm))))
        segments = tuple(segment(words) for words in _phrases(heard))
        return Transcription(segments or tuple(self.invented), ask.language or self.language)

    def _heard(self, start_s: float, end_s: float, padded_s: float) -> Iterator[Word]:
        first, last = bisect_left(self._ends, start_s + 1e-4), bisect_left(self._starts, end_s - 1e-4)
        for word in self.said[first:last]:
            at, until = max(word.start_s, start_s), min(word.end_s, end_s)
            whole = at <= word.start_s + 1e-4 and until == word.end_s <= padded_s - SURE_S
            luck = self._random.random()
            text = word.text if whole and luck >= self.mistakes else f"{word.text}~{luck}"
            yield replace(word, text=text, start_s=at - start_s, end_s=until - start_s)


def segment(words: Iterable[Word], no_speech: float = 0.01, log_probability: float = -0.2) -> Segment:
    """One that nothing speaks against."""
    return Segment(tuple(words), no_speech, log_probability, compression=1.0)


def _phrases(words: Sequence[Word]) -> Iterator[list[Word]]:
    phrase: list[Word] = []
    for word in words:
        if phrase and word.start_s - phrase[-1].end_s > PAUSE_S:
            yield phrase
            phrase = []
        phrase.append(word)
    if phrase:
        yield phrase
