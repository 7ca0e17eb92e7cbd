"""Recorded exchanges between a controller and a satellite: one JSON line for each event, without its sound.

Rules: pure; a run of audio chunks of one size and format is one line that counts them, so that a recording stays small;
what is not an event of Wyoming's (a connection opened or closed) is a line too, since Home Assistant speaks by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from wyoming.audio import AudioChunk
from wyoming.event import Event

Side = Literal["controller", "satellite"]
OPENED, CLOSED = "(opened)", "(closed)"


@dataclass(frozen=True, slots=True)
class Line:
    """One event; of a run of chunks the first, how many there were, and when the last came."""

    at: float
    """Seconds since the recording began."""
    connection: int
    side: Side
    type: str
    data: dict[str, Any] = field(default_factory=dict)
    payload_length: int = 0
    times: int = 1
    until: float | None = None

    @classmethod
    def of(cls, event: Event, at: float, connection: int, side: Side) -> Line:
        """An event as a line."""
        return cls(round(at, 3), connection, side, event.type, event.data, len(event.payload or b""))

    @property
    def sound(self) -> dict[str, Any]:
        """What a chunk is of, its time aside."""
        return {key: value for key, value in self.data.items() if key != "timestamp"}

    def continues(self, before: Line) -> bool:
        """Whether it is one more chunk of a run."""
        same = (self.connection, self.side, self.type) == (before.connection, before.side, before.type)
        return same and AudioChunk.is_type(self.type) and self.sound == before.sound

    def event(self) -> Event:
        """The event with silence for its sound."""
        return Event(self.type, self.data, bytes(self.payload_length) or None)


def fold(lines: Iterable[Line]) -> list[Line]:
    """Runs of chunks as one line each, although lines of other kinds lie between: `last` of each side is looked at."""
    folded: list[Line] = []
    running: dict[tuple[int, Side], int] = {}
    for line in lines:
        key = line.connection, line.side
        index = running.get(key)
        if index is not None and line.continues(folded[index]):
            folded[index] = _longer(folded[index], line)
            continue
        running[key] = len(folded)
        folded.append(line)
    return folded


def _longer(run: Line, line: Line) -> Line:
    length = max(run.payload_length, line.payload_length)  # the last chunk of a sound is shorter than the others
    return replace(run, times=run.times + line.times, until=line.at, payload_length=length)


def write(path: Path, lines: Iterable[Line]) -> None:
    """Writes a recording; times count from its first line."""
    folded = fold(lines)
    start = folded[0].at if folded else 0.0
    path.write_text("".join(json.dumps(_short(line, start), ensure_ascii=False) + "\n" for line in folded))


def read(path: Path) -> list[Line]:
    """Reads a recording."""
    return [Line(**json.loads(line)) for line in path.read_text().splitlines()]


def _short(line: Line, start: float) -> dict[str, Any]:
    until = None if line.until is None else round(line.until - start, 3)
    full = asdict(replace(line, at=round(line.at - start, 3), until=until))
    return {key: value for key, value in full.items() if value not in ({}, 0, None) or key == "at"}
