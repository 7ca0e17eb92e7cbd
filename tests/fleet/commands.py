"""Commands of this machine, each with a time limit."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

LONG_S = 600.0
SAID = 600  # characters of what a command said at its end


class CommandFailed(Exception):
    """A command ended with another code than 0; says which and what it said."""


class Skipped(Exception):
    """What cannot be tried on this machine; says why."""


def run(command: Sequence[str], late_s: float = LONG_S) -> str:
    """Returns what it printed. Raises CommandFailed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=late_s, check=False)
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"{' '.join(command)} was not done within {late_s:.0f} s") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-SAID:]
        raise CommandFailed(f"{' '.join(command)} ended with {done.returncode}: {said}")
    return done.stdout


def works(command: Sequence[str]) -> bool:
    """Whether it ends with 0."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
