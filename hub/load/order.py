"""The waiting jobs of one device, and which is next; pure, time is given.

Strategy: by class, inside a class the earliest deadline first. Deadlines nearly alike are one, and of those the
satellite goes first that was served least recently. Where every job of a class is late already, the shortest remaining
path goes first: keeping to deadlines would then spend the device on who is lost, and lose the next one too (the domino
effect of EDF; Buttazzo, Hard Real-Time Computing Systems, 2011, chapter 9).

Rules: speculation whose words have become certain is an answer from then on. Speech counts by how much of the reply is
still to be played. With plenty it gives way to all but what may be wanted one day; about to run dry it follows the
answers; bound to run dry it is one of them, since that person, too, waits in silence, so no crowd of questions starves
a reply. A partial that waits too long is given up: newer sound has come meanwhile. Nothing else is ever dropped. `next`
looks at every job: 0.3-0.5 ms for 1,000 of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from hub.load.need import Kind, Need

TIE_S = 0.02  # deadlines within one packet of sound: nobody hears which of them was first
DRY_S = 1.0  # what is left to play when a reply presses: a clause by a busy device takes about as long
OLDEST_PARTIAL_S = 0.5  # then the sound for the next partial is there, and its words are newer

ANSWERS = 0
"""The rank of who waits in silence."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One piece of work that waits since `since`."""

    need: Need
    since: float


class Order:
    """Jobs in order of arrival until they are next."""

    def __init__(self) -> None:
        self._waiting: dict[Job, None] = {}
        self._served: dict[str, int] = {}  # satellite -> when, counted in jobs; as many as the fleet has
        self._turns = count()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, need: Need, now: float) -> Job:
        """One more waits."""
        job = Job(need, now)
        self._waiting[job] = None
        return job

    def withdraw(self, job: Job) -> None:
        """Nobody wants it any more, if it still waits."""
        self._waiting.pop(job, None)

    def expired(self, now: float) -> list[Job]:
        """Takes out the partials that are too old."""
        old = [job for job in self._waiting if job.need.kind is Kind.PARTIAL and now - job.since >= OLDEST_PARTIAL_S]
        for job in old:
            del self._waiting[job]
        return old

    def next(self, now: float) -> Job | None:
        """Takes out the job to be done now; None where none waits."""
        if not self._waiting:
            return None
        ranks = [(rank(job.need, now), job) for job in self._waiting]
        best = min(ranks, key=lambda ranked: ranked[0])[0]
        job = self._fairest([job for place, job in ranks if place == best], now)
        del self._waiting[job]
        self._served[job.need.satellite] = next(self._turns)
        return job

    def waiting(self, kind: Kind) -> int:
        """Jobs of a kind."""
        return sum(job.need.kind is kind for job in self._waiting)

    def pressing(self, now: float) -> int:
        """Jobs for which a person waits in silence: they go before the answer that comes next."""
        return sum(rank(job.need, now) == ANSWERS for job in self._waiting)

    def _fairest(self, jobs: list[Job], now: float) -> Job:
        measure = path if all(late(job.need, now) for job in jobs) else deadline
        tied = min(measure(job.need) for job in jobs) + TIE_S
        nearest = (job for job in jobs if measure(job.need) <= tied)
        return min(nearest, key=lambda job: self._served.get(job.need.satellite, -1))


def rank(need: Need, now: float) -> int:
    """The class of a job as things stand; the lower goes first."""
    if need.kind is Kind.SPECULATION and need.certain():
        return ANSWERS
    if need.kind is not Kind.SPEECH:
        return _RANKS[need.kind]
    if late(need, now):
        return ANSWERS
    return _DRY if need.deadline - now - need.work_s < DRY_S else _BUFFERED


def late(need: Need, now: float) -> bool:
    """Whether its deadline cannot be kept, though it began now."""
    return now + need.work_s > need.deadline


def path(need: Need) -> float:
    """Seconds until the person hears something."""
    return need.work_s + need.rest_s


def deadline(need: Need) -> float:
    """By when it should be done."""
    return need.deadline


_DRY, _BUFFERED = 1, 4
_RANKS = {Kind.ANSWER: ANSWERS, Kind.SPECULATION: 2, Kind.PARTIAL: 3, Kind.AHEAD: 5}
