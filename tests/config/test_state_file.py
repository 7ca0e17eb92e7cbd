"""Laws of what outlives a restart, on real files."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.state_file import StateFile, place


class Kept(msgspec.Struct, frozen=True):
    """What some program keeps."""

    number: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    words: str = ""


FRESH = Kept()


def file_at(path: Path | None) -> StateFile[Kept]:
    return StateFile(path, FRESH)


def keep(file: StateFile[Kept], kept: Kept) -> None:
    file.keep(kept)
    file.write()


@given(st.builds(Kept, number=st.integers(0, 100), words=st.text(max_size=20)))
def test_what_is_kept_is_loaded(tmp_path_factory: pytest.TempPathFactory, kept: Kept) -> None:
    path = tmp_path_factory.mktemp("kept") / "made" / "state.json"
    keep(file_at(path), kept)
    assert file_at(path).load() == kept


def test_the_file_is_its_owners_alone_and_the_only_one(tmp_path: Path) -> None:
    keep(file_at(tmp_path / "state.json"), Kept(1))
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_a_first_start_is_no_complaint(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert file_at(tmp_path / "state.json").load() == FRESH
    assert not caplog.records


def test_without_a_path_nothing_is_kept() -> None:
    file = file_at(None)
    keep(file, Kept(1))
    assert file.load() == FRESH


def test_of_many_writes_at_once_the_last_that_was_kept_stays(tmp_path: Path) -> None:
    file = file_at(tmp_path / "state.json")
    with ThreadPoolExecutor() as workers:
        for number in range(101):
            file.keep(Kept(number))
            workers.submit(file.write)
    assert file.load() == Kept(100)


@given(st.binary(max_size=200))
def test_any_bytes_are_put_aside_rather_than_lost(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("kept") / "state.json"
    path.write_bytes(data)
    assert file_at(path).load() == FRESH
    assert path.with_suffix(".broken").read_bytes() == data


@pytest.mark.parametrize(
    "text", ['{"number": 101}', '{"number": "1"}', '{"number": NaN}', "[" * 10_000, '{"new": ' + "[" * 10_000]
)
def test_a_file_that_says_what_cannot_be_is_put_aside(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    assert file_at(path).load() == FRESH
    assert "put aside as state.broken" in caplog.text


def test_a_file_that_cannot_be_read_or_put_aside_is_said_and_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.json"
    path.write_text("?")
    (path.with_suffix(".broken")).mkdir()
    assert file_at(path).load() == FRESH
    assert file_at(tmp_path).load() == FRESH
    assert caplog.text.count("cannot read") == 2
    assert path.read_text() == "?"


def test_a_disk_that_fails_is_said_once_and_again_after_it_worked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    file = file_at(tmp_path / "file" / "state.json")
    keep(file, Kept(1))
    keep(file, Kept(2))
    assert caplog.text.count("cannot write") == 1
    (tmp_path / "file").unlink()
    file.write()
    assert file.load() == Kept(2)
    (tmp_path / "file" / "state.new").mkdir()
    keep(file, Kept(3))
    assert caplog.text.count("cannot write") == 2
    assert file.load() == Kept(2)


def test_the_settings_say_where_the_file_lies() -> None:
    assert place("", "state.json", {"STATE_DIRECTORY": "/var/lib/hark"}) is None
    assert place("/x/y.json", "state.json", {"STATE_DIRECTORY": "/var/lib/hark"}) == Path("/x/y.json")
    assert place("auto", "state.json", {"STATE_DIRECTORY": "/var/lib/hark:/other"}) == Path("/var/lib/hark/state.json")
    assert place("auto", "state.json", {}) == Path.home() / ".local/state/hark/state.json"
