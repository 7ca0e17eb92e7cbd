"""Laws of hearing mixes faster than real time, of summing up, and of what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.ears.hearing import Heard, listen
from bench.ears.listening_report import table
from bench.ears.live import write
from bench.ears.material import QUICK, load, quiet
from bench.ears.mixes import Clip, Mix, Verdict, in_a_row, samples
from bench.ears.offline import total
from bench.ears.setups import Setup, missing
from bench.listening import main
from bench.wake_clips import read_sound, room
from satellite.hearing.scorer import InThread
from wire.pcm import SPEECH, Framer, level_dbfs

LOUD_DBFS = -20.0
STEP_S = 0.08


class LoudScorer:
    """Takes whatever is loud for the wake word."""

    step_s = STEP_S
    context_s = 0.4
    advised: Mapping[str, float] = {"alexa": 0.5}

    def __init__(self) -> None:
        self._framer = Framer(SPEECH.bytes(STEP_S))

    def score(self, sound: bytes) -> list[dict[str, float]]:
        return [{"alexa": float(level_dbfs(step) > LOUD_DBFS)} for step in self._framer.push(sound)]


class LoudIsVoice:
    """Takes whatever is loud for voice."""

    def is_voice(self, frame: bytes) -> bool:
        return level_dbfs(frame) > LOUD_DBFS

    def may_be_voice(self, frame: bytes) -> bool:
        return self.is_voice(frame)


def bursts(*wakes: bool) -> Mix:
    burst = np.full(SPEECH.rate // 2, 10_000.0)
    return in_a_row("bursts", [Clip(str(number), burst, wake) for number, wake in enumerate(wakes)], 4.0)


def heard_of(mix: Mix, rounds: int = 1, gate: bool = True) -> tuple[Heard, list[float]]:
    settings, told = Setup("pyopen-wakeword", gate=gate).settings(), list[float]()
    heard = asyncio.run(listen(settings, InThread(LoudScorer()), LoudIsVoice(), mix, rounds, told.append))
    return heard, told


@pytest.mark.parametrize("gate", [True, False])
def test_detections_lie_where_the_sound_is_however_fast_it_is_heard(gate: bool) -> None:
    heard, _ = heard_of(bursts(True, False, True), gate=gate)
    assert heard.verdict.hits == ("0", "2")
    [other] = heard.verdict.false_alarms_s
    assert 8.5 <= other <= 8.5 + 0.5
    assert heard.scores == (1.0, 1.0, 1.0)


def test_a_gate_gives_the_engine_less_and_all_of_it_without() -> None:
    assert heard_of(quiet(10.0))[0].passed < 0.1
    assert heard_of(quiet(10.0), gate=False)[0].passed == pytest.approx(1.0, abs=0.1)


def test_rounds_go_on_and_leave_no_task() -> None:
    mix = bursts(True)
    heard, told = heard_of(mix, rounds=3)
    assert told[-1] == heard.seconds == pytest.approx(3 * mix.seconds)
    assert heard.verdict.hits == ("0",)
    assert len(heard.scores) == 3
    assert heard.tasks_left == 0


def test_an_engine_that_fails_ends_the_hearing() -> None:
    class Broken(LoudScorer):
        def score(self, sound: bytes) -> list[dict[str, float]]:
            raise ValueError("broken")

    settings = Setup("pyopen-wakeword", gate=False).settings()
    hearing = listen(settings, InThread(Broken()), LoudIsVoice(), bursts(True), 1, lambda seconds: None)
    with pytest.raises(ExceptionGroup) as raised:
        asyncio.run(hearing)
    assert raised.group_contains(ValueError, match="broken")


ONE = Heard("a", 60.0, Verdict(("a",), (), (3.0,)), (0.9,), cpu=0.02, passed=0.5, tasks_left=0)


def test_trials_are_summed_up_by_their_length() -> None:
    other = replace(ONE, mix="b", seconds=180.0, verdict=Verdict((), ("b",), ()), cpu=0.04, passed=0.1)
    sums = total([ONE, other], [ONE])
    assert (sums.hits, sums.words, sums.misses) == (1, 2, ("b",))
    assert sums.false_alarms == sums.negatives == ("a at 3.0 s",)
    assert sums.cpu == pytest.approx(0.035)
    assert sums.passed == pytest.approx(0.2)
    assert total([], []).words == 0


def test_the_table_says_what_was_measured_and_no_more() -> None:
    trials = {"gate": {**_asdict(total([ONE], []))}}
    assert table({"e": {"trials": trials}}) == [
        "\ne",
        "  trials, gate: 1 of 1 heard; false alarms in the noise 1: a at 3.0 s; on other words 0; 50% passed",
    ]
    assert table({"e": {}}) == ["\ne"]


def _asdict(trials: Any) -> dict[str, Any]:
    return {name: getattr(trials, name) for name in trials.__dataclass_fields__}


def test_what_is_missing_is_said_and_left_out(tmp_path: Path) -> None:
    found = load(tmp_path, "alexa")
    assert len(found.said) == 5
    assert all("--audio" in sentence for sentence in found.said)
    assert found.mix(QUICK) == found.trials(QUICK) == found.other_words() == found.speech(QUICK) == []


def test_mixes_are_made_of_what_there_is(tmp_path: Path) -> None:
    places = ["wake/alexa/one", "wake/alexa/two", "negatives/three", "commands/four", "noise/kitchen"]
    for place in places:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        write((tmp_path / place).with_suffix(".wav"), room(1.0))
    found = load(tmp_path, "alexa")
    assert sorted(one.name for one in found.mix(QUICK)[0].placed if one.wakes) == ["one", "two"]
    assert [mix.name for mix in found.trials(QUICK)] == ["one", "two"]
    assert not any(one.wakes for mix in (*found.other_words(), *found.speech(QUICK)) for one in mix.placed)


def test_a_recording_for_the_microphone_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", room(0.5))
    assert read_sound(tmp_path / "a.wav") == room(0.5)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    assert samples(room(0.5)).size == SPEECH.rate // 2


def test_an_engine_that_cannot_be_had_is_named_with_the_reason(tmp_path: Path) -> None:
    assert missing(Setup("pyopen-wakeword", "alexa")) == ""
    assert "nobody_says_this" in missing(Setup("pyopen-wakeword", "nobody_says_this"))
    assert "wake.engine" in missing(Setup("no-such-engine"))


def test_without_any_engine_the_report_is_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--engine", "pyopen-wakeword", "--word", "nobody_says_this", "--audio", str(tmp_path)]
    assert main([*options, "--output", str(tmp_path)]) == 0
    assert "left out: pyopen-wakeword: " in capsys.readouterr().err
    assert (tmp_path / "listening.png").exists()
