"""Laws of the log's two formats."""

from __future__ import annotations

import io
import logging
import os
import sys
import tempfile

import pytest

from wire.logs import JournalFormatter, goes_to_journal


def record(level: int, text: str, broken: bool = False) -> logging.LogRecord:
    error = (ValueError, ValueError("why"), None) if broken else None
    return logging.LogRecord("satellite.ears", level, __file__, 1, text, None, error)


@pytest.mark.parametrize(
    ("level", "prefix"),
    [
        (logging.CRITICAL, "<2>"),
        (logging.ERROR, "<3>"),
        (logging.WARNING, "<4>"),
        (logging.INFO, "<6>"),
        (logging.DEBUG, "<7>"),
    ],
)
def test_the_journal_gets_priority_name_and_text_without_a_time(level: int, prefix: str) -> None:
    assert JournalFormatter().format(record(level, "it happened")) == f"{prefix}satellite.ears: it happened"


def test_every_line_of_a_traceback_has_the_priority() -> None:
    lines = JournalFormatter().format(record(logging.ERROR, "a\nb", broken=True)).splitlines()
    assert len(lines) > 2
    assert all(line.startswith("<3>") for line in lines)


def test_the_journal_is_known_by_device_and_inode() -> None:
    with tempfile.TemporaryFile("w") as stream:
        found = os.fstat(stream.fileno())
        assert goes_to_journal(stream, {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"})
        assert not goes_to_journal(stream, {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino + 1}"})
        assert not goes_to_journal(stream, {})


def test_a_stream_without_a_file_is_not_the_journal() -> None:
    assert not goes_to_journal(io.StringIO(), {"JOURNAL_STREAM": "1:2"})
    assert not goes_to_journal(sys.__stdin__ or io.StringIO(), {"JOURNAL_STREAM": "nonsense"})
