"""Any server that speaks OpenAI's API of chat completions (Ollama, vLLM, llama.cpp, LM Studio), by OpenAI's client.

The client's retries, redirects, proxies and settings from the environment are off: see `chat.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx2
import openai

from config.hub import ChatModelSettings
from hub.llm.chat import KEEP_ALIVE_S, PLAIN, ChatModel, Chunks, bounded
from hub.llm.completions import message_body, tool_body
from hub.llm.limits import refusal
from hub.llm.model import Message, ModelError, Tool

logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells of each request at INFO


class OpenAI(ChatModel):
    """A Model on a server that speaks OpenAI's API."""

    def __init__(self, settings: ChatModelSettings) -> None:
        super().__init__("openai", settings, OpenAIConnection)


class _Bounded(httpx2.AsyncByteStream):
    """A response's bytes up to a bound."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[bytes]:
        return bounded(self._stream)

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Bounded(response.stream)
    response.headers.pop("content-encoding", None)


class OpenAIConnection:
    """See Connection."""

    def __init__(self, settings: ChatModelSettings, key: str) -> None:
        self._settings = settings
        self._http = openai.DefaultAsyncHttpx2Client(
            trust_env=False,
            follow_redirects=False,
            headers=PLAIN,
            event_hooks={"response": [_bound]},
            limits=httpx2.Limits(keepalive_expiry=KEEP_ALIVE_S),
        )
        client = openai.AsyncOpenAI(
            api_key=key or "none",  # the client wants one, local servers do not look at it
            base_url=settings.base_url,
            http_client=self._http,
            max_retries=0,
            timeout=None,
        )
        client.organization = client.project = None  # it took them from the environment
        self._completions = client.chat.completions  # imports what requests need: not in the first of them

    async def open(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Chunks:
        """See Connection."""
        described: Any = [tool_body(tool) for tool in tools]
        written: Any = [message_body(message) for message in messages]
        stream = await self._completions.create(
            model=self._settings.model,
            messages=written,
            tools=described or openai.omit,
            temperature=self._settings.temperature,
            max_tokens=self._settings.longest_tokens,  # the newer name is unknown to many of these servers
            stream=True,
        )
        return Chunks(stream)

    async def touch(self) -> None:
        """See Connection."""
        await self._http.head(self._settings.base_url)

    async def close(self) -> None:
        """See Connection."""
        await self._http.aclose()

    def explained(self, error: Exception) -> ModelError:
        """See Connection."""
        match error:
            case openai.APIStatusError():
                return refusal(error.status_code, error.response.headers, time.time())
            case openai.APIConnectionError():
                return ModelError("the connection to the server failed; check that it runs, and base_url")
            case _:
                return ModelError(f"the client cannot read what the server sent ({type(error).__name__}); ask again")
