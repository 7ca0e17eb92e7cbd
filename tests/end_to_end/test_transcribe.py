"""hark-hub transcribe as a person or a program runs it, with the embedded engines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bench.spoken import HERE, SHIPPED, question
from tests.sounds import NO_SPEECH, Sound, clipped, eight_bit, pcm, stereo_48k, white_noise
from wire.pcm import SPEECH, PcmFormat

pytestmark = pytest.mark.end_to_end

LIGHT = HERE / "turn-on-the-kitchen-light.wav"
DOOR = HERE / "is-the-front-door-locked.wav"
CD = PcmFormat(48_000, 2, 2)
QUIET = 0.0003  # of full scale: the noise of a quiet room
UNDERSTOOD = SHIPPED[:4]  # the last one is about no home


COMMAND = [sys.executable, "-m", "hub", "transcribe"]
STOPPED_S = 60.0  # only a hanging program is waited for so long


def transcribe(*arguments: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, timeout=120, check=False)


def written(path: Path, kind: PcmFormat, content: bytes) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((kind.channels, kind.width, kind.rate, 0, "NONE", ""))
        file.writeframes(content)
    return path


def sound(path: Path) -> Sound:
    return question(path).sound.astype(np.float64)


def texts(ran: subprocess.CompletedProcess[bytes]) -> list[str]:
    assert ran.returncode == 0, ran.stderr.decode()
    return [file["text"] for file in json.loads(ran.stdout)["files"]]


def test_a_person_sees_words_with_their_times_and_partials_before_them() -> None:
    ran = transcribe("--partials", LIGHT)
    assert ran.returncode == 0, ran.stderr.decode()
    *partials, said, times = ran.stdout.decode().splitlines()
    assert partials
    assert all(line.startswith(f"{LIGHT}  ") and " s  | " in line for line in partials)
    assert "“turn on the kitchen light”" in said
    assert times.split()[1::2] == ["turn", "on", "the", "kitchen", "light"]
    begins = [float(begin) for begin in times.split()[::2]]
    assert begins == sorted(begins)
    assert begins[-1] < len(sound(LIGHT)) / SPEECH.rate


def test_a_program_gets_one_document() -> None:
    ran = transcribe("--json", "--partials", *(HERE / f"{text.replace(' ', '-')}.wav" for text in UNDERSTOOD))
    assert texts(ran) == list(UNDERSTOOD)
    document = json.loads(ran.stdout)
    assert document["engine"].startswith("pocketsphinx")
    for file in document["files"]:
        assert file["language"] == "en"
        assert file["rtf"] > 0
        first = file["partials"][0]
        assert first["committed"] or first["tail"]
        assert [word["text"] for word in file["words"]] == file["text"].split()


def test_any_pcm_is_heard(tmp_path: Path) -> None:
    light = sound(LIGHT)
    stereo = written(tmp_path / "stereo.wav", CD, stereo_48k(light))
    coarse = written(tmp_path / "8-bit.wav", PcmFormat(16_000, 1), eight_bit(light))
    loud = written(tmp_path / "clipped.wav", SPEECH, pcm(clipped(light, 4)))
    assert texts(transcribe("--json", stereo, coarse, loud)) == ["turn on the kitchen light"] * 3


def test_standard_input_is_heard() -> None:
    assert texts(transcribe("--json", "-", given=LIGHT.read_bytes())) == ["turn on the kitchen light"]


def test_standard_input_that_is_closed_is_said() -> None:
    closed = ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, "-"]
    ran = subprocess.run(closed, capture_output=True, timeout=120, check=False)
    assert ran.returncode == 1
    assert ran.stderr.decode().splitlines()[-1].startswith("hark-hub: standard input is closed")


def test_waiting_for_a_pipe_that_brings_nothing_ends_when_it_is_told() -> None:
    with subprocess.Popen([*COMMAND, "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as waiting:
        assert waiting.stderr is not None
        assert any(b"is ready" in line for line in waiting.stderr)
        waiting.send_signal(signal.SIGINT)
        try:
            assert waiting.wait(STOPPED_S) == 1
        finally:
            waiting.kill()


def test_a_name_that_is_no_text_is_shown_as_well_as_may_be(tmp_path: Path) -> None:
    name = tmp_path / os.fsdecode(b"li\xffght.wav")
    name.write_bytes(LIGHT.read_bytes())
    strict = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    ran = subprocess.run([*COMMAND, "--json", name], env=strict, capture_output=True, timeout=120, check=False)
    assert texts(ran) == ["turn on the kitchen light"]
    assert json.loads(ran.stdout)["files"][0]["path"] == str(name)


def test_what_is_no_speech_has_no_words(tmp_path: Path) -> None:
    paths = [written(tmp_path / f"{name}.wav", SPEECH, pcm(make(6.0))) for name, make in NO_SPEECH.items()]
    assert texts(transcribe("--json", *paths)) == [""] * len(paths)


def test_a_long_recording_is_heard_from_end_to_end(tmp_path: Path) -> None:
    """The two questions in turn for two minutes, with pauses of every length between them."""
    rng = np.random.default_rng(1)
    parts: list[Sound] = []
    expected: list[str] = []
    while sum(len(part) for part in parts) < 120 * SPEECH.rate:
        path = (LIGHT, DOOR)[len(expected) % 2]
        parts += [sound(path), white_noise(rng.uniform(0.5, 4.0), QUIET)]
        expected.append(path.stem.replace("-", " "))
    ran = transcribe("--json", written(tmp_path / "long.wav", SPEECH, pcm(np.concatenate(parts))))
    assert texts(ran) == [" ".join(expected)]


def test_files_that_cannot_be_heard_are_said_and_the_others_are_heard(tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_text("no sound at all")
    (tmp_path / "empty.wav").touch()
    written(tmp_path / "nothing.wav", SPEECH, b"")
    bad = [tmp_path / name for name in ("missing.wav", "notes.wav", "empty.wav", "nothing.wav")]
    ran = transcribe("--json", *bad, LIGHT)
    assert ran.returncode == 1
    *failures, heard = json.loads(ran.stdout)["files"]
    assert heard["text"] == "turn on the kitchen light"
    sentences = [line for line in ran.stderr.decode().splitlines() if line.startswith("hark-hub: ")]
    assert sentences == [f"hark-hub: {failure['error']}" for failure in failures]
    assert all(str(path) in sentence for path, sentence in zip(bad, sentences, strict=True))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "stt.engine=vosk"], "stt.engine: there is no such key"),
        (["--home", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["--set", "stt.language=de"], "pocketsphinx does not understand 'de'"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(arguments: Sequence[str], said: str) -> None:
    ran = transcribe(LIGHT, *arguments)
    assert ran.returncode == 2
    assert ran.stdout == b""
    assert said in ran.stderr.decode()
