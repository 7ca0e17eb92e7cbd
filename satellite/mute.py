"""Whether the satellite may listen: a switch of its own, and every controller's.

Pure. The own switch wins and is kept (kept.py). A controller's pause holds until it says run-satellite again, or for
a while after its connection has ended: Home Assistant's switch closes the old connection and unmutes on a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PAUSE_OUTLIVES_S = 30.0
"""A controller that was restarted while it had muted the satellite is back well within."""
GOODBYE_S = 1.0
"""A connection that ends so soon after its pause was paused for that: Home Assistant that stops says goodbye so, and
keeps no hub from hearing."""


@dataclass(slots=True)
class _Pause:
    since: float
    ends: float | None = None  # not while its connection lasts


@dataclass(slots=True)
class Mute:
    """Times are seconds of one monotonic clock; a controller is known by its name (see Controller.owner)."""

    switch: bool = False
    """The satellite's own."""
    _pauses: dict[str, _Pause] = field(default_factory=dict)

    def pause(self, owner: str, now: float) -> None:
        """A controller mutes the satellite, or says so once more."""
        self._pauses.setdefault(owner, _Pause(now)).ends = None

    def resume(self, owner: str) -> None:
        """It no longer does."""
        self._pauses.pop(owner, None)

    def gone(self, owner: str, now: float) -> None:
        """The connection on which it did has ended."""
        if (pause := self._pauses.get(owner)) is not None:
            pause.ends = now if now - pause.since < GOODBYE_S else now + PAUSE_OUTLIVES_S

    def muted(self, now: float) -> bool:
        """Whether nothing may be listened to."""
        self._pauses = {owner: pause for owner, pause in self._pauses.items() if pause.ends is None or now < pause.ends}
        return self.switch or bool(self._pauses)
