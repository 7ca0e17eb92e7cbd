"""Groq's hosted models, by their own client.

The client's retries, redirects, proxies and settings from the environment are off: see `chat.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import groq
import httpx

from config.hub import ChatModelSettings
from hub.llm.chat import KEEP_ALIVE_S, PLAIN, ChatModel, Chunks, bounded
from hub.llm.completions import message_body, tool_body
from hub.llm.limits import refusal
from hub.llm.model import Message, ModelError, Tool

logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells of each request at INFO


class Groq(ChatModel):
    """A Model at Groq."""

    def __init__(self, settings: ChatModelSettings) -> None:
        super().__init__("groq", settings, GroqConnection)


class _Bounded(httpx.AsyncByteStream):
    """A response's bytes up to a bound."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[bytes]:
        return bounded(self._stream)

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx.Response) -> None:
    assert isinstance(response.stream, httpx.AsyncByteStream)
    response.stream = _Bounded(response.stream)
    response.headers.pop("content-encoding", None)


class GroqConnection:
    """See Connection."""

    def __init__(self, settings: ChatModelSettings, key: str) -> None:
        self._settings = settings
        self._http = groq.DefaultAsyncHttpxClient(
            trust_env=False,
            follow_redirects=False,
            headers=PLAIN,
            event_hooks={"response": [_bound]},
            limits=httpx.Limits(keepalive_expiry=KEEP_ALIVE_S),
        )
        client = groq.AsyncGroq(
            api_key=key or "none", base_url=settings.base_url, http_client=self._http, max_retries=0, timeout=None
        )
        self._completions = client.chat.completions  # imports what requests need: not in the first of them

    async def open(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Chunks:
        """See Connection."""
        described: Any = [tool_body(tool) for tool in tools]
        written: Any = [message_body(message) for message in messages]
        stream: Any = await self._completions.create(
            model=self._settings.model,
            messages=written,
            tools=described or groq.omit,
            temperature=self._settings.temperature,
            max_completion_tokens=self._settings.longest_tokens,
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
            case groq.APIStatusError():
                return refusal(error.status_code, error.response.headers, time.time())
            case groq.APIConnectionError() | httpx.TransportError():
                return ModelError("the connection to Groq failed; check the network and base_url")
            case _:
                return ModelError(f"the client cannot read what Groq sent ({type(error).__name__}); ask again")
