"""Laws of detection: each word by its own rule, at its own distance in sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loading import build, read
from config.satellite import SatelliteSettings, WakeWord
from satellite.hearing.chain import rules
from satellite.hearing.wake import Rule, WakeDetector, WakeError, model_path
from satellite.parts import stop_word
from tests.settings import SATELLITE_TOML

STEP_S = 0.08


@given(st.lists(st.floats(0, 1), max_size=200), st.integers(1, 4), st.integers(0, 10))
def test_a_detection_needs_its_level_and_keeps_its_distance(scores: list[float], level: int, refractory: int) -> None:
    detector = WakeDetector({"word": Rule(0.5, level, (refractory + 0.5) * STEP_S)})
    heard = [step for step, score in enumerate(scores) if detector.scores({"word": score}, step * STEP_S)]
    for step in heard:
        assert all(score >= 0.5 for score in scores[step + 1 - level : step + 1])
    assert all(later - earlier > refractory for earlier, later in pairwise(heard))


def test_the_refractory_time_passes_while_the_engine_sleeps() -> None:
    detector = WakeDetector({"word": Rule(0.5, 1, 2.0)})
    assert detector.scores({"word": 0.9}, 1.0)
    assert not detector.scores({"word": 0.9}, 2.9)
    assert detector.scores({"word": 0.9}, 3.1)


def test_words_are_heard_apart_and_the_surest_comes_first() -> None:
    detector = WakeDetector(dict.fromkeys("abc", Rule(0.5, 1, 2.0)))
    assert [heard.name for heard in detector.scores({"a": 0.6, "b": 0.9, "c": 0.1}, 0.0)] == ["b", "a"]
    assert [heard.name for heard in detector.scores({"a": 0.9, "b": 0.9, "c": 0.7}, 1.0)] == ["c"]


def test_each_word_has_its_own_rule() -> None:
    detector = WakeDetector({"a": Rule(0.3, 1, 2.0), "b": Rule(0.8, 2, 2.0)})
    assert [heard.name for heard in detector.scores({"a": 0.4, "b": 0.9}, 0.0)] == ["a"]
    assert [heard.name for heard in detector.scores({"a": 0.4, "b": 0.9}, 1.0)] == ["b"]


@dataclass
class Advising:
    """An engine that scores nothing."""

    advised: Mapping[str, float]
    step_s: float
    context_s: float = 2.0

    async def hear(self, sound: bytes) -> list[dict[str, float]]:
        """See satellite.hearing.wake.WakeWords."""
        return []


def test_a_words_own_table_comes_before_what_is_set_for_all_and_that_before_the_makers_advice() -> None:
    words = ("a", WakeWord(name="b", threshold=0.8, trigger_level=3, refractory_s=5.0))
    settings = build(SatelliteSettings, [read(SATELLITE_TOML)]).wake
    for_all = msgspec.structs.replace(settings, words=words, threshold=0.6, trigger_level=1)
    engine = Advising({"a": 0.5, "b": 0.5}, step_s=0.08)
    assert rules(for_all, engine) == {"a": Rule(0.6, 1, 2.0), "b": Rule(0.8, 3, 5.0)}
    unset = msgspec.structs.replace(for_all, threshold=0.0, trigger_level=0)
    assert rules(unset, engine)["a"] == Rule(0.5, 2, 2.0)
    assert rules(unset, Advising({"a": 0.9}, step_s=0.03))["a"] == Rule(0.9, 5, 2.0)


def test_a_model_of_its_own_comes_before_the_one_that_ships() -> None:
    shipped = {"alexa": Path("alexa.tflite")}
    assert model_path(WakeWord(name="alexa"), shipped) == Path("alexa.tflite")
    assert model_path(WakeWord(name="alexa", model="my.tflite"), shipped) == Path("my.tflite")
    with pytest.raises(WakeError, match=r"'computer' has no model; choose from alexa, or name a model file"):
        model_path(WakeWord(name="computer"), shipped)


def test_the_word_stop_is_heard_where_a_model_for_it_is_named(tmp_path: Path) -> None:
    package = pytest.importorskip("satellite.engines.microwakeword", reason="extra micro", exc_type=ImportError)
    settings = build(SatelliteSettings, [read(SATELLITE_TOML)]).wake
    assert stop_word(msgspec.structs.replace(settings, stop="")) is None
    engine = stop_word(msgspec.structs.replace(settings, stop=str(package.SHIPPED["alexa"])))
    assert engine is not None
    assert engine.advised == {"stop": 0.9}
    with pytest.raises(WakeError, match="cannot read the model"):
        stop_word(msgspec.structs.replace(settings, stop=str(tmp_path / "stop.json")))
