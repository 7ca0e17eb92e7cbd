"""Laws of openWakeWord's models, with the real engine and spoken words (flite's voice)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bench
from satellite.engines.files import NOISE_RMS, read_recording
from satellite.engines.openwakeword import STEP_S, OpenWakeWords
from satellite.wake import WakeError
from wire.pcm import SPEECH

QUESTIONS = Path(bench.__file__).with_name("questions")
THRESHOLD = 0.5
WORDS = ["hey_jarvis", "alexa"]


def noise(seconds: float) -> bytes:
    return np.random.default_rng(1).normal(0, NOISE_RMS, SPEECH.bytes(seconds) // 2).astype("<i2").tobytes()


@cache
def spoken(name: str) -> bytes:
    """A recording in a quiet room."""
    return noise(1.0) + read_recording(QUESTIONS / f"{name}.wav") + noise(1.0)


def pieces(pcm: bytes, size: int) -> list[bytes]:
    return [pcm[start : start + size] for start in range(0, len(pcm), size)]


def scores(cut: Iterable[bytes], words: list[str]) -> list[dict[str, float]]:
    """What a new engine scores for sound that comes in these pieces, without the pieces that bring no score."""

    async def scenario() -> list[dict[str, float]]:
        engine = OpenWakeWords(words)
        assert engine.step_s == STEP_S
        return [dict(found) for piece in cut if (found := await engine.hear(piece))]

    return asyncio.run(scenario())


@cache
def by_the_frame(name: str) -> tuple[dict[str, float], ...]:
    return tuple(scores(pieces(spoken(name), SPEECH.bytes(0.02)), WORDS))


def best(found: Iterable[dict[str, float]], word: str) -> float:
    return max(score[word] for score in found)


def test_the_wake_word_is_heard_and_no_other_word_with_it() -> None:
    found = by_the_frame("hey-jarvis")
    assert best(found, "hey_jarvis") > THRESHOLD
    assert best(found, "alexa") < THRESHOLD / 5


def test_a_question_is_not_the_wake_word() -> None:
    found = by_the_frame("turn-on-the-kitchen-light")
    for word in WORDS:
        assert best(found, word) < THRESHOLD / 5


def test_every_score_is_a_share() -> None:
    for name in ("hey-jarvis", "turn-on-the-kitchen-light"):
        assert all(set(score) == set(WORDS) for score in by_the_frame(name))
        assert all(0 <= value <= 1 for score in by_the_frame(name) for value in score.values())


@given(st.data())
@settings(max_examples=3)
def test_any_cutting_of_the_sound_gives_the_same_scores(data: st.DataObject) -> None:
    pcm, expected = spoken("hey-jarvis"), list(by_the_frame("hey-jarvis"))
    sizes = data.draw(st.lists(st.integers(1, SPEECH.bytes(STEP_S)), min_size=1, max_size=20))
    cut: list[bytes] = []
    start = 0
    while start < len(pcm):
        size = sizes[len(cut) % len(sizes)]
        cut.append(pcm[start : start + size])
        start += size
    assert scores(cut, WORDS) == expected


def test_a_long_piece_gives_the_best_score_in_it() -> None:
    for word in WORDS:
        [found] = scores([spoken("hey-jarvis")], [word])
        assert found == {word: best(by_the_frame("hey-jarvis"), word)}


def test_a_word_scores_the_same_alone_and_among_others() -> None:
    alone = scores(pieces(spoken("hey-jarvis"), SPEECH.bytes(0.02)), ["hey_jarvis"])
    assert [found["hey_jarvis"] for found in alone] == [found["hey_jarvis"] for found in by_the_frame("hey-jarvis")]


def test_an_unknown_word_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(WakeError, match=r"'computer' has no model; choose from alexa, hey_jarvis, .*okay_nabu"):
        OpenWakeWords(["hey_jarvis", "computer"])
