"""Whether the satellite may listen: a switch of its own, and every controller's.

Pure. The own switch wins and is kept (kept.py). A controller's pause holds until it says run-satellite again, or for
a while after its connection has ended: Home Assistant's switch closes the old connection and unmutes on a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PAUSE_OUTLIVES_S = 30.0
"""A controller that was restarted while it had muted the satellite is back well within."""


@dataclass(slots=True)
class Mute:
    """Times are seconds of one monotonic clock; a controller is known by its name (see Controller.owner)."""

    switch: bool = False
    """The satellite's own."""
    _pauses: dict[str, float | None] = field(default_factory=dict)  # when each ends, None while its connection lasts

    def pause(self, owner: str) -> None:
        """A controller mutes the satellite."""
        self._pauses[owner] = None

    def resume(self, owner: str) -> None:
        """It no longer does."""
        self._pauses.pop(owner, None)

    def gone(self, owner: str, now: float) -> None:
        """The connection on which it did has ended."""
        if owner in self._pauses:
            self._pauses[owner] = now + PAUSE_OUTLIVES_S

    def muted(self, now: float) -> bool:
        """Whether nothing may be listened to."""
        self._pauses = {owner: end for owner, end in self._pauses.items() if end is None or now < end}
        return self.switch or bool(self._pauses)
