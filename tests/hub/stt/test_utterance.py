"""Laws of streaming: random turns over an engine that takes its time (bench/streaming.py), on virtual time.

p is until the raw pause is noticed, r what is left then of a pass that is running, D what a pass takes.
"""

from __future__ import annotations

import random

import pytest

from bench.streaming import FRAME_S, RandomTurn, figures
from hub.stt.passes import VOICELESS_S
from hub.stt.recognizer import Word

TURNS = 100


@pytest.fixture(scope="module")
def turns() -> list[RandomTurn]:
    takes_s = random.Random(0)
    return [RandomTurn(seed, takes_s.uniform(0.1, 0.5)) for seed in range(TURNS)]


def test_the_final_transcript_is_there_in_time_in_99_of_100_turns(turns: list[RandomTurn]) -> None:
    """No later than max(end of speech + p + r + D, endpoint) + 20 ms."""
    late = [turn.seed for turn in turns if turn.late]
    assert len(late) <= TURNS // 100, late


def test_words_that_ended_long_enough_before_the_end_of_speech_are_committed_by_then(turns: list[RandomTurn]) -> None:
    found = figures(0.0, turns)
    assert found.old_words > 500
    assert found.committed >= 0.95 * found.old_words


def test_every_word_until_the_end_is_in_the_transcript(turns: list[RandomTurn]) -> None:
    for turn in turns:
        spoken = [word.text for word in turn.words if word.end_s <= turn.ended_s]
        assert turn.hypotheses[-1][1].text.split() == spoken, turn.seed


def test_no_partial_starts_after_60_ms_without_voice(turns: list[RandomTurn]) -> None:
    """As the detector tells it, which is a frame behind."""
    for turn in turns:
        for started, _, ask in turn.transcriber.passes:
            silent_s = started - max(min(word.end_s, started) for word in turn.words if word.start_s < started)
            assert ask.final or silent_s <= VOICELESS_S + FRAME_S, turn.seed


def test_committed_words_never_change(turns: list[RandomTurn]) -> None:
    for turn in turns:
        before: tuple[Word, ...] = ()
        for _, hypothesis in turn.hypotheses:
            now = hypothesis.words.committed
            assert now[: len(before)] == before, turn.seed
            before = now


def test_a_pass_that_was_running_delays_the_final_and_never_more_than_itself(turns: list[RandomTurn]) -> None:
    running = [turn for turn in turns if any(start < turn.paused_s < end for start, end, _ in turn.transcriber.passes)]
    assert running  # so the first law is about r as well
    for turn in running:
        finals = [start for start, _, ask in turn.transcriber.passes if ask.final and start >= turn.paused_s]
        assert all(start <= turn.paused_s + turn.takes_s + 1e-6 for start in finals[:1])
