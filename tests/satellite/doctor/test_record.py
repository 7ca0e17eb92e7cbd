"""Laws of kept clips: only when asked, only for the user, and readable by the file microphone."""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.doctor.record import Clip, RecordError, clip, keep, label_track, record
from satellite.engines.files import read_recording, speech_end_s
from tests.fakes import FakeMicrophone, FakeVad
from tests.peers import run_clean

NOW = datetime(2026, 11, 21, 6, 30, 5)


@pytest.mark.parametrize("speaking", [True, False])
def test_a_clip_is_kept_as_the_file_microphone_reads_it(
    tmp_path: Path, speaking: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = clip("hey_jarvis", tmp_path, NOW)

    async def test() -> None:
        await record(FakeMicrophone(speaking=speaking), FakeVad(), kept, 0.5)

    run_clean(test)
    assert str(kept.sound) in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "hey_jarvis-20261121-063005.txt",
        "hey_jarvis-20261121-063005.wav",
    ]
    assert len(read_recording(kept.sound)) == 16_000
    assert speech_end_s(kept.sound) == (0.5 if speaking else None)
    assert kept.labels.read_text().startswith("0.000\t0.500\they_jarvis\n")


def test_only_the_user_may_read_a_clip(tmp_path: Path) -> None:
    kept = clip("noise", tmp_path, NOW)
    keep(kept, b"\0\0", "")
    for path in (kept.sound, kept.labels):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("label", ["", "../noise", "a b", "-x", "x" * 65, "a\n", "a/b"])
def test_a_label_that_is_no_file_name_is_refused(tmp_path: Path, label: str) -> None:
    with pytest.raises(RecordError, match="is no label"):
        clip(label, tmp_path, NOW)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="is no folder"):
        clip("noise", tmp_path / "nowhere", NOW)


@pytest.mark.parametrize("taken", ["sound", "labels"])
def test_a_clip_is_never_overwritten_and_no_half_of_one_is_left(tmp_path: Path, taken: str) -> None:
    kept = clip("noise", tmp_path, NOW)
    other = kept.sound if taken == "sound" else kept.labels
    other.write_text("precious")
    with pytest.raises(RecordError, match="File exists"):
        keep(kept, b"\0\0", "")
    assert [(path, path.read_text()) for path in tmp_path.iterdir()] == [(other, "precious")]


def test_a_full_disk_is_said() -> None:
    with pytest.raises(RecordError, match="check the folder's rights and space"):
        keep(Clip("noise", Path("/dev/full/noise.wav")), b"\0\0", "")


@pytest.mark.parametrize("seconds", [0, -1, 601, float("nan"), float("inf")])
def test_a_clip_of_no_length_or_without_end_is_refused(tmp_path: Path, seconds: float) -> None:
    async def test() -> None:
        with pytest.raises(RecordError, match="cannot be kept"):
            await record(FakeMicrophone(), FakeVad(), clip("noise", tmp_path, NOW), seconds)

    run_clean(test)


@given(st.lists(st.booleans(), max_size=200))
def test_speech_is_labelled_from_its_first_to_its_last_run_of_voice(voice: list[bool]) -> None:
    lines = [line.split("\t") for line in label_track("noise", len(voice) * 0.02, voice).splitlines()]
    assert lines[0][2] == "noise"
    assert (len(lines) == 2) == ("111" in "".join(str(int(one)) for one in voice))
    for start, end, _ in lines[1:]:
        first, after = round(float(start) / 0.02), round(float(end) / 0.02)
        assert all(voice[first : first + 3])
        assert all(voice[after - 3 : after])
