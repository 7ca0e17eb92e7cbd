"""Chat completions, the format that Groq, OpenAI and local servers share: a request out, a stream's chunks in. Pure.

Strategy: text passes on as it comes; the pieces of a tool call are put together until the next call or the model's end
says that it is whole. A server is hostile or broken some day, so whatever a client library let through is checked for
its shape and bounded here. Format: OpenAI's API reference, "Create chat completion" with `stream`.

Rules:
- A call that the model did not end is never given out: half a call could name the wrong lock.
- No sentence of an error holds anything that the server or a person wrote.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hub.llm.model import Message, ModelError, Tool, ToolCall

LONGEST_TEXT = 20_000  # characters of a reply: over twenty minutes of speech
LONGEST_ARGUMENTS = 4_000  # characters of a call; a home's longest (a to-do item) has some hundreds
LONGEST_NAME = 100  # characters of a call's id and of its tool's name; OpenAI allows 64 for a name
MOST_CALLS = 16  # of one reply


class _Function(msgspec.Struct, frozen=True):
    name: str | None = None
    arguments: str | None = None


class _Piece(msgspec.Struct, frozen=True):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Delta(msgspec.Struct, frozen=True):
    content: str | None = None
    tool_calls: list[_Piece] | None = None


class _Choice(msgspec.Struct, frozen=True):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct, frozen=True):
    choices: list[_Choice] | None = None


def message_body(message: Message) -> dict[str, object]:
    """A message as the format writes it; the same message gives the same bytes."""
    body: dict[str, object] = {"role": message.role, "content": message.text}
    if message.calls:
        body["tool_calls"] = [_call_body(call) for call in message.calls]
    if message.role == "tool":
        body["tool_call_id"] = message.call
    return body


def tool_body(tool: Tool) -> dict[str, object]:
    """A tool as the format writes it."""
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _call_body(call: ToolCall) -> dict[str, object]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


class Completion:
    """A reply while it streams: what each chunk gives out, in order."""

    def __init__(self) -> None:
        self.size = 0  # characters of text and calls so far; it grows where a chunk brought something
        self.finished = False  # the model said that it ended; what follows are figures
        self._calls = _Calls()
        self._text = 0

    def take(self, chunk: object) -> Sequence[str | ToolCall]:
        """What one chunk (mappings, or objects with the format's names) makes ready; raises ModelError."""
        ready: list[str | ToolCall] = []
        for choice in _choices(chunk)[:1]:  # only one was asked for
            delta = choice.delta or _Delta()
            ready += self._read(delta.content)
            ready += self._calls.take(delta.tool_calls or ())
            if choice.finish_reason and not self.finished:
                ready += self._finish(choice.finish_reason)
        self.size = self._text + self._calls.size
        return ready

    def end(self) -> None:
        """The stream is over; raises ModelError where that is no end of a reply."""
        if not self.finished:
            raise ModelError("the reply broke off before its end; the server or the network failed, ask again")
        if not self.size:
            raise ModelError("the model ended without a word; try another model, or look at the server's log")

    def _read(self, text: str | None) -> Sequence[str]:
        self._text += len(text or "")
        if self._text > LONGEST_TEXT:
            raise ModelError(f"the reply is longer than {LONGEST_TEXT} characters; the model runs on, try another")
        return (text,) if text else ()

    def _finish(self, reason: str) -> Sequence[ToolCall]:
        self.finished = True
        if reason == "length" and self._calls.is_open:
            raise ModelError("a tool call was cut at the limit of tokens; allow longer replies in the settings")
        return self._calls.close()


class _Calls:
    """Tool calls out of their pieces: a new index, or a new id (some servers count all as 0), begins another."""

    def __init__(self) -> None:
        self.size = 0
        self._count = 0
        self._index: int | None = None
        self._open: ToolCall | None = None

    @property
    def is_open(self) -> bool:
        """Whether a call has begun that has not ended."""
        return self._open is not None

    def take(self, pieces: Sequence[_Piece]) -> Sequence[ToolCall]:
        """The calls that these pieces show to be whole; raises ModelError."""
        return [call for piece in pieces for call in self._take(piece)]

    def close(self) -> Sequence[ToolCall]:
        """The last call, now that the model has ended."""
        whole, self._open = self._open, None
        if whole and not whole.name:
            raise ModelError("a tool call has no name; the model or its server does not know the format, try another")
        return (whole,) if whole else ()

    def _take(self, piece: _Piece) -> Sequence[ToolCall]:
        whole: Sequence[ToolCall] = ()
        if self._begins(piece):
            whole = self.close()
            self._begin(piece)
        self._grow(piece.function or _Function())
        return whole

    def _begins(self, piece: _Piece) -> bool:
        if self._open is None:
            return True
        other_index = piece.index is not None and piece.index != self._index
        return other_index or bool(piece.id and piece.id != self._open.id)

    def _begin(self, piece: _Piece) -> None:
        if self._count == MOST_CALLS:
            raise ModelError(f"the reply has more than {MOST_CALLS} tool calls; the model runs on, try another")
        self._open = ToolCall(piece.id or f"call_{self._count}", "", "")
        self._index = piece.index
        self._count += 1

    def _grow(self, function: _Function) -> None:
        assert self._open is not None
        grown = ToolCall(
            self._open.id, self._open.name + (function.name or ""), self._open.arguments + (function.arguments or "")
        )
        if max(len(grown.id), len(grown.name)) > LONGEST_NAME or len(grown.arguments) > LONGEST_ARGUMENTS:
            raise ModelError("a tool call is longer than any home needs; the model runs on, try another")
        self.size += len(function.name or "") + len(function.arguments or "")
        self._open = grown


def _choices(chunk: object) -> Sequence[_Choice]:
    try:
        return msgspec.convert(chunk, _Chunk, from_attributes=True).choices or ()
    except msgspec.ValidationError:
        raise ModelError("the server's stream is not in the format of chat completions; check base_url") from None
