"""Log lines for people at a terminal, and for the journal.

systemd says in JOURNAL_STREAM which file its journal reads ("device:inode"). Where that is our stderr, the journal
itself notes the time, and takes each line's priority from a prefix as sd-daemon(3) has it: "<3>" is an error.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from typing import TextIO

TERMINAL = "%(asctime)s %(levelname)s %(name)s: %(message)s"
JOURNAL = "%(name)s: %(message)s"
PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))  # syslog's
DEBUG_PRIORITY = 7


class JournalFormatter(logging.Formatter):
    """Prefixes every line of a record, tracebacks' too, with its priority."""

    def __init__(self) -> None:
        super().__init__(JOURNAL)

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        priority = next((number for level, number in PRIORITIES if record.levelno >= level), DEBUG_PRIORITY)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


def goes_to_journal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether the journal reads what is written to a stream."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):  # a stream without a file
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def log_to_stderr(verbose: bool) -> None:
    """Sets up the logging of a program, once, at its start."""
    handler = logging.StreamHandler(sys.stderr)
    journal = goes_to_journal(sys.stderr, os.environ)
    handler.setFormatter(JournalFormatter() if journal else logging.Formatter(TERMINAL))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])
