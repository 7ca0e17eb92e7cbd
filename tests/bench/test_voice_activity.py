"""Laws of the trials of voice activity: labels are where speech is, the verdict counts what happened."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.ears.mixes import Clip
from bench.ears.setups import Setup
from bench.voice_activity import main
from bench.voice_trials import LEAD_S, Command, Heard, Outcome, command, detectors, hear, judge, mixed, pcm, rms
from hub.stt.activity import Activity, Voice
from hub.stt.silero import Silero
from wire.pcm import SPEECH, level_dbfs

RATE = SPEECH.rate
GROUND = np.random.default_rng(0).normal(0, 30.0, 4 * RATE)
BEGIN, END = RATE, 2 * RATE


def clip(end_s: float) -> Clip:
    """A thump, some ground, and speech until `end_s`."""
    sound = GROUND[: 2 * RATE].copy()
    sound[: RATE // 25] += 8000.0
    sound[RATE // 2 : round(end_s * RATE)] *= 100
    return Clip("spoken", sound)


def heard(edges: dict[int, Voice]) -> tuple[Heard, Activity]:
    return Heard(bytes(2 * 4 * RATE), edges, []), Activity(None, tells=True)


@pytest.mark.parametrize("end_s", [0.8, 1.0, 1.4])
def test_a_command_ends_where_it_is_last_loud_and_has_no_thump(end_s: float) -> None:
    labelled = command(clip(end_s))
    skipped = 2 * RATE - labelled.sound.size
    assert abs(skipped + labelled.end - end_s * RATE) <= 0.03 * RATE
    assert rms(labelled.sound[: RATE // 10]) < 60


def test_a_recording_without_speech_is_refused() -> None:
    with pytest.raises(ValueError, match="nowhere louder"):
        command(Clip("empty", np.full(2 * RATE, 5.0)))


def test_a_command_is_so_much_louder_than_the_noise_and_begins_after_the_lead() -> None:
    one = Command(np.full(RATE, 7.0), RATE)
    sound = mixed(one, GROUND, 20.0, 1)
    lead, spoken = (sound[SPEECH.bytes(start) : SPEECH.bytes(start + 1.0)] for start in (0.0, LEAD_S))
    assert level_dbfs(spoken) - level_dbfs(lead) == pytest.approx(20.0, abs=0.3)
    assert sound == mixed(one, GROUND, 20.0, 1) != mixed(one, GROUND, 20.0, 2)


def test_a_pause_after_the_end_is_noticed_so_much_later() -> None:
    outcome = Outcome()
    judge(outcome, *heard({BEGIN: Voice.STARTED, END + 1600: Voice.STOPPED}), BEGIN, END)
    assert outcome == Outcome(noticed=[100.0], said=[100.0])


def test_a_pause_inside_is_counted_and_is_not_the_end() -> None:
    edges = {BEGIN: Voice.STARTED, BEGIN + 1600: Voice.STOPPED, BEGIN + 3200: Voice.STARTED, END: Voice.STOPPED}
    outcome = Outcome()
    judge(outcome, *heard(edges), BEGIN, END)
    assert outcome == Outcome(noticed=[0.0], said=[0.0], inside=1)


def test_what_seems_to_go_on_is_unnoticed_and_what_nobody_seemed_to_say_is_missed() -> None:
    outcome = Outcome()
    judge(outcome, *heard({BEGIN: Voice.STARTED}), BEGIN, END)
    judge(outcome, *heard({}), BEGIN, END)
    assert outcome == Outcome(unnoticed=1, missed=1)


def test_detectors_of_noise_alone_hear_nobody() -> None:
    room = hear(pcm(GROUND / 3), Setup("pyopen-wakeword").settings().vad)
    assert len(room.probabilities) == len(room.pcm) // Silero.frame_bytes
    for activity in detectors(room).values():
        activity.sound(room.pcm)
        assert not activity.spoken


def test_missing_recordings_are_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--audio", str(tmp_path), "--output", str(tmp_path)]) == 1
    assert "--audio" in capsys.readouterr().err


@pytest.mark.skipif(not Path("../shared/audio/commands").exists(), reason="../shared/audio is absent")
def test_the_whole_benchmark_of_one_command_writes_its_figures(tmp_path: Path) -> None:
    assert main(["--every", "99", "--minutes", "0", "--output", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "voice_activity.json").read_text())
    assert report["conditions"]["commands"] == 1
    assert set(report["speech"]["kitchen 10 dB"]) == {"webrtcvad", "silero", "both"}
    assert report["noise"]["kitchen alone"]["both"]["share"] < report["noise"]["kitchen alone"]["webrtcvad"]["share"]
