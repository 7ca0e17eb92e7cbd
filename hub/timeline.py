"""The times of a turn on one clock, and what they say about its stages.

Marks are moments in seconds of the hub's event loop; the satellite's are brought to that clock before they
come here. Spans are the seconds that an engine took by itself, measured round its call, so that what the
engines took can be told from what Hark added.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MARKS = (
    "wake",
    "awake",
    "end_of_speech",
    "raw_pause",
    "endpoint",
    "final",
    "first_token",
    "first_clause",
    "first_audio_made",
    "first_audio_played",
    "last_audio",
)
"""In the order in which they usually come."""

ARRIVED = "first_audio_arrived"
"""When the reply reached the satellite: tells the playout from the wire."""


@dataclass(slots=True)
class Timeline:
    """One turn: its marks and spans, and the engines that served it. `clock` gives seconds."""

    turn: str
    satellite: str
    engines: dict[str, str]
    clock: Callable[[], float]
    at: float = field(default_factory=time.time)
    marks: dict[str, float] = field(default_factory=dict)
    spans: dict[str, float] = field(default_factory=dict)

    def mark(self, name: str) -> None:
        """Now; a later mark of the same name replaces the earlier."""
        self.marks[name] = self.clock()

    def first(self, name: str) -> None:
        """Now, unless it was marked before."""
        self.marks.setdefault(name, self.clock())

    def forget_reply(self) -> None:
        """Drops what a reply left that came to nothing."""
        for mark in ("first_token", "first_clause", "first_audio_made"):
            self.marks.pop(mark, None)
        for span in ("llm", "tts"):
            self.spans.pop(span, None)

    @contextmanager
    def span(self, name: str, *, only_first: bool = False) -> Iterator[None]:
        """Measures what an engine takes; the latest call counts, or the first alone."""
        start = self.clock()
        yield
        if not (only_first and name in self.spans):
            self.spans[name] = self.clock() - start

    def since_speech_ms(self) -> dict[str, float]:
        """Every mark in milliseconds from the end of speech, in their usual order; without that end, from the wake."""
        start = self.marks.get("end_of_speech", self.marks.get("wake"))
        if start is None:
            return {}
        return {name: round((self.marks[name] - start) * 1000, 1) for name in MARKS if name in self.marks}

    def stages_ms(self) -> dict[str, float]:
        """What each stage took, where its marks are there; see STAGES. A stage that was early took nothing."""
        found = {}
        for name, (starts, end) in STAGES.items():
            known = [self.marks[start] for start in starts if start in self.marks]
            if known and end in self.marks:
                found[name] = max(0.0, round((self.marks[end] - max(known)) * 1000, 1))
        return found

    def overhead_ms(self) -> float | None:
        """What Hark itself added to the first sound: measured - [max(W, p + S + L) + T + o].

        W is the endpoint and p the raw pause after the end of speech; S, L and T are the spans of speech-to-text,
        language model and speech; o is the playout, from the sound's arrival to its being heard. None where one is
        missing.
        """
        marks, spans = self.marks, self.spans
        needed = {"end_of_speech", "raw_pause", "endpoint", "first_audio_played", ARRIVED}
        if not needed <= marks.keys() or not {"stt", "llm", "tts"} <= spans.keys():
            return None
        start = marks["end_of_speech"]
        heard = marks["first_audio_played"] - start
        hidden = marks["raw_pause"] - start + spans["stt"] + spans["llm"]
        least = max(marks["endpoint"] - start, hidden) + spans["tts"] + marks["first_audio_played"] - marks[ARRIVED]
        return round((heard - least) * 1000, 1)


STAGES: dict[str, tuple[tuple[str, ...], str]] = {
    "vad": (("end_of_speech",), "raw_pause"),
    "stt": (("raw_pause",), "final"),
    "wait": (("end_of_speech",), "endpoint"),
    "llm": (("final", "endpoint"), "first_clause"),
    "tts": (("first_clause",), "first_audio_made"),
    "playout": (("first_audio_made",), "first_audio_played"),
    "whole": (("end_of_speech",), "first_audio_played"),
}
"""Each stage runs from the latest of the first marks to the last one."""
