"""hark-hub say as a person or a program runs it, with the embedded voice."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wire.pcm import level_dbfs
from wire.wav import Wav, open_wav, read_wav

pytestmark = pytest.mark.end_to_end

COMMAND = [sys.executable, "-m", "hub", "say"]
TOLD = re.compile(
    rb"hark-hub: espeak-ng en-us, .*: \d+\.\d\d s of sound, the first after \d+ ms, real-time factor \d\.\d{3}\n"
)


def say(*arguments: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)


def seconds(wav: Wav) -> float:
    pcm = b"".join(wav.pieces())
    assert level_dbfs(pcm) > -35
    return wav.sound.seconds(len(pcm))


def test_a_file_is_spoken_and_told_of(tmp_path: Path) -> None:
    ran = say("the kitchen light is on", "--out", tmp_path / "a.wav")
    assert (ran.returncode, ran.stdout) == (0, b"")
    assert TOLD.fullmatch(ran.stderr)
    with open_wav(tmp_path / "a.wav") as wav:
        assert 1 < seconds(wav) < 3


def test_a_pipe_gets_sound_and_nothing_else() -> None:
    ran = say("the", "kitchen", "light", "is", "on")
    assert ran.returncode == 0
    assert TOLD.fullmatch(ran.stderr)
    assert 1 < seconds(read_wav(io.BytesIO(ran.stdout), "pipe")) < 3


def test_text_comes_in_on_a_pipe() -> None:
    ran = say("-", given="The light is on.\nGüte \xff".encode())
    assert ran.returncode == 0
    assert 1 < seconds(read_wav(io.BytesIO(ran.stdout), "pipe")) < 5


def test_a_terminal_gets_no_sound() -> None:
    ours, theirs = pty.openpty()
    ran = subprocess.run([*COMMAND, "hello"], stdout=theirs, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(theirs)
    os.close(ours)
    assert ran.returncode == 1
    assert b"standard output is a terminal" in ran.stderr
    assert b"--out FILE" in ran.stderr


def test_who_stops_listening_is_not_complained_of() -> None:
    text = "good morning to you all. " * 40
    ran = subprocess.run(
        ["bash", "-c", '"$@" | head -c 50; exit ${PIPESTATUS[0]}', "-", *COMMAND, text],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert len(ran.stdout) == 50
    assert (ran.returncode, ran.stderr) == (1, b"")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--voice", "festival", "hi"], 2, "kokoro, piper, espeak"),
        (["--voice", "espeak:martian", "hi"], 2, "no voice 'martian'"),
        (
            ["--voice", "piper", "--set", "tts.piper.download=false", "--set", "tts.piper.folder=/nowhere", "hi"],
            2,
            "piper",
        ),
        (["--out", "/nowhere/a.wav", "hi"], 1, "cannot write /nowhere/a.wav"),
        (["..."], 1, "no words"),
        (["x" * 10_001], 1, "longer than 10000 characters"),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments: list[str], code: int, said: str) -> None:
    ran = say(*arguments)
    assert ran.returncode == code
    assert said in ran.stderr.decode().splitlines()[-1]
    assert ran.stdout == b""
    assert b"Traceback" not in ran.stderr
