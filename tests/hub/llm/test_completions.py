"""Laws of a reply while it streams: however a server cuts it, it is the same, and never more than is allowed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.llm.completions import (
    LONGEST_ARGUMENTS,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_CALLS,
    Completion,
    message_body,
    tool_body,
)
from hub.llm.model import Message, ModelError, Tool, ToolCall

names = st.text(min_size=1, max_size=20)
calls = st.lists(st.builds(ToolCall, names, names, st.text(max_size=60)), max_size=5, unique_by=lambda call: call.id)


def dicts(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(["choices", "delta", "content", "tool_calls", "function", "name", "index", "finish_reason"])
    return st.dictionaries(keys, inner)


@st.composite
def cuts(draw: st.DrawFn, text: str) -> Sequence[str]:
    edges = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return [text[start:end] for start, end in zip([0, *edges], [*edges, len(text)], strict=True)]


@given(st.data(), st.text(min_size=1, max_size=200), calls, st.booleans())
def test_any_cutting_gives_the_same_text_and_calls(
    data: st.DataObject, text: str, asked: Sequence[ToolCall], counts: bool
) -> None:
    completion = Completion()
    ready = [item for piece in data.draw(cuts(text)) for item in completion.take(chunk({"content": piece}))]
    for index, call in enumerate(asked):
        for piece in call_pieces(index if counts else 0, call, data.draw(cuts(call.arguments))):
            ready += completion.take(chunk({"tool_calls": [piece]}))
    ready += completion.take(chunk({}, "stop"))
    completion.end()
    assert "".join(item for item in ready if isinstance(item, str)) == text
    assert [item for item in ready if isinstance(item, ToolCall)] == asked


def test_a_call_is_given_out_as_soon_as_the_next_begins() -> None:
    completion = Completion()
    assert completion.take(called(0, "a", "on", "{}")) == []
    assert completion.take(called(1, "b", "off", "{}")) == [ToolCall("a", "on", "{}")]
    assert completion.take(chunk({}, "tool_calls")) == [ToolCall("b", "off", "{}")]


def test_calls_without_ids_get_ids_of_their_own() -> None:
    completion = Completion()
    for index in (0, 1):
        completion.take(chunk({"tool_calls": [{"index": index, "function": {"name": "on", "arguments": "{}"}}]}))
    whole = completion.take(chunk({}, "stop"))
    assert whole == [ToolCall("call_1", "on", "{}")]


def test_objects_with_attributes_are_read_like_mappings() -> None:
    delta = SimpleNamespace(content="yes", tool_calls=None)
    assert Completion().take(SimpleNamespace(choices=[SimpleNamespace(delta=delta, finish_reason=None)])) == ["yes"]


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | dicts(inner))
)
def test_whatever_a_server_sends_is_read_or_a_model_error(anything: object) -> None:
    completion = Completion()
    try:
        completion.take(anything)
        completion.end()
    except ModelError:
        return
    assert completion.finished


@pytest.mark.parametrize(
    "endless",
    [
        lambda number: chunk({"content": "and so on "}),
        lambda number: called(0, "a", "", "[[[[[["),
        lambda number: called(0, "a", "on", ""),
        lambda number: called(number, f"{number}", "on", "{}"),
        lambda number: called(0, "a" * (LONGEST_NAME + 1), "on", "{}"),
    ],
    ids=["text", "arguments", "name", "calls", "id"],
)
def test_nothing_grows_without_end(endless: Callable[[int], Mapping[str, Any]]) -> None:
    completion = Completion()
    with pytest.raises(ModelError):  # noqa: PT012 - which of them raises is no law
        for number in range(LONGEST_TEXT):
            completion.take(endless(number))
    assert completion.size <= LONGEST_TEXT + MOST_CALLS * (LONGEST_ARGUMENTS + LONGEST_NAME)


@pytest.mark.parametrize(
    ("chunks", "said"),
    [
        ([{"content": "Of"}], "broke off"),
        ([], "broke off"),
        ([{}, "stop"], "without a word"),
        ([{"tool_calls": [{"index": 0, "id": "a", "function": {"name": "on", "arguments": '{"na'}}]}], "broke off"),
        ([{"tool_calls": [{"index": 0, "function": {"name": "on"}}]}, "length"], "limit of tokens"),
        ([{"tool_calls": [{"index": 0, "id": "a", "function": {"arguments": "{}"}}]}, "stop"], "no name"),
    ],
)
def test_what_is_no_whole_reply_is_a_model_error(chunks: Sequence[Any], said: str) -> None:
    completion = Completion()
    with pytest.raises(ModelError, match=said):  # noqa: PT012 - some are seen at once, some at the end
        for delta in chunks:
            completion.take(chunk({}, delta) if isinstance(delta, str) else chunk(delta))
        completion.end()


def test_messages_are_written_as_the_format_wants_them() -> None:
    call = ToolCall("a", "on", '{"name": "lamp"}')
    assert message_body(Message("user", "hello")) == {"role": "user", "content": "hello"}
    assert message_body(Message("assistant", calls=(call,)))["tool_calls"] == [
        {"id": "a", "type": "function", "function": {"name": "on", "arguments": '{"name": "lamp"}'}}
    ]
    assert message_body(Message("tool", "done", call="a")) == {"role": "tool", "content": "done", "tool_call_id": "a"}


def test_the_same_tool_gives_the_same_bytes() -> None:
    tool = Tool("on", "Turns on.", {"type": "object", "properties": {"name": {"type": "string"}}})
    assert json.dumps(tool_body(tool)) == json.dumps(tool_body(tool))
    assert tool_body(tool)["type"] == "function"


def chunk(delta: Mapping[str, Any], finish: str | None = None) -> Mapping[str, Any]:
    return {"choices": [{"delta": delta, "finish_reason": finish}]}


def called(index: int, key: str, name: str, arguments: str) -> Mapping[str, Any]:
    return chunk({"tool_calls": [{"index": index, "id": key, "function": {"name": name, "arguments": arguments}}]})


def call_pieces(index: int, call: ToolCall, arguments: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    first = {"index": index, "id": call.id, "function": {"name": call.name, "arguments": ""}}
    return [first, *({"index": index, "function": {"arguments": piece}} for piece in arguments)]
