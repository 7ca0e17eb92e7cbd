"""Guards against words that nobody said: Whisper invents them in silence and noise, and repeats itself.

Each guard needs a reason to doubt; a short answer ("yes", "thank you") with a voice under it always passes. Pure; words
and voice are in seconds of the same sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hub.stt.recognizer import Voiced, Word
from hub.stt.rolling.agreement import normalised
from hub.stt.rolling.stock_phrases import is_credit, is_polite
from hub.stt.rolling.transcriber import Segment

NO_SPEECH, LOG_PROBABILITY = 0.6, -1.0  # Whisper's own limits: nobody speaks if both are passed
DOUBTFUL_NO_SPEECH, DOUBTFUL_LOG_PROBABILITY = 0.4, -0.7  # either makes a stock phrase an invented one
COMPRESSION = 2.4  # Whisper's own limit: more is repetition
LOOP_TIMES, LOOP_WORDS = 5, 8  # so often in a row nobody says the same words; loops of Whisper are rarely longer
VOICED_MARGIN_S = 0.3  # around a voice: as badly are words placed, and as much of soft sounds voice detection misses
VOICE_PER_WORD_S = 0.12  # someone who really says a stock phrase needs about twice as long


def credible(segments: Iterable[Segment], voiced: Voiced) -> tuple[Segment, ...]:
    """Segments without the words that nobody said, and without segments that have none left."""
    once = _without_loops([segment for segment in segments if not _is_noise(segment)])
    meant = (segment for segment in once if segment.words and not _is_stock(segment, voiced))
    spoken = (replace(segment, words=_spoken(segment.words, voiced)) for segment in meant)
    return tuple(segment for segment in spoken if segment.words)


def is_voiced(start_s: float, end_s: float, voiced: Voiced) -> bool:
    """Whether somebody speaks between the two, or nearly."""
    return any(start - VOICED_MARGIN_S <= end_s and start_s <= end + VOICED_MARGIN_S for start, end in voiced)


def _spoken(words: Iterable[Word], voiced: Voiced) -> tuple[Word, ...]:
    return tuple(word for word in words if is_voiced(word.start_s, word.end_s, voiced))


def _is_noise(segment: Segment) -> bool:
    return segment.no_speech > NO_SPEECH and segment.log_probability < LOG_PROBABILITY


def _is_stock(segment: Segment, voiced: Voiced) -> bool:
    said = [word.text for word in segment.words]
    if not is_polite(said):
        return is_credit(said)
    return _is_doubtful(segment) or _voice_s(segment.words, voiced) < VOICE_PER_WORD_S * len(said)


def _is_doubtful(segment: Segment) -> bool:
    return segment.no_speech > DOUBTFUL_NO_SPEECH or segment.log_probability < DOUBTFUL_LOG_PROBABILITY


def _voice_s(words: Sequence[Word], voiced: Voiced) -> float:
    """How long somebody speaks where the words are, or nearly."""
    first, last = words[0].start_s - VOICED_MARGIN_S, words[-1].end_s + VOICED_MARGIN_S
    return sum(max(0.0, min(end, last) - max(start, first)) for start, end in voiced)


def _without_loops(segments: Sequence[Segment]) -> list[Segment]:
    """Keeps what is said over and over once; a segment that repeats itself in another way goes."""
    keep = iter(_kept([normalised(word.text) for segment in segments for word in segment.words]))
    once = [replace(segment, words=tuple(word for word in segment.words if next(keep))) for segment in segments]
    both = zip(segments, once, strict=True)
    return [new for old, new in both if old.compression <= COMPRESSION or len(new.words) < len(old.words)]


def _kept(texts: Sequence[str]) -> list[bool]:
    """For each word whether it stays."""
    keep: list[bool] = []
    while len(keep) < len(texts):
        size, times = _loop(texts, len(keep))
        keep += [True] * size + [False] * size * (times - 1)
    return keep


def _loop(texts: Sequence[str], start: int) -> tuple[int, int]:
    """How many words from `start` on are said how often in a row; (1, 1) where that is no loop."""
    for size in range(1, LOOP_WORDS + 1):
        times = 1
        while texts[start + times * size : start + (times + 1) * size] == texts[start : start + size]:
            times += 1
        if times >= LOOP_TIMES:
            return size, times
    return 1, 1
