"""Laws of the wake word engines, with the real models and spoken words (flite's voice)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bench
from config.satellite import WakeWord
from satellite.engines import openwakeword
from satellite.engines.files import NOISE_RMS, read_recording
from satellite.hearing.gate import noise_like
from satellite.hearing.scorer import Scorer
from satellite.hearing.wake import WakeError
from wire.pcm import SPEECH

QUESTIONS = Path(bench.__file__).with_name("questions")
WORDS = ["hey_jarvis", "alexa"]
Load = Callable[[Sequence[WakeWord]], Scorer]


def optional(module: str, extra: str) -> Load:
    found = pytest.importorskip(f"satellite.engines.{module}", reason=f"extra {extra}", exc_type=ImportError)
    load: Load = found.load
    return load


ENGINES: dict[str, Callable[[], Load]] = {
    "pyopen": lambda: openwakeword.load,
    "micro": lambda: optional("microwakeword", "micro"),
    "onnx": lambda: optional("openwakeword_onnx", "openwakeword"),
}
each_engine = pytest.mark.parametrize("engine", ENGINES)


def noise(seconds: float) -> bytes:
    return np.random.default_rng(1).normal(0, NOISE_RMS, SPEECH.bytes(seconds) // 2).astype("<i2").tobytes()


@cache
def spoken(name: str) -> bytes:
    """A recording in a quiet room."""
    return noise(3.0) + read_recording(QUESTIONS / f"{name}.wav") + noise(1.0)


def pieces(pcm: bytes, size: int) -> list[bytes]:
    return [pcm[start : start + size] for start in range(0, len(pcm), size)]


def made(engine: str, words: Sequence[str]) -> Scorer:
    return ENGINES[engine]()([WakeWord(name=word) for word in words])


def scores(engine: str, cut: Iterable[bytes], words: Sequence[str]) -> list[dict[str, float]]:
    """What a new engine scores for sound that comes in these pieces."""
    scorer = made(engine, words)
    return [dict(score) for piece in cut for score in scorer.score(piece)]


@cache
def by_the_frame(engine: str, name: str) -> tuple[dict[str, float], ...]:
    return tuple(scores(engine, pieces(spoken(name), SPEECH.bytes(0.02)), WORDS))


def best(found: Iterable[dict[str, float]], word: str) -> float:
    return max(score[word] for score in found)


@each_engine
def test_the_wake_word_is_heard_and_no_other_word_with_it(engine: str) -> None:
    found, advised = by_the_frame(engine, "hey-jarvis"), made(engine, WORDS).advised
    assert best(found, "hey_jarvis") > advised["hey_jarvis"]
    assert best(found, "alexa") < advised["alexa"] / 5


@each_engine
def test_a_question_is_not_the_wake_word(engine: str) -> None:
    found, advised = by_the_frame(engine, "turn-on-the-kitchen-light"), made(engine, WORDS).advised
    for word in WORDS:
        assert best(found, word) < advised[word] / 2


@each_engine
def test_every_score_is_a_share_and_comes_once_a_step(engine: str) -> None:
    found, scorer = by_the_frame(engine, "hey-jarvis"), made(engine, WORDS)
    assert all(set(score) == set(WORDS) for score in found)
    assert all(0 <= value <= 1 for score in found for value in score.values())
    steps = SPEECH.seconds(len(spoken("hey-jarvis"))) / scorer.step_s
    assert steps - scorer.context_s / scorer.step_s - 2 < len(found) <= steps


@each_engine
@given(data=st.data())
@settings(max_examples=3, deadline=None)
def test_any_cutting_of_the_sound_gives_the_same_scores(engine: str, data: st.DataObject) -> None:
    pcm, expected = spoken("hey-jarvis"), list(by_the_frame(engine, "hey-jarvis"))
    sizes = data.draw(st.lists(st.integers(1, SPEECH.bytes(0.5)), min_size=1, max_size=20))
    cut: list[bytes] = []
    start = 0
    while start < len(pcm):
        size = sizes[len(cut) % len(sizes)]
        cut.append(pcm[start : start + size])
        start += size
    assert scores(engine, cut, WORDS) == expected


@each_engine
def test_a_word_scores_the_same_alone_and_among_others(engine: str) -> None:
    alone = scores(engine, pieces(spoken("hey-jarvis"), SPEECH.bytes(0.02)), ["hey_jarvis"])
    together = [found["hey_jarvis"] for found in by_the_frame(engine, "hey-jarvis")]
    assert [found["hey_jarvis"] for found in alone] == together


@pytest.mark.parametrize("engine", ["pyopen", "onnx"])
def test_after_its_context_a_score_is_the_same_whatever_was_before(engine: str) -> None:
    """What the gate rests on."""
    scorer, sound = made(engine, ["alexa"]), spoken("hey-jarvis")
    size = SPEECH.bytes(scorer.step_s)
    step, context = len(sound) // size, round(scorer.context_s / scorer.step_s)
    before = noise_like(sound[-2000:], 40 * size)
    first, second = (
        [score["alexa"] for score in scorer.score(pcm)[context - step :]]
        for pcm in (before + sound[: step * size], sound[: step * size])
    )
    assert second == pytest.approx(first)


@each_engine
def test_an_unknown_word_is_refused_with_those_that_are_known(engine: str) -> None:
    with pytest.raises(WakeError, match=r"'computer' has no model; choose from alexa, hey_jarvis, .*hey_mycroft"):
        made(engine, ["hey_jarvis", "computer"])


@each_engine
@pytest.mark.parametrize(
    "content", [b"", b"RIFF0000WAVE", b"0000TFL3", b"0000TFL3" + bytes(999), b'{"model": 1}', None]
)
def test_a_file_that_is_no_model_is_refused_with_its_name(engine: str, content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "computer.model"
    if content is not None:
        path.write_bytes(content)
    load = ENGINES[engine]()
    with pytest.raises(WakeError, match=r"computer\.model"):
        load([WakeWord(name="computer", model=str(path))])


def test_a_model_for_something_else_is_refused() -> None:
    path = openwakeword.PACKAGE / "models" / "melspectrogram.tflite"
    with pytest.raises(WakeError, match="give an openWakeWord model"):
        openwakeword.load([WakeWord(name="computer", model=str(path))])
