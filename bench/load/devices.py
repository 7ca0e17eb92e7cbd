"""A scripted machine has the hub's own devices: a place on one is had in the hub's order, and each use is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from bench.load.machine import Engine
from hub.load.load import Load
from hub.load.need import Need
from hub.watch import Watch


class Devices:
    """Those of `load`; `tell` gets an event for each use."""

    def __init__(self, load: Load, tell: Watch) -> None:
        self._load = load
        self._tell = tell

    @asynccontextmanager
    async def place(self, engine: Engine, need: Need) -> AsyncGenerator[Callable[[], None]]:
        """A place on the engine's device while the context lasts; call what it gives when there is a first result."""
        clock = asyncio.get_running_loop().time
        asked, first = clock(), list[float]()
        async with self._load.devices[engine.device].slot(replace(need, work=None)):  # it is told below, with `first`
            begun = clock()
            yield lambda: first.append(clock() - begun)
            took_s = clock() - begun
        if need.work is not None:
            self._load.took(need.work.stage, need.work.tier, first[0] if first else took_s, took_s, need.work.size)
        self._told(engine, need, begun - asked, took_s)

    def _told(self, engine: Engine, need: Need, waited_s: float, took_s: float) -> None:
        job = {"engine": engine.name, "device": engine.device, "kind": need.kind.name, "satellite": need.satellite}
        times = {"waited_ms": round(waited_s * 1000, 1), "took_ms": round(took_s * 1000, 1)}
        self._tell({"event": "job", **job, **times})
