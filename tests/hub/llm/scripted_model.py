"""A language model that does what a script says, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from hub.llm.model import Message, ModelError, Tool, ToolCall


@dataclass(frozen=True, slots=True)
class Reply:
    """`pieces`, each after `wait_s` seconds; then ModelError where `fails`, with the server's `retry_after_s`."""

    pieces: Sequence[str | ToolCall] = ()
    fails: bool = False
    retry_after_s: float | None = None
    wait_s: float = 0.0


@dataclass
class ScriptedModel:
    """Gives `reply` to every request, until it is given another one."""

    name: str
    reply: Reply
    asked: list[tuple[Message, ...]] = field(default_factory=list)
    warmed: int = 0
    open: int = 0

    async def stream(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AsyncGenerator[str | ToolCall, None]:
        """See Model."""
        self.asked.append(tuple(messages))
        self.open += 1
        try:
            for piece in self.reply.pieces:
                await asyncio.sleep(self.reply.wait_s)
                yield piece
            await asyncio.sleep(self.reply.wait_s)
            if self.reply.fails:
                raise ModelError("it broke", self.reply.retry_after_s)
        finally:
            self.open -= 1

    async def warm(self) -> None:
        """See Model."""
        self.warmed += 1
