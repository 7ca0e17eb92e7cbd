"""The machines that scripted engines pretend to run on: which engines there are, how fast, and how many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Engine:
    """`first_ms`: a decode, or a chunk's first sound; `rtf`: seconds for one of sound. None is the turn's own."""

    name: str
    device: str = "any"
    first_ms: float | None = None
    rtf: float | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """Its engines, the best first; `slots` says how many calls a device takes at once, without an entry any number."""

    stt: tuple[Engine, ...] = (Engine("scripted"),)
    voices: tuple[Engine, ...] = (Engine("scripted"),)
    slots: Mapping[str, int] = field(default_factory=dict)


MACHINES = {
    "unlimited": Machine(),
    "one-gpu": Machine(
        stt=(Engine("large", "gpu", 150.0), Engine("small", "gpu", 60.0)),
        voices=(Engine("kokoro", "gpu", 120.0, 0.1), Engine("piper", "cpu", 80.0, 0.06)),
        slots={"gpu": 1, "cpu": 2},
    ),
}
"""By name: one that is never busy and takes each turn's own times, and one GPU beside two processor cores."""
