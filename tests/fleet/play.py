"""A run of ansible-playbook: what it printed and when, and what its recap counts."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from tests.conformance.controller import Failed

TROUBLE = re.compile(r"^(\[ERROR\]|fatal:|failed:|\s*(msg|stderr):|ERROR!|.*UNREACHABLE)")
TOLD = 12  # lines of trouble


class Cut(Exception):
    """Raised by who sees a line, to end the run there as a power cut would."""


@dataclass(slots=True)
class Play:
    """One run; `lines` are what it printed and the seconds at which it did."""

    code: int = 0
    seconds: float = 0.0
    lines: list[tuple[float, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that it printed."""
        return "\n".join(line for _, line in self.lines)

    def counts(self, what: str) -> dict[str, int]:
        """Of each host in the recap but this machine: ok, changed, unreachable, failed."""
        recap = self.text.rpartition("PLAY RECAP")[2]
        found = re.findall(rf"^(\S+) +:.*\b{what}=(\d+)", recap, re.MULTILINE)
        return {host: int(n) for host, n in found if host != "localhost"}

    def at(self, what: str) -> float:
        """The seconds at which a line with this was printed. Raises Failed."""
        for at, line in self.lines:
            if what in line:
                return at
        raise Failed(f"it never came to {what!r}")

    def whole(self) -> Play:
        """Itself. Raises Failed where something has failed."""
        if self.code:
            raise Failed(f"the playbook ended with {self.code} after {self.seconds:.0f} s:\n{self.trouble()}")
        return self

    def refused(self, *words: str) -> str:
        """The line in which it says why it failed, with all these words. Raises Failed."""
        if not self.code:
            raise Failed(f"it was done, and {' '.join(words)!r} was expected")
        return self.told(*words)

    def told(self, *words: str) -> str:
        """The first line with all these words. Raises Failed."""
        for _, line in self.lines:
            if all(word in line for word in words):
                return line.strip()
        raise Failed(f"it never said {' … '.join(words)!r}:\n{self.trouble()}")

    def trouble(self) -> str:
        """The lines that tell of trouble."""
        return "\n".join([f"    {line}" for _, line in self.lines if TROUBLE.match(line)][-TOLD:])


def play(
    command: list[str], folder: Path, environment: Mapping[str, str], sees: Callable[[str], None] = lambda line: None
) -> Play:
    """Runs it in a folder; `sees` is told each line as it comes."""
    began, done = monotonic(), Play()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        done.lines.append((monotonic() - began, line.rstrip("\n")))
        try:
            sees(line)
        except Cut:
            process.kill()
    done.code, done.seconds = process.wait(), monotonic() - began
    return done
