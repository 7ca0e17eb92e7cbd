"""Laws of the timers' file, on real files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.timers.book import LONGEST_S, LONGEST_TEXT
from hub.timers.kept import TimersFile
from hub.timers.timer import Now, State, Timer

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
    file = TimersFile(path)
    file.keep(timers)
    file.write()
    assert TimersFile(path).load() == timers


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


def test_the_log_never_has_a_timers_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "timers.json"
    path.write_text(f'{{"timers":[{ONE.replace(chr(34) * 2, chr(34) + "secret" * 100 + chr(34))}]}}')
    assert TimersFile(path).load() == []
    assert caplog.records
    assert "secret" not in caplog.text
