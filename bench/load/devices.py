"""The devices of a scripted machine: a place on one is had in order of arrival, and each use of it is told.

This is the seam to the hub's own order: where its scheduler gives out places by deadline, it takes this one's place.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, nullcontext

from bench.load.machine import Engine, Machine
from hub.load.need import Need
from hub.watch import Seen


class Devices:
    """Of one machine; `tell` gets an event for each use of a device that has only so many places."""

    def __init__(self, machine: Machine, tell: Callable[[Seen], None]) -> None:
        self._places = {name: asyncio.Semaphore(slots) for name, slots in machine.slots.items()}
        self._slots = sum(machine.slots.values())
        self._tell = tell
        self._busy = 0

    @property
    def loaded(self) -> bool:
        """Whether jobs wait."""
        return bool(self._places) and self._busy > self._slots

    @asynccontextmanager
    async def place(self, engine: Engine, need: Need) -> AsyncGenerator[None]:
        """A place on the engine's device, while the context lasts."""
        clock, places = asyncio.get_running_loop().time, self._places.get(engine.device)
        asked = clock()
        self._busy += 1
        try:
            async with places or nullcontext():
                begun = clock()
                try:
                    yield
                finally:
                    if places is not None:
                        self._told(engine, need, begun - asked, clock() - begun)
        finally:
            self._busy -= 1

    def _told(self, engine: Engine, need: Need, waited_s: float, took_s: float) -> None:
        times = {"waited_ms": round(waited_s * 1000, 1), "took_ms": round(took_s * 1000, 1)}
        self._tell({"event": "job", "engine": engine.name, "device": engine.device, "kind": need.kind.name, **times})
