"""What a job of an engine is needed for, and by when: all that the scheduler has to know of it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NamedTuple


class Kind(IntEnum):
    """What a job is for; the lower is served first."""

    ANSWER = 0
    """Final words, and the first sound of a reply: a person waits in silence."""
    SPEECH = 1
    """More of a reply that is being spoken: it must not run dry."""
    SPECULATION = 2
    """A reply that nobody may ever hear; see Need.certain."""
    PARTIAL = 3
    """Words while the person still speaks."""
    AHEAD = 4
    """What may be wanted one day."""


class Stage(Enum):
    """A kind of work in a turn."""

    STT = "final transcript"
    LLM = "the model, to its first clause"
    FIRST_CLAUSE = "speech of the first clause"
    CLAUSE = "speech of a later clause"


class Tier(Enum):
    """Which engine does it."""

    FULL = "full"
    SMALL = "small"


class Work(NamedTuple):
    """What a job is, so that what it took tells what the next such will take."""

    stage: Stage
    tier: Tier
    size: float = 0.0
    """Seconds of sound, or characters of text."""


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
    work: Work | None = None
    """None for what no forecast is made of."""
    certain: Callable[[], bool] = lambda: False
    """Whether speculation has turned out to be an answer, while it waits."""


SOON_S = 0.5  # in which a person's words, or what they mean, should be there: the endpoint waits about as long


def soon(satellite: str = "", work: Work | None = None) -> Need:
    """For a person who waits for the rest of it."""
    return Need(Kind.ANSWER, satellite, asyncio.get_running_loop().time() + SOON_S, work=work)


SOME_DAY = Need()
"""For what nobody waits for."""
