"""The machines that scripted engines pretend to run on: which engines there are, how fast, and how many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hub.load.load import Where
from hub.load.need import Stage, Tier

ANY = "any"
MANY = 1000  # calls at once of what is never busy


@dataclass(frozen=True, slots=True)
class Engine:
    """`first_ms`: a decode, or a chunk's first sound; `rtf`: seconds for one of sound. None is the turn's own."""

    name: str
    device: str = ANY
    first_ms: float | None = None
    rtf: float | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """Its engines, the best first; `slots` says how many calls a device takes at once."""

    stt: tuple[Engine, ...] = (Engine("scripted"),)
    voices: tuple[Engine, ...] = (Engine("scripted"),)
    slots: Mapping[str, int] = field(default_factory=lambda: {ANY: MANY})

    def where(self) -> Where:
        """The device of each engine; the model is never busy."""
        hears = {(Stage.STT, tier): engine.device for tier, engine in zip(Tier, self.stt, strict=False)}
        speaks = {
            (stage, tier): engine.device
            for stage in (Stage.FIRST_CLAUSE, Stage.CLAUSE)
            for tier, engine in zip(Tier, self.voices, strict=False)
        }
        return {**hears, (Stage.LLM, Tier.FULL): ANY, **speaks}

    def best(self) -> Machine:
        """The same without its smaller engines."""
        return replace(self, stt=self.stt[:1], voices=self.voices[:1])


MACHINES = {
    "unlimited": Machine(),
    "one-gpu": Machine(
        stt=(Engine("large", "gpu", 150.0), Engine("small", "gpu", 60.0)),
        voices=(Engine("kokoro", "gpu", 120.0, 0.1), Engine("piper", "cpu", 80.0, 0.06)),
        slots={"gpu": 1, "cpu": 2, ANY: MANY},
    ),
}
"""By name: one that is never busy and takes each turn's own times, and one GPU beside two processor cores."""
