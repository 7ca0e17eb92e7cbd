"""Laws of phrases on disk."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.tts.cache.folder import TIDY_EVERY, Folder
from hub.tts.cache.store import Entry, Key

PHRASE = Key("espeak-ng en-us", 22_050, "Turned on the light in the cellar")
SOUND = Entry(bytes(range(200)), 0.2)


def test_what_is_written_is_read_again_by_another_hub(tmp_path: Path) -> None:
    Folder(tmp_path / "new" / "phrases").write(PHRASE, SOUND)
    assert Folder(tmp_path / "new" / "phrases").read(PHRASE) == SOUND
    assert Folder(tmp_path).read(PHRASE) is None


def test_only_its_owner_may_read_and_no_name_tells_the_words(tmp_path: Path) -> None:
    Folder(tmp_path / "phrases").write(PHRASE, SOUND)
    [file] = (tmp_path / "phrases").iterdir()
    assert (tmp_path / "phrases").stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600
    assert "light" not in file.name
    assert b"cellar" not in file.read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_a_file_that_is_not_what_was_written_is_no_file(tmp_path: Path, broken: bytes) -> None:
    folder = Folder(tmp_path)
    folder.write(PHRASE, SOUND)
    [file] = tmp_path.iterdir()
    file.write_bytes(broken)
    assert folder.read(PHRASE) is None
    folder.write(PHRASE, SOUND)
    assert folder.read(PHRASE) == SOUND


def test_a_file_that_was_cut_short_is_no_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(PHRASE, SOUND)
    [file] = tmp_path.iterdir()
    whole = file.read_bytes()
    for size in range(len(whole)):
        file.write_bytes(whole[:size])
        assert folder.read(PHRASE) is None


def test_a_folder_that_cannot_be_written_costs_only_the_keeping_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    folder = Folder(tmp_path / "file")
    with caplog.at_level(logging.WARNING):
        folder.write(PHRASE, SOUND)
        folder.write(PHRASE, SOUND)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert folder.read(PHRASE) is None


def test_the_oldest_files_go_when_there_are_too_many_bytes(tmp_path: Path) -> None:
    folder = Folder(tmp_path, most_bytes=1000)
    for number in range(TIDY_EVERY + 1):
        folder.write(Key("espeak", 22_050, str(number)), SOUND)
    assert len(list(tmp_path.iterdir())) <= 5
    assert folder.read(Key("espeak", 22_050, str(TIDY_EVERY))) == SOUND
