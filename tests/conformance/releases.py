"""The releases of Home Assistant that are played, and what they do differently (WYOMING.md, 2.3 and 2.8)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """One release as a satellite sees it."""

    name: str
    info_s: float
    """Patience for `info` after `describe`: 1 s, from 2026.7 on 5 s."""
    announces: bool
    """Sends sound that nobody asked for (2025.3)."""
    streams: bool
    """Sends the sound of a long reply before its text, with gaps of many seconds (2025.7)."""
    closes: bool
    """Closes its connection when the satellite is disabled; before 2026.7 it pauses and leaves the socket lying."""
    asks_again: bool
    """Asks for `info` every 30 s on a connection of its own (2026.9)."""
    restarts_after_error: bool
    """Restarts an always-on run by itself after an error; from 2026.8 on the satellite has to ask again."""


RELEASES = {
    release.name: release
    for release in (
        Release("2024.12", 1.0, False, False, False, False, True),
        Release("2025.7", 1.0, True, True, False, False, True),
        Release("2026.6", 1.0, True, True, False, False, True),
        Release("2026.11", 5.0, True, True, True, True, False),
    )
}
LATEST = "2026.11"
