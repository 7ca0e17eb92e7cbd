"""Laws of a model's files: what is missing or cut short is said, with what to do about it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hub.weights.ensure import ensure
from hub.weights.weights import File, Weights, WeightsError, flaw

SMALL = Weights("somebody/voice", "0123456789abcdef", (File("config.json"), File("voices/one.pt", 5, "0" * 64)))


def folder(path: Path, voice: bytes = b"12345") -> Path:
    (path / "voices").mkdir()
    (path / "config.json").write_text("{}")
    (path / "voices" / "one.pt").write_bytes(voice)
    return path


def test_a_folder_with_all_files_has_no_flaw_and_is_left_alone(tmp_path: Path) -> None:
    assert flaw(folder(tmp_path), SMALL) is None
    ensure(SMALL, tmp_path, "tts.voice", False, threading.Event())


@pytest.mark.parametrize("missing", ["config.json", "voices/one.pt"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    (folder(tmp_path) / missing).unlink()
    assert flaw(tmp_path, SMALL) == f"it has no {missing}"


def test_a_file_that_was_cut_short_is_told_by_its_size(tmp_path: Path) -> None:
    assert flaw(folder(tmp_path, b"123"), SMALL) == "its voices/one.pt has 3 bytes instead of 5"


def test_what_is_missing_is_not_fetched_against_the_settings(tmp_path: Path) -> None:
    place = SMALL.folder("voice", str(tmp_path), "~/elsewhere")
    assert place == tmp_path / "voice-0123456789ab"
    with pytest.raises(
        WeightsError, match=r"the folder does not exist.*tts\.voice\.download is off; turn it on, or copy"
    ):
        ensure(SMALL, place, "tts.voice", False, threading.Event())
    assert not place.exists()
