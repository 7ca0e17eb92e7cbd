"""A program of Hark's that a check stops, kills and starts again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack

from bench.house import Program, Seen, background, program

TURN_S = 30.0  # from the wake word to the end of the reply


class Running:
    """A program that can be stopped, killed and started again with the same options."""

    def __init__(self, name: str, ready: str, *options: str) -> None:
        self.options = list(options)
        self.seen: list[Seen] = []
        self._name, self._ready = name, ready
        self._stack = AsyncExitStack()
        self._more = asyncio.Event()
        self.program: Program

    async def start(self) -> None:
        """Starts it and waits until it is ready."""
        self._stack = AsyncExitStack()
        self.program = await self._stack.enter_async_context(program(self._name, *self.options))
        await self._stack.enter_async_context(background(self._follow()))
        await self.program.says(self._ready)

    async def stop(self) -> None:
        """Ends it as a service manager would."""
        await self._stack.aclose()

    async def kill(self) -> None:
        """Ends it without a word."""
        self.program.process.kill()
        await self.program.process.wait()
        await self._stack.aclose()

    async def sees(self, so: Callable[[Seen], bool], mark: int = 0, late_s: float = TURN_S) -> Seen:
        """Waits for an event of its watch after a place in `seen`. Raises TimeoutError."""
        async with asyncio.timeout(late_s):
            while True:
                self._more.clear()
                if found := [seen for seen in self.seen[mark:] if so(seen)]:
                    return found[0]
                await self._more.wait()

    async def _follow(self) -> None:
        assert self.program.process.stdout is not None
        async for line in self.program.process.stdout:
            self.seen.append(json.loads(line))
            self._more.set()
