"""What is measured of a storm, and how long it may take. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.home_assistant.storm.plan import HOME, HUB

DESCRIBED, LED, TURN, TEXT, SPOKEN = "describe", "led by the hub", "turn begun", "text done", "spoken command done"
CONNECTED, LOADED, THERE = "stand-by connected", "entries loaded", "entities there"
LET_GO, REST = "let go of who was silent", "nothing half open"

ORDER = (DESCRIBED, LED, TURN, SPOKEN, TEXT, CONNECTED, LOADED, THERE, LET_GO, REST)
ANSWERS_S = 10.0  # of a hub and a satellite that are up
HOME_S = 15.0  # of Home Assistant that has started, or has tried again by itself
SILENCE_S = 5.0  # the hub and the satellites allow 3, and look once a second
HOME_SILENCE_S = 9.0  # Home Assistant allows 5, and closes 3 later, when it tries again


@dataclass(frozen=True, slots=True)
class Measure:
    """How long something took from when `of`, the last of those it needs, was up."""

    what: str
    of: str
    took_s: float


@dataclass(slots=True)
class Seen:
    """What a round has shown."""

    measures: list[Measure] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    """What was said a second time, and what the hub had made of the first."""


def bound_s(what: str, of: str) -> float:
    """How long that may take; 0 where nobody has promised anything."""
    if what == LET_GO:
        kept = {f"{HUB} > {HOME}", f"{HOME} < {HUB}"}  # a WebSocket, which both keep for longer
        return 0.0 if of in kept else HOME_SILENCE_S if of.startswith(HOME) else SILENCE_S
    if what == REST:
        return 0.0
    return HOME_S if what in (CONNECTED, LOADED, THERE) or of == HOME else ANSWERS_S


def late(measures: list[Measure]) -> list[str]:
    """What took longer than it may."""
    return [
        f"{one.what} of {one.of} after {one.took_s:.1f} s, not {limit:.0f}"
        for one in measures
        if (limit := bound_s(one.what, one.of)) and one.took_s > limit
    ]
