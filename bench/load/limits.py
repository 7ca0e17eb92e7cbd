"""How soon a turn's first sound can be there at best, by what runs beside what; pure, in ms from the end of speech.

W is the endpoint, p the raw pause, S the decode, L the token that completes the first sentence or clause, T a chunk's
first sound. What a hub takes beyond a limit is its overhead; one that works ahead further than a limit supposes is
below it.

    b   W + S + L sentence + T         each stage after the other, speech from the first sentence
    c   W + S + L clause + T           speech from the first clause
    d   max(W, p + S + L clause) + T   words and reply begun at the raw pause
    e   max(W, p + S + L clause + T)   speech as well, held until the endpoint
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from bench.load.workload import Turn, Workload

SENTENCE_MARKS = frozenset(".!?\n")
CLAUSE_MARKS = SENTENCE_MARKS | frozenset(",;:—")


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one turn."""

    b: float
    c: float
    d: float
    e: float


def limits(workload: Workload, turn: Turn) -> Limits:
    """A turn's."""
    wait, pause = workload.endpoint_ms, workload.raw_pause_ms
    words, first = turn.stt_ms, turn.tts_first_ms
    clause = first_chunk_ms(turn, CLAUSE_MARKS, workload.clause_min_chars)
    sentence = first_chunk_ms(turn, SENTENCE_MARKS, workload.clause_min_chars)
    return Limits(
        b=wait + words + sentence + first,
        c=wait + words + clause + first,
        d=max(wait, pause + words + clause) + first,
        e=max(wait, pause + words + clause + first),
    )


def first_chunk_ms(turn: Turn, marks: frozenset[str], least: int) -> float:
    """When the token is there with which the first chunk of at least so many characters is whole."""
    said = "".join(turn.reply_tokens)
    ends = (at for at, letter in enumerate(said, 1) if letter in marks and at >= least)
    end = next(ends, len(said))
    lengths = accumulate(map(len, turn.reply_tokens))
    return turn.token_ms(next(index for index, length in enumerate(lengths) if length >= end))
