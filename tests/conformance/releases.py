"""The releases of Home Assistant that are played, and what they do differently (WYOMING.md, 2.3 to 2.8)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """One release as a satellite or a service sees it."""

    name: str
    wyoming: str
    """Version of the library that it writes its events with."""
    info_s: float
    """Patience for `info` after `describe`: 1 s, from 2026.7 on 5 s."""
    announces: bool
    """Sends sound that nobody asked for (2025.3)."""
    streams: bool
    """Sends text to speech services in pieces, and the sound of a long reply to satellites before its text, with gaps
    of many seconds (2025.7)."""
    names_satellite: bool
    """Tells a conversation service which satellite asks (2026.4)."""
    closes: bool
    """Closes its connection when the satellite is disabled; before 2026.7 it pauses and leaves the socket lying."""
    asks_again: bool
    """Asks for `info` every 30 s on a connection of its own (2026.9)."""
    errors: bool
    """Understands a service's `error`; before 2026.9 it waits on for the end of the connection."""
    full_duplex: bool
    """Reads while it sends an utterance, and may leave its end to the service (2026.10)."""
    restarts_after_error: bool
    """Restarts an always-on run by itself after an error; from 2026.8 on the satellite has to ask again."""


RELEASES = {
    release.name: release
    for release in (
        Release("2024.12", "1.5.4", 1.0, False, False, False, False, False, False, False, True),
        Release("2025.7", "1.7.1", 1.0, True, True, False, False, False, False, False, True),
        Release("2026.6", "1.9.0", 1.0, True, True, True, False, False, False, False, True),
        Release("2026.11", "1.10.2", 5.0, True, True, True, True, True, True, True, False),
    )
}
LATEST = "2026.11"
