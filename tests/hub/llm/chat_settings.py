"""Settings of a model for tests, and a question."""

from __future__ import annotations

from typing import Any

import msgspec

from config.hub import ChatModelSettings
from config.secret import Secret
from hub.llm.model import Message, Model, ToolCall

QUESTION = (Message("system", "Be brief."), Message("user", "Is the cellar door locked?"))


DEFAULT = ChatModelSettings(
    base_url="", model="tiny", key=Secret(), temperature=0.2, longest_tokens=300, first_token_s=5.0, next_token_s=5.0
)


def model_at(base_url: str, **changed: Any) -> ChatModelSettings:
    """What the settings say about a small model at an address."""
    return msgspec.structs.replace(DEFAULT, base_url=base_url, **changed)


async def whole(model: Model) -> list[str | ToolCall]:
    """All that a model answers to the question."""
    return [piece async for piece in model.stream(QUESTION, ())]
