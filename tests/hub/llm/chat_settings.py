"""Settings of a model for tests, and a question."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.secret import Secret
from hub.llm.model import Message, Model, ToolCall

QUESTION = (Message("system", "Be brief."), Message("user", "Is the cellar door locked?"))


@dataclass(frozen=True, slots=True)
class Settings:
    """See ChatSettings."""

    base_url: str
    key: Secret = field(default_factory=Secret)
    model: str = "tiny"
    temperature: float = 0.2
    longest_tokens: int = 300
    first_token_s: float = 5.0
    next_token_s: float = 5.0


async def whole(model: Model) -> list[str | ToolCall]:
    """All that a model answers to the question."""
    return [piece async for piece in model.stream(QUESTION, ())]
