"""The times of past turns, in a small SQLite file: marks, spans and engines, and never a word.

A file that cannot be used is said once and costs the record only: turns go on.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path

from config.hub import TimelineSettings
from hub.timeline import Timeline

_log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
    turn TEXT NOT NULL,        -- as the satellite named it
    satellite TEXT NOT NULL,
    at REAL NOT NULL,          -- seconds since 1970
    marks_ms TEXT NOT NULL,    -- JSON: mark to milliseconds from the end of speech
    stages_ms TEXT NOT NULL,   -- JSON: stage to milliseconds
    overhead_ms REAL,          -- what Hark itself added
    engines TEXT NOT NULL      -- JSON: stage to engine
)
"""


class Store:
    """Keeps the latest turns; each write is one small transaction of well under a millisecond on a disk that works."""

    def __init__(self, settings: TimelineSettings) -> None:
        self._keep = settings.keep_turns
        self._connection = _open(settings.file) if settings.file else None

    def keep(self, timeline: Timeline) -> None:
        """Writes one turn and deletes the oldest beyond the limit."""
        if self._connection is None:
            return
        row = (
            timeline.turn,
            timeline.satellite,
            timeline.at,
            json.dumps(timeline.since_speech_ms()),
            json.dumps(timeline.stages_ms()),
            timeline.overhead_ms(),
            json.dumps(dict(timeline.engines)),
        )
        try:
            with self._connection:
                self._connection.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?)", row)
                oldest = "SELECT MAX(rowid) - ? FROM turns"
                self._connection.execute(f"DELETE FROM turns WHERE rowid <= ({oldest})", (self._keep,))
        except sqlite3.Error as error:
            _log.error("cannot keep the times of turn %s: %s; the turn itself is not touched", timeline.turn, error)

    def close(self) -> None:
        """Closes the file."""
        if self._connection is not None:
            self._connection.close()


def _open(file: str) -> sqlite3.Connection | None:
    connection = None
    try:
        path = Path(file).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=0.2)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")  # times of a turn may be lost with the power, never waited for
        connection.execute(_SCHEMA)
        connection.commit()
    except (OSError, ValueError, RuntimeError, sqlite3.Error) as error:  # of pathlib: a NUL, the home of nobody
        _log.error("cannot keep times in %s: %s; going on without (timeline.file names another place)", file, error)
        if connection is not None:
            connection.close()
        return None
    return connection
