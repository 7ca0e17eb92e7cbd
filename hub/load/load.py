"""How loaded the hub is, and what a turn does about it: the devices, what their work takes, the ladder, the door.

A turn asks `begin` for its rung when its words are to be made out, runs each stage on the device that `step` names, and
tells by `took` what that cost; `clauses` is told how long replies are.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from hub.load.admission import Admission
from hub.load.arrivals import Arrivals
from hub.load.estimates import Estimate, Estimates
from hub.load.forecast import Course, Line, Step, course, first_sound_s, holding_s
from hub.load.ladder import Ladder, Rung
from hub.load.need import Kind, Need, Stage, Tier
from hub.load.scheduler import Scheduler

LOOK_S = 1.0  # between two looks: the ladder goes by tens of seconds

Where = Mapping[tuple[Stage, Tier], str]
"""The device of each engine there is; where a smaller one is missing, the full one does its work."""


class Load:
    """One hub's; leaving the context waits for the devices. `clock` is that of the event loop."""

    def __init__(
        self,
        slots: Mapping[str, int],
        where: Where,
        ladder: Ladder,
        admission: Admission,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.devices = {name: Scheduler(count, self._waited(name), self._ended) for name, count in slots.items()}
        self.admission = admission
        self.clauses = Estimate()
        """Of a reply."""
        self._where = where
        self._ladder = ladder
        self._clock = clock
        self._seconds, self._busy = Estimates(), Estimates()
        self._sizes = {stage: Estimate() for stage in Stage}
        self._jobs = {name: Estimate() for name in slots}
        self._waits = Estimates()
        self._turns = Arrivals()

    @property
    def rung(self) -> Rung:
        """As the latest turn found it."""
        return self._ladder.rung

    @property
    def busy(self) -> bool:
        """Whether any device has something to do."""
        return any(device.busy for device in self.devices.values())

    def past(self, rung: Rung) -> bool:
        """Whether what that rung leaves out is left out."""
        return self.rung >= rung

    def stretch(self) -> float:
        """How many times as much new sound a partial transcript waits for."""
        if self.past(Rung.NO_PARTIALS):
            return math.inf
        return 2.0 if self.past(Rung.SLOW_PARTIALS) else 1.0

    async def watch(self) -> None:
        """Looks on while nobody asks, without end."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.observe()

    def begin(self) -> Rung:
        """The rung for a turn that begins now, which counts."""
        self._turns.add(self._clock())
        return self.observe()

    def observe(self) -> Rung:
        """The rung as things stand; who looks on while nobody asks sees it restored."""
        alone_s = sum(step.seconds for step in self._course(Rung.FULL).path)
        return self._ladder.observe(self.forecast(), self._holding, self._clock(), alone_s)

    def forecast(self, rung: Rung | None = None) -> float:
        """Seconds until a turn that asks now would hear something, on its rung or another."""
        return first_sound_s(self._course(self.rung if rung is None else rung), self._lines())

    def step(self, stage: Stage, tier: Tier) -> Step:
        """Where a stage runs, and what it takes of late; an engine never used yet is believed to take nothing."""
        size = self._sizes[stage].value
        engine = (stage, tier if (stage, tier) in self._where else Tier.FULL)
        return Step(self._where[engine], self._seconds[engine].mean(size), self._busy[engine].mean(size))

    def took(self, stage: Stage, tier: Tier, seconds: float, busy_s: float, size: float = 0.0) -> None:
        """A stage's result was of use so many seconds after it got its slot, which it kept for `busy_s`."""
        self._seconds[stage, tier].add(seconds, size)
        self._busy[stage, tier].add(busy_s, size)
        self._sizes[stage].add(size)
        self._jobs[self._where[stage, tier]].add(busy_s)

    def report(self) -> dict[str, object]:
        """For who watches: the rung, the forecast and the waits of answers in milliseconds, and counts."""
        return {
            "rung": self.rung.name.lower(),
            "forecast_ms": _ms(self.forecast()),
            "turns": self.admission.turns,
            "bytes": self.admission.bytes,
            "admitted": self.admission.admitted,
            "refused": self.admission.refused,
            "devices": {name: self._device(name) for name in self.devices},
        }

    def _device(self, name: str) -> dict[str, float]:
        device, waits = self.devices[name], self._waits[name, Kind.ANSWER]
        return {
            "running": device.running,
            "waiting": device.busy - device.running,
            "wait_ms": _ms(waits.mean()),
            "wait_p95_ms": _ms(waits.p95()),
        }

    def _ended(self, need: Need, first_s: float, seconds: float) -> None:
        if need.work is not None:
            stage, tier, size = need.work
            self.took(stage, tier, first_s, seconds, size)

    def _waited(self, name: str) -> Callable[[Need, float], None]:
        return lambda need, seconds: self._waits[name, need.kind].add(seconds)

    def _lines(self) -> dict[str, Line]:
        return {
            name: Line(device.slots, device.running, device.pressing(), self._jobs[name].value)
            for name, device in self.devices.items()
        }

    def _course(self, rung: Rung) -> Course:
        return course(rung, self.step, self.clauses.value)

    def _holding(self, rung: Rung) -> float:
        slots = {name: device.slots for name, device in self.devices.items()}
        settled_s = holding_s(self._course(rung), slots, self._turns.per_s(self._clock()))
        return max(self.forecast(rung), settled_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with AsyncExitStack() as stack:
            for device in self.devices.values():
                stack.push_async_exit(device)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
