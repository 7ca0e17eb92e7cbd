"""How long the stages of a turn take of late, so that nobody waits for less than can be ready."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from math import ceil
from typing import NamedTuple

WEIGHT = 0.2  # of the newest value: some ten turns are remembered, and one slow turn moves it by a fifth

REMEMBERED = 64  # jobs of one kind, for what few take: the slowest twentieth of them are three
ALIKE = 1e-10  # of a mean size squared: what is left of sizes' spread where all are one, by rounding
FADING = 0.95  # weight of a job against the next newer one: the last twenty or so count


class Estimate:
    """An exponentially weighted mean of seconds; 0 while nothing is known."""

    def __init__(self) -> None:
        self.seconds: float | None = None

    def add(self, seconds: float) -> None:
        """One more measurement."""
        self.seconds = seconds if self.seconds is None else (1 - WEIGHT) * self.seconds + WEIGHT * seconds

    @property
    def value(self) -> float:
        """The mean so far, in seconds."""
        return self.seconds or 0.0


class Took(NamedTuple):
    """One job: its size, in what its stage counts (characters, seconds of sound), and the seconds that it took."""

    size: float
    seconds: float


class Sums(NamedTuple):
    """Of jobs, each weighted by its age; a step costs the same however many there were."""

    jobs: float = 0.0
    size: float = 0.0
    seconds: float = 0.0
    squares: float = 0.0
    products: float = 0.0

    def add(self, size: float, seconds: float) -> Sums:
        """With one more, after which all before weigh less."""
        new = (1.0, size, seconds, size * size, size * seconds)
        return Sums(*(FADING * old + one for old, one in zip(self, new, strict=True)))

    def line(self) -> tuple[float, float]:
        """The fixed part and the rate that fit best, neither below zero."""
        size, mean = self.size / self.jobs, self.seconds / self.jobs
        spread, both = self.squares / self.jobs - size * size, self.products / self.jobs - size * mean
        if spread <= ALIKE * size * size or both <= 0:
            return mean, 0.0
        rate = both / spread
        return (mean - rate * size, rate) if mean >= rate * size else (0.0, mean / size)


class Sized:
    """What jobs of one kind take as `fixed + rate x size`: a least-squares line, in which older jobs fade.

    Neither part is ever below zero: where the line would have it so, the other part alone is fitted. Jobs that are all
    of one size have no rate.
    """

    def __init__(self) -> None:
        self._took: deque[Took] = deque(maxlen=REMEMBERED)
        self._sums = Sums()
        self._fixed = self._rate = 0.0

    def add(self, seconds: float, size: float = 0.0) -> None:
        """One more measurement."""
        self._took.append(Took(size, seconds))
        self._sums = self._sums.add(size, seconds)
        self._fixed, self._rate = self._sums.line()

    def mean(self, size: float = 0.0) -> float:
        """Seconds that a job of this size takes: the value for forecasts; 0 while nothing is known."""
        return self._fixed + self._rate * size

    def p95(self, size: float = 0.0) -> float:
        """Seconds that 19 of 20 jobs of this size stay below: the line, and what so many of them were above it."""
        if not self._took:
            return 0.0
        over = sorted(took.seconds - self.mean(took.size) for took in self._took)
        return max(0.0, self.mean(size) + over[ceil(0.95 * len(over)) - 1])


class Estimates:
    """What is known of each kind of job, by stage, tier or whatever tells them apart."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Sized] = {}

    def __getitem__(self, key: Hashable) -> Sized:
        """Of jobs of this kind; made where it is new. Keys come from the code, never from outside."""
        return self._known.setdefault(key, Sized())
