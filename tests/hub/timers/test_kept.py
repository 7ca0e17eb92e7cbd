"""Laws of the timers' file, on real files."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.timers.book import LONGEST_S, LONGEST_TEXT
from hub.timers.kept import TimersFile, place
from hub.timers.timer import Now, State, Timer

EGGS = Timer("4f2a", "kitchen", "Kitchen", "eggs", 300, 200.5, Now(0.0, 1.7e9))
TIMERS = st.builds(
    Timer,
    id=st.text("abcdef0123456789", min_size=1, max_size=32),
    satellite=st.text(max_size=20),
    area=st.none() | st.text(max_size=20),
    name=st.text(max_size=LONGEST_TEXT),
    length_s=st.integers(1, LONGEST_S),
    left_s=st.floats(0, LONGEST_S),
    at=st.builds(Now, st.just(0.0), st.floats(0, 4e9)),
    state=st.sampled_from(State),
)


@given(st.lists(TIMERS, max_size=5))
def test_what_is_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, timers: list[Timer]) -> None:
    path = tmp_path_factory.mktemp("kept") / "made" / "timers.json"
    TimersFile(path).save(timers)
    assert TimersFile(path).load() == timers


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    TimersFile(tmp_path / "timers.json").save([EGGS])
    assert stat.S_IMODE((tmp_path / "timers.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["timers.json"]


def test_without_a_file_there_are_no_timers_and_no_complaint(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert TimersFile(tmp_path / "timers.json").load() == []
    assert TimersFile(None).load() == []
    TimersFile(None).save([EGGS])
    assert not caplog.records


@given(st.binary(max_size=200))
def test_any_bytes_are_put_aside_rather_than_lost(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("kept") / "timers.json"
    path.write_bytes(data)
    assert TimersFile(path).load() == []
    assert path.with_suffix(".broken").read_bytes() == data


ONE = '{"id":"a","satellite":"s","area":null,"name":"","length_s":1,"left_s":1,"wall":1,"state":"runs"}'


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"id":"a"', '"id":""'),
        ('"length_s":1', '"length_s":0'),
        ('"left_s":1', '"left_s":NaN'),
        ('"left_s":1', '"left_s":1e9'),
        ('"wall":1', '"wall":-1'),
        ('"runs"', '"rings"'),
        (ONE, ",".join([ONE] * 1001)),
        (ONE, "[" * 10_000),
    ],
)
def test_a_file_that_says_what_cannot_be_is_put_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, good: str, bad: str
) -> None:
    path, text = tmp_path / "timers.json", f'{{"timers":[{ONE}]}}'
    path.write_text(text)
    assert len(TimersFile(path).load()) == 1
    path.write_text(text.replace(good, bad))
    assert TimersFile(path).load() == []
    assert "put aside as timers.broken" in caplog.text


def test_a_file_that_cannot_be_read_or_put_aside_is_said_and_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "timers.json"
    path.write_text("?")
    (path.with_suffix(".broken")).mkdir()
    assert TimersFile(path).load() == []
    assert TimersFile(tmp_path).load() == []
    assert caplog.text.count("cannot read") == 2
    assert path.read_text() == "?"


def test_a_disk_that_fails_is_said_once_and_again_after_it_worked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    file = TimersFile(tmp_path / "file" / "timers.json")
    file.save([EGGS])
    file.save([EGGS])
    assert caplog.text.count("cannot write") == 1
    (tmp_path / "file").unlink()
    file.save([EGGS])
    assert file.load() == [EGGS]
    (tmp_path / "file" / "timers.new").mkdir()
    file.save([EGGS])
    assert caplog.text.count("cannot write") == 2
    assert file.load() == [EGGS]


def test_the_log_never_has_a_timers_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "timers.json"
    path.write_text(f'{{"timers":[{ONE.replace(chr(34) * 2, chr(34) + "secret" * 100 + chr(34))}]}}')
    assert TimersFile(path).load() == []
    assert caplog.records
    assert "secret" not in caplog.text


def test_the_settings_say_where_the_file_lies() -> None:
    assert place("", {}) is None
    assert place("/x/y.json", {}) == Path("/x/y.json")
    assert place("auto", {"STATE_DIRECTORY": "/var/lib/hark:/other"}) == Path("/var/lib/hark/timers.json")
    assert place("auto", {}) == Path("~/.local/state/hark/timers.json").expanduser()
