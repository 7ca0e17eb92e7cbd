"""Laws of what is kept of past turns."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from config.hub import TimelineSettings
from hub.store import Store
from hub.timeline import ARRIVED, Timeline

MARKS = {
    "wake": 8.0,
    "end_of_speech": 10.0,
    "raw_pause": 10.12,
    "final": 10.32,
    "endpoint": 10.5,
    "first_clause": 10.55,
    "first_audio_made": 10.6,
    ARRIVED: 10.61,
    "first_audio_played": 10.65,
}
ENGINES = {"stt": "ears 1", "llm": "mind 2", "tts": "mouth 3"}


def timeline(number: int = 1) -> Timeline:
    spans = {"stt": 0.2, "llm": 0.02, "tts": 0.03}
    return Timeline(f"boot:{number}", "kitchen", ENGINES, lambda: 0.0, at=1000.0 + number, marks=MARKS, spans=spans)


@contextmanager
def opened(file: Path | str, keep: int = 100) -> Iterator[Store]:
    with closing(Store(TimelineSettings(file=str(file), keep_turns=keep))) as store:
        yield store


def rows(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT * FROM turns ORDER BY at").fetchall()


def test_a_turn_is_kept_with_its_times_and_engines(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "times.sqlite"
    with opened(file) as store:
        store.keep(timeline())
    [(turn, satellite, at, marks, stages, overhead, engines)] = rows(file)
    assert (turn, satellite, at) == ("boot:1", "kitchen", 1001.0)
    assert json.loads(str(marks)) == timeline().since_speech_ms()
    assert json.loads(str(stages)) == timeline().stages_ms()
    assert overhead == timeline().overhead_ms()
    assert json.loads(str(engines)) == ENGINES


def test_a_turn_without_a_reply_is_kept_as_far_as_it_came(tmp_path: Path) -> None:
    file = tmp_path / "times.sqlite"
    with opened(file) as store:
        store.keep(Timeline("boot:1", "kitchen", ENGINES, lambda: 0.0))
    assert rows(file)[0][3:6] == ("{}", "{}", None)


def test_the_latest_turns_are_kept_over_restarts_as_well(tmp_path: Path) -> None:
    file = tmp_path / "times.sqlite"
    for first in (0, 7, 14):
        with opened(file, keep=5) as store:
            for number in range(first, first + 7):
                store.keep(timeline(number))
                assert len(rows(file)) <= 5
    assert [row[0] for row in rows(file)] == [f"boot:{number}" for number in range(16, 21)]


def test_a_smaller_limit_forgets_the_older_ones(tmp_path: Path) -> None:
    file = tmp_path / "times.sqlite"
    with opened(file, keep=50) as store:
        for number in range(20):
            store.keep(timeline(number))
    with opened(file, keep=2) as store:
        store.keep(timeline(20))
    assert [row[0] for row in rows(file)] == ["boot:19", "boot:20"]


def test_the_file_has_no_place_for_words(tmp_path: Path) -> None:
    file = tmp_path / "times.sqlite"
    with opened(file) as store:
        store.keep(timeline())
    with closing(sqlite3.connect(file)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(turns)")]
        [tables] = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
    assert columns == ["turn", "satellite", "at", "marks_ms", "stages_ms", "overhead_ms", "engines"]
    assert tables == 1


def test_no_file_keeps_nothing_and_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with opened("") as store:
        store.keep(timeline())
    assert caplog.messages == []


def broken(folder: Path) -> Path:
    file = folder / "broken.sqlite"
    file.write_bytes(b"no database, " * 1000)
    return file


def beneath_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "times.sqlite"


def of_an_unknown_person(folder: Path) -> Path:
    return Path("~nobody-of-this-name/times.sqlite")


def with_a_nul(folder: Path) -> Path:
    return folder / "a\0b.sqlite"


def read_only(folder: Path) -> Path:
    return Path("/proc/times.sqlite")  # where not even root may write


def a_folder(folder: Path) -> Path:
    return folder


PLACES = [broken, beneath_a_file, of_an_unknown_person, with_a_nul, read_only, a_folder]


@pytest.mark.parametrize("place", PLACES)
def test_a_file_that_cannot_be_used_is_said_once_and_costs_no_turn(
    place: Callable[[Path], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(place(tmp_path)) as store:
        store.keep(timeline(1))
        store.keep(timeline(2))
    [said] = caplog.records
    assert said.levelno == logging.ERROR
    assert "cannot keep times" in said.message
    assert "timeline.file" in said.message


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    file = tmp_path / "times.sqlite"
    with opened(file) as store:
        store.keep(timeline(1))
    return file


def test_a_locked_file_costs_the_record_only(kept: Path, caplog: pytest.LogCaptureFixture) -> None:
    with opened(kept) as store, closing(sqlite3.connect(kept)) as other:
        other.execute("BEGIN EXCLUSIVE")
        store.keep(timeline(2))
        other.rollback()
        store.keep(timeline(3))
    assert [row[0] for row in rows(kept)] == ["boot:1", "boot:3"]
    [said] = caplog.messages
    assert "boot:2" in said
    assert "locked" in said


def test_a_file_that_breaks_while_it_is_used_costs_the_record_only(
    kept: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(kept) as store:
        with closing(sqlite3.connect(kept)) as other:
            other.execute("DROP TABLE turns")
        store.keep(timeline(2))
    assert "turns" in caplog.messages[0]


def test_a_file_of_another_shape_is_left_as_it_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "times.sqlite"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE turns (name TEXT)")
    with opened(file) as store:
        store.keep(timeline())
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT name FROM turns").fetchall() == []
    assert "boot:1" in caplog.messages[0]
