"""Who of several models answered, and who failed and why, as seen from inside the failover."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from hub.llm.model import Message, Model, ModelError, Tool, ToolCall


@dataclass(slots=True)
class Notes:
    """Of one question: names of models that gave anything, and the sentences of those that failed, in order."""

    gave: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """The next question begins."""
        self.gave.clear()
        self.failures.clear()

    def on(self, model: Model) -> Model:
        """The same model, with notes taken of it."""
        return _Witnessed(model, self)


class _Witnessed:
    """A Model."""

    def __init__(self, model: Model, notes: Notes) -> None:
        self.name = model.name
        self._model = model
        self._notes = notes

    async def stream(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AsyncGenerator[str | ToolCall, None]:
        """See Model."""
        try:
            async with aclosing(self._model.stream(messages, tools)) as reply:
                async for piece in reply:
                    if self.name not in self._notes.gave:
                        self._notes.gave.append(self.name)
                    yield piece
        except ModelError as error:
            self._notes.failures.append(f"{self.name}: {error}")
            raise

    async def warm(self) -> None:
        """See Model."""
        await self._model.warm()
