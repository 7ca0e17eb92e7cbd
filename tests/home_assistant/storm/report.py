"""What a storm has shown, as a table and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from tests.home_assistant.storm.measures import ORDER, Measure, bound_s
from tests.home_assistant.storm.plan import Round, counted


@dataclass(slots=True)
class Told:
    """One round: what was done and seen, under which load of the machine."""

    round: Round
    measures: list[Measure]
    failures: list[str]
    again: list[str]
    load: float


@dataclass(slots=True)
class Report:
    """All rounds, and what the programs hold at each look: number of the round, program, what."""

    rounds: list[Told] = field(default_factory=list)
    looks: list[tuple[int, dict[str, dict[str, float]]]] = field(default_factory=list)
    starts_s: dict[str, list[float]] = field(default_factory=dict)
    stops_s: dict[str, list[float]] = field(default_factory=dict)

    @property
    def failures(self) -> list[str]:
        """All, each with its round."""
        return [f"round {number}: {failure}" for number, told in enumerate(self.rounds, 1) for failure in told.failures]

    def lines(self) -> Iterator[str]:
        """The table."""
        yield f"{sum(len(told.round.restarts) for told in self.rounds)} restarts in {len(self.rounds)} rounds"
        counts = counted([told.round for told in self.rounds])
        yield "; ".join(f"{number} {program} {how.value}" for program, how, number in counts)
        yield f"{'seconds':28}{'of':22}{'n':>5}{'p50':>8}{'p95':>8}{'max':>8}{'bound':>8}{'over':>6}"
        measures = [measure for told in self.rounds for measure in told.measures]
        for (what, of), took in _grouped(measures):
            limit = bound_s(what, of)
            yield _row(what, of, took) + (f"{limit:8.0f}{sum(one > limit for one in took):6}" if limit else "")
        for what, by in (("from start to up", self.starts_s), ("to stop when asked", self.stops_s)):
            for name, took in by.items():
                yield _row(what, name, took) if took else f"{what:28}{name:22}{0:5}"
        yield from self._held()
        loads = [told.load for told in self.rounds]
        yield f"load of the machine: {min(loads):.1f} to {max(loads):.1f}, {np.percentile(loads, 50):.1f} in the middle"
        yield f"failures: {len(self.failures)}"
        yield from (f"  {failure}" for failure in self.failures)

    def _held(self) -> Iterator[str]:
        for name in self.looks[0][1]:
            for what in ("files", "threads", "memory_mb", "zombies"):
                values = [look[name][what] for _, look in self.looks]
                yield f"{what:28}{name:22}" + f"first {values[0]:g}, most {max(values):g}, last {values[-1]:g}"

    def told(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "rounds": [
                {
                    "restarts": [
                        {"program": one.program, "how": one.how.value, "after_s": one.after_s, "down_s": one.down_s}
                        for one in told.round.restarts
                    ],
                    "moment": told.round.moment.value,
                    "hurried": told.round.hurried,
                    "load": told.load,
                    "measures": [(one.what, one.of, round(one.took_s, 3)) for one in told.measures],
                    "failures": told.failures,
                    "said again": told.again,
                }
                for told in self.rounds
            ],
            "held": [{"round": number, **look} for number, look in self.looks],
            "starts_s": self.starts_s,
            "stops_s": self.stops_s,
        }


def _grouped(measures: list[Measure]) -> Iterator[tuple[tuple[str, str], list[float]]]:
    ordered = sorted(measures, key=lambda one: (ORDER.index(one.what), one.of))
    for key, group in groupby(ordered, key=lambda one: (one.what, one.of)):
        yield key, [one.took_s for one in group]


def _row(what: str, of: str, took: list[float]) -> str:
    return f"{what:28}{of:22}{len(took):5}{np.percentile(took, 50):8.2f}{np.percentile(took, 95):8.2f}{max(took):8.2f}"
