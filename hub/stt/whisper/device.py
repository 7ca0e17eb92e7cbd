"""On which device a model runs, and in which numbers: a pure choice from what CTranslate2 reports.

`auto` prefers a GPU, and there 16 bits (as exact as Whisper was trained) before 8 (half the memory); a CPU has 8 bits
(three times as fast as 32). What does not fit into memory gives way to the next choice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hub.stt.recognizer import RecognizerError

PREFERRED: Mapping[str, tuple[str, ...]] = {
    "cuda": ("float16", "int8_float16", "int8"),  # the last for GPUs that have no fast 16 bits
    "cpu": ("int8", "float32"),  # the last for CPUs that have no fast 8 bits
}


@dataclass(frozen=True, slots=True)
class Placement:
    """A device ("cuda" or "cpu") and a compute type of CTranslate2's."""

    device: str
    compute: str

    def __str__(self) -> str:
        return f"{self.compute} on {self.device}"


def placements(device: str, compute: str, available: Mapping[str, Collection[str]]) -> list[Placement]:
    """What to try in order, never nothing; raises RecognizerError where what is asked for is not there.

    `available`: the compute types of each device that this machine has; it always has a CPU.
    """
    if device != "auto" and device not in available:
        raise RecognizerError(
            f"stt.whisper.device is {device}, but CTranslate2 finds no NVIDIA GPU here; "
            "install NVIDIA's driver, or set it to cpu or auto"
        )
    devices = [one for one in PREFERRED if one in available and device in ("auto", one)]
    found = [Placement(one, kind) for one in devices for kind in _computes(one, compute, available[one])]
    if not found:
        can = "; ".join(f"{one}: {', '.join(sorted(available[one]))}" for one in devices)
        raise RecognizerError(
            f"stt.whisper.compute is {compute}, which this machine cannot ({can}); set it to one of these or auto"
        )
    return found


def _computes(device: str, compute: str, can: Collection[str]) -> list[str]:
    """On a GPU each needs less memory than the one before; a CPU's second choice needs more, so it is no way out."""
    kinds = [kind for kind in (PREFERRED[device] if compute == "auto" else (compute,)) if kind in can]
    return kinds if device == "cuda" else kinds[:1]
