"""The devices of a scripted machine: a place on one is had in its order, and each use of it is told.

This is the seam to the hub's own order: whatever gives out places by need can be put in, a scheduler's `slot` too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from bench.load.machine import Engine, Machine
from hub.load.need import Need
from hub.watch import Watch

Places = Callable[[Need], AbstractAsyncContextManager[None]]
"""Gives a place on one device, for as long as the context lasts."""


class Devices:
    """`places` by device; one that is not there is never busy. `tell` gets an event for each use of the others."""

    def __init__(self, places: Mapping[str, Places], tell: Watch) -> None:
        self._places = places
        self._tell = tell
        self.waiting = 0
        """Calls that wait for a place."""

    @asynccontextmanager
    async def place(self, engine: Engine, need: Need) -> AsyncGenerator[None]:
        """A place on the engine's device, while the context lasts."""
        clock, places = asyncio.get_running_loop().time, self._places.get(engine.device)
        asked = clock()
        self.waiting += 1
        begun = None
        try:
            async with nullcontext() if places is None else places(need):
                begun = clock()
                self.waiting -= 1
                yield
        finally:
            if begun is None:
                self.waiting -= 1
            elif places is not None:
                self._told(engine, need, begun - asked, clock() - begun)

    def _told(self, engine: Engine, need: Need, waited_s: float, took_s: float) -> None:
        job = {"engine": engine.name, "device": engine.device, "kind": need.kind.name, "satellite": need.satellite}
        times = {"waited_ms": round(waited_s * 1000, 1), "took_ms": round(took_s * 1000, 1)}
        self._tell({"event": "job", **job, **times})


def in_order(machine: Machine) -> dict[str, Places]:
    """Places in order of arrival: the baseline."""
    return {name: _queue(slots) for name, slots in machine.slots.items()}


def _queue(slots: int) -> Places:
    free = asyncio.Semaphore(slots)

    @asynccontextmanager
    async def place(need: Need) -> AsyncGenerator[None]:
        async with free:
            yield

    return place
