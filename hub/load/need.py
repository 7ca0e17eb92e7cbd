"""What a job of an engine is needed for, and by when: all that the scheduler has to know of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What a job is for; the lower is served first."""

    ANSWER = 0
    """Final words, and the first sound of a reply: a person waits in silence."""
    SPEECH = 1
    """More of a reply that is being spoken: it must not run dry."""
    SPECULATION = 2
    """A reply that nobody may ever hear."""
    PARTIAL = 3
    """Words while the person still speaks."""
    AHEAD = 4
    """What may be wanted one day."""


@dataclass(frozen=True, slots=True)
class Need:
    """`deadline` is a time of the event loop's clock, in seconds, by which the job should be done."""

    kind: Kind = Kind.AHEAD
    satellite: str = ""
    """Whose it is; "" is nobody's in particular."""
    deadline: float = math.inf
    rest_s: float = 0.0
    """Estimated seconds of the work that has to follow until the person hears something."""
    work_s: float = 0.0
    """Estimated seconds of the job itself."""


SOME_DAY = Need()
"""For what nobody waits for."""
