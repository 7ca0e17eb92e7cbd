"""A language model as a stream: what goes in, what comes out, and the one error.

Strategy: messages and tools in, text and whole tool calls out, in the order the model wrote them. An engine
(`groq.py`, `openai.py`) speaks a server's protocol; `failover.py` is a Model over several; whoever talks to the person
knows only this border. A model is hostile or broken some day: what it streams is bounded by the engine, and the
arguments of a tool call are text that nobody has checked yet.

Rules:
- Text was given out or it was not: nobody repeats a delta. A failure after the first one raises ModelError.
- Closing the generator closes the connection's stream at once, so that an unwanted reply costs nothing more.
- A ModelError never carries the words of the conversation, nor the key.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model asks for; `arguments` is JSON text as the model wrote it: bounded, but unchecked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """A turn's part of the conversation.

    An "assistant" message may carry the `calls` it made; a "tool" message answers the call whose id is `call`.
    """

    role: Role
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    call: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that a model may call; `parameters` is the JSON schema (an object) of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, object]


class ModelError(Exception):
    """A model gave no (whole) reply; its sentence says what happened, why, and what to do.

    `retry_after_s` is the rest that the server asked for, in seconds; None where it named none.
    """

    def __init__(self, sentence: str, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class Model(Protocol):
    """A language model under a name that logs and settings use."""

    @property
    def name(self) -> str:
        """The name that the settings give it."""
        ...

    def stream(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AsyncGenerator[str | ToolCall, None]:
        """Answer `messages`: text deltas in order, and each tool call once it is complete; at least one of them.

        Raises ModelError. Closing the generator closes the stream of the connection.
        """
        ...

    async def warm(self) -> None:
        """Open the connection, so that the next request finds it open; never raises (a dead server shows later)."""
        ...
