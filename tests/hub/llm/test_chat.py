"""Laws of both engines against a server on loopback, through their real client libraries."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.hub import ChatModelSettings
from config.secret import Secret
from hub.llm.chat import ChatModel
from hub.llm.groq import Groq
from hub.llm.model import Message, ModelError, Tool, ToolCall
from hub.llm.openai import OpenAI
from tests.hub.llm.chat_settings import QUESTION, model_at, whole
from tests.peers import free_port
from tests.provider import Answer, Fault, Provider, Script

KEY = "gsk-0123456789-nobody-else"
LOCK = ToolCall("call_a", "is_locked", '{"name": "cellar door", "why": "they asked"}')
LIGHT = ToolCall("call_b", "light", "{}")
LATE_S = 0.2  # of patience, where a test waits for its end
SOON_S = 30.0  # what has not come by then never comes


@dataclass(frozen=True)
class Engine:
    """An engine, and where it finds its path on the server."""

    model: Callable[[ChatModelSettings], ChatModel]
    url: Callable[[Provider], str]

    def on(self, provider: Provider, **settings: Any) -> ChatModel:
        """The engine's model on this server."""
        return self.model(model_at(self.url(provider), **settings))


ENGINES = [Engine(Groq, lambda provider: provider.groq_url), Engine(OpenAI, lambda provider: provider.openai_url)]
each_engine = pytest.mark.parametrize("engine", ENGINES, ids=["groq", "openai"])


def with_server(script: Script | Answer, test: Callable[[Provider], Any]) -> None:
    async def main() -> None:
        async with Provider(script) as provider:
            await test(provider)

    asyncio.run(main())


@each_engine
def test_a_reply_comes_as_text_in_order_and_then_whole_tool_calls(engine: Engine) -> None:
    async def test(provider: Provider) -> None:
        async with engine.on(provider) as model:
            assert await whole(model) == ["Let", " me", " see.", LOCK, LIGHT]

    with_server(Answer("Let me see.", (LOCK, LIGHT)), test)


@each_engine
def test_the_first_piece_is_there_before_the_reply_is_whole(engine: Engine) -> None:
    async def test(provider: Provider) -> None:
        async with engine.on(provider) as model, aclosing(model.stream(QUESTION, ())) as reply:
            assert await anext(reply) == "It"
            assert not provider.left.is_set()

    with_server(Answer("It", fault="hang"), test)


@each_engine
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("hang", "too late"),
        ("half a call", "broke off"),
        ("invalid json", "cannot read"),
        ("another format", "not in the format"),
        ("drop", "connection"),
        ("endless", "longer than"),
        ("flood", "longer than"),
    ],
)
def test_a_reply_that_fails_on_its_way_ends_in_a_model_error_after_what_came(
    engine: Engine, fault: Fault, said: str
) -> None:
    async def test(provider: Provider) -> None:
        came: list[str | ToolCall] = []
        async with engine.on(provider, next_token_s=LATE_S if fault == "hang" else SOON_S) as model:
            with pytest.raises(ModelError, match=said):  # noqa: PT012 - what came before counts
                async for piece in model.stream(QUESTION, ()):
                    came.append(piece)
        assert came[:2] == ["Of", " course."]
        assert LOCK not in came

    with_server(Answer("Of course.", (LOCK,), fault=fault), test)


@each_engine
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(fault="nothing"), "without a word"),
        (Answer("", fault="hang"), "too late"),
        (Answer(ttft_s=60), "too late"),
        (Answer("", fault="drop"), "connection"),
        (Answer(status=500), "HTTP 500"),
        (Answer(status=401), "key"),
        (Answer(status=307, headers={"location": "http://127.0.0.1:9/"}), "HTTP 307"),
    ],
)
def test_a_reply_that_never_comes_is_a_model_error_after_one_request(engine: Engine, answer: Answer, said: str) -> None:
    async def test(provider: Provider) -> None:
        async with engine.on(provider, first_token_s=LATE_S if said == "too late" else SOON_S) as model:
            await model.warm()  # making a client takes its time too
            with pytest.raises(ModelError, match=said):
                await whole(model)
        assert len(provider.requests) <= 1  # a busy machine may be too late for its own request

    with_server(answer, test)


@each_engine
def test_a_server_that_is_not_there_is_a_model_error(engine: Engine) -> None:
    async def test() -> None:
        async with engine.model(model_at(f"http://127.0.0.1:{free_port()}")) as model:
            with pytest.raises(ModelError, match="connection"):
                await whole(model)

    asyncio.run(test())


@each_engine
def test_a_listener_who_takes_their_time_is_no_late_model(engine: Engine) -> None:
    async def test(provider: Provider) -> None:
        async with engine.on(provider, next_token_s=LATE_S) as model:
            pieces = []
            async for piece in model.stream(QUESTION, ()):
                pieces.append(piece)
                await asyncio.sleep(2 * LATE_S)
        assert pieces == ["One", " two."]

    with_server(Answer("One two."), test)


@each_engine
def test_closing_the_reply_closes_the_http_stream_at_once(engine: Engine) -> None:
    async def test(provider: Provider) -> None:
        async with engine.on(provider) as model:
            reply = model.stream(QUESTION, ())
            await anext(reply)
            await reply.aclose()
            async with asyncio.timeout(SOON_S):
                await provider.left.wait()

    with_server(Answer("It", fault="hang"), test)


