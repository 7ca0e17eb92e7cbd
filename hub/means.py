"""What a turn needs besides its room: engines, settings, its times, and who watches."""

from __future__ import annotations

from dataclasses import dataclass

from config.hub import HubSettings
from hub.engines import Engines
from hub.timeline import Timeline
from hub.watch import Watch

PAUSE_S = 0.1  # after the end of speech, until the raw pause is noticed


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn needs besides its room."""

    engines: Engines
    settings: HubSettings
    timeline: Timeline
    watch: Watch


def due(turn: Turn) -> float:
    """By when a reply should be heard: within the budget of a whole turn, which counts from the end of speech."""
    ended = turn.timeline.marks.get("raw_pause", turn.timeline.clock()) - PAUSE_S
    return ended + turn.settings.budgets.whole_ms / 1000


def show(turn: Turn, event: str, **fields: object) -> None:
    """Lets the person who watches see it."""
    turn.watch({"event": event, "satellite": turn.timeline.satellite, "turn": turn.timeline.turn, **fields})
