"""The demo as a newcomer or a program runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.spoken import HERE
from hub.timeline import MARKS

pytestmark = pytest.mark.end_to_end

LIGHT = HERE / "turn-on-the-kitchen-light.wav"
DOCUMENT = {"profile", "engines", "turns"}
TURN = {"question", "transcript", "reply", "reply_wav", "actions", "voices", "marks_ms"}


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench.demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_with_json_it_prints_one_document_and_nothing_else(tmp_path: Path) -> None:
    ran = demo("--json", "--output", str(tmp_path), str(LIGHT))
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert set(document) == DOCUMENT
    (turn,) = document["turns"]
    assert set(turn) == TURN
    assert turn["question"] == turn["transcript"] == "turn on the kitchen light"
    assert [action["entity_id"] for action in turn["actions"]] == ["light.kitchen_lights"]
    assert [voice["tier"] for voice in turn["voices"]] == ["espeak"]
    assert set(MARKS) - {"end_of_speech"} <= set(turn["marks_ms"])  # which a satellite that is too busy does not tell
    assert Path(turn["reply_wav"]).stat().st_size > 1000
    assert json.loads((tmp_path / "demo.json").read_text()) == document
    assert (tmp_path / "demo.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.skipif(
    not (shutil.which("flite") or shutil.which("espeak-ng")), reason="neither flite nor espeak-ng is there"
)
def test_it_speaks_any_sentence_and_shows_what_happens(tmp_path: Path) -> None:
    ran = demo("--output", str(tmp_path), "--say", "turn off the bed light")
    assert ran.returncode == 0, ran.stderr
    for shown in (
        "awake: hey_jarvis",
        "“turn off the bed light”",
        "light.turn_off",
        "espeak speaks",
        "Turned off the light",
        "whole",
        ".wav",
    ):
        assert shown in ran.stdout


@pytest.mark.skipif(
    not (shutil.which("flite") or shutil.which("espeak-ng")), reason="neither flite nor espeak-ng is there"
)
def test_what_follows_a_question_that_asks_back_is_its_answer(tmp_path: Path) -> None:
    ran = demo("--output", str(tmp_path), "--say", "unlock the front door", "--say", "yes")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("Hey Jarvis") == ran.stdout.count("listens for the answer") == 1
    assert "lock.unlock lock.front_door" in ran.stdout


def test_a_file_that_is_no_recording_is_said_in_one_sentence(tmp_path: Path) -> None:
    ran = demo("--output", str(tmp_path), str(tmp_path / "nothing.wav"))
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "cannot read" in ran.stderr