@each_engine
def test_a_request_that_is_cancelled_before_its_first_token_leaves_the_server(engine: Engine) -> None:
    async def test(provider: Provider) -> None:
        async with engine.on(provider) as model:
            asking = asyncio.create_task(whole(model))
            async with asyncio.timeout(SOON_S):
                await provider.asked.wait()
                asking.cancel()
                await provider.left.wait()
            await asyncio.wait([asking])
            assert asking.cancelled()

    with_server(Answer(ttft_s=60), test)


@each_engine
def test_warming_opens_the_connection_that_requests_then_share(engine: Engine) -> None:
    async def test(provider: Provider) -> None:
        async with engine.on(provider) as model:
            await model.warm()
            assert (len(provider.peers), provider.heads) == (1, 1)
            await whole(model)
            await whole(model)
        assert (len(provider.peers), len(provider.requests)) == (1, 2)

    with_server(Answer(), test)


@each_engine
def test_warming_never_raises(engine: Engine) -> None:
    async def test() -> None:
        nowhere = f"http://127.0.0.1:{free_port()}"
        for settings in (model_at(nowhere), model_at(nowhere, key=Secret(file="/not/there")), model_at("no address")):
            async with engine.model(settings) as model:
                await model.warm()

    asyncio.run(test())


@each_engine
def test_a_rate_limit_says_how_long_to_rest_and_is_asked_once(engine: Engine) -> None:
    async def test(provider: Provider) -> None:
        async with engine.on(provider) as model:
            with pytest.raises(ModelError, match="limit") as caught:
                await whole(model)
        assert caught.value.retry_after_s == 7
        assert len(provider.requests) == 1

    with_server(Answer(status=429, headers={"retry-after": "7"}), test)


@each_engine
def test_after_the_last_allowed_request_none_is_sent_until_the_limit_is_over(engine: Engine) -> None:
    async def test(provider: Provider) -> None:
        async with engine.on(provider) as model:
            assert await whole(model) == ["Yes."]
            with pytest.raises(ModelError, match="limit") as caught:
                await whole(model)
        assert caught.value.retry_after_s is not None
        assert 90 - SOON_S < caught.value.retry_after_s <= 90
        assert len(provider.requests) == 1

    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}
    with_server(Answer("Yes.", headers=headers), test)


@each_engine
def test_the_key_is_sent_and_neither_it_nor_words_are_told(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    place = tmp_path / "key"
    place.write_text(f"{KEY}\n")

    async def test(provider: Provider) -> None:
        async with engine.on(provider, key=Secret(file=str(place))) as model:
            with pytest.raises(ModelError) as caught:
                await whole(model)
        assert provider.headers[0]["Authorization"] == f"Bearer {KEY}"
        told = "".join(traceback.format_exception(caught.value)) + caplog.text
        assert KEY not in told
        assert "cellar" not in told

    with_server(Answer(status=400), test)


@each_engine
@pytest.mark.parametrize("key", ["gsk one two", "gsk-ключ", "gsk-\x07-bell"])
def test_a_key_that_is_none_is_refused_without_being_told(engine: Engine, key: str, tmp_path: Path) -> None:
    place = tmp_path / "key"
    place.write_text(key)

    async def test(provider: Provider) -> None:
        async with engine.on(provider, key=Secret(file=str(place))) as model:
            with pytest.raises(ModelError, match="characters") as caught:
                await whole(model)
        assert key not in "".join(traceback.format_exception(caught.value))
        assert not provider.requests

    with_server(Answer(), test)


@each_engine
def test_the_key_is_read_at_first_use(engine: Engine, tmp_path: Path) -> None:
    place = tmp_path / "key"

    async def test(provider: Provider) -> None:
        async with engine.on(provider, key=Secret(file=str(place))) as model:
            with pytest.raises(ModelError, match="secret"):
                await whole(model)
            place.write_text(KEY)
            assert await whole(model) == ["Yes."]

    with_server(Answer("Yes."), test)


@each_engine
def test_proxies_of_the_environment_are_not_asked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")

    async def test(provider: Provider) -> None:
        async with engine.on(provider) as model:
            assert await whole(model) == ["Yes."]

    with_server(Answer("Yes."), test)


@each_engine
def test_the_request_holds_the_conversation_and_the_tools(engine: Engine) -> None:
    tool = Tool("is_locked", "Says whether a lock is locked.", {"type": "object", "properties": {}})
    done = Message("tool", "yes", call=LOCK.id)

    async def test(provider: Provider) -> None:
        async with engine.on(provider) as model:
            messages = (*QUESTION, Message("assistant", calls=(LOCK,)), done)
            assert [piece async for piece in model.stream(messages, [tool])] == ["Yes."]
        body = provider.requests[0]
        assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "tool"]
        assert body["messages"][2]["tool_calls"][0]["function"] == {"name": LOCK.name, "arguments": LOCK.arguments}
        assert body["tools"][0]["function"]["name"] == "is_locked"
        assert (body["model"], body["temperature"], body["stream"]) == ("tiny", 0.2, True)

    with_server(Answer("Yes."), test)
