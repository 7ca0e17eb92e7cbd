"""A Model behind an HTTP API of chat completions: time-outs, bounds and errors, the same for every client library.

Strategy: an engine file brings a `Connection` (its library's client); everything else happens here. The client is made
at first use, away from the event loop, with the key read at that moment.

Rules:
- The wait for the first token begins with the request and ends with text or a piece of a tool call: connecting,
  keep-alives and a model's hidden reasoning count. Later waits are from one such piece to the next.
- Closing the generator closes the HTTP stream before aclose() returns; so do errors and cancellation.
- Nothing is sent twice: who asks again, and whom, is decided above (`failover.py`).
- What a library raises for bytes that it did not expect is unknown, so all of it becomes ModelError, without its text.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from config.hub import ChatModelSettings
from config.secret import Secret, SecretError
from hub.llm.completions import Completion
from hub.llm.limits import spent_s
from hub.llm.model import Message, ModelError, Tool, ToolCall

LONGEST_WARMING_S = 5.0  # nobody waits for it, but it should not outlive the turn either
LAST_WORDS_S = 0.1  # wait for the end of a stream whose model has ended: whole streams keep their connection
KEEP_ALIVE_S = 60.0  # an unused connection stays: longer than the longest question after the wake word

MOST_BYTES = 8 * 2**20  # of a response: 20,000 characters in chunks of some 400 bytes, one for each character
PLAIN = {"accept-encoding": "identity"}  # small chunks gain nothing from compression, and a bomb is not unpacked

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Chunks:
    """A library's open stream; Groq's and OpenAI's have the same face."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    @property
    def headers(self) -> Mapping[str, str]:
        """The response's headers; names in any case."""
        headers: Mapping[str, str] = self._stream.response.headers
        return headers

    def __aiter__(self) -> AsyncIterator[object]:
        chunks: AsyncIterator[object] = aiter(self._stream)
        return chunks

    async def close(self) -> None:
        """Closes the HTTP stream."""
        await self._stream.close()


class Connection(Protocol):
    """A library's client; its methods raise whatever the library does."""

    async def open(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Chunks:
        """Sends the request; returns when the server has answered that it streams."""

    async def touch(self) -> None:
        """Opens a connection by a request without effect."""

    async def close(self) -> None:
        """Closes every connection."""

    def explained(self, error: Exception) -> ModelError:
        """What an error of the library means, without its text."""


async def bounded(parts: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    """A response's bytes, before a library gathers them; raises ModelError past MOST_BYTES."""
    left = MOST_BYTES
    async for part in parts:
        left -= len(part)
        if left < 0:
            raise ModelError(f"the response is longer than {MOST_BYTES} bytes; check base_url, or try another server")
        yield part


class ChatModel:
    """A Model (see there); a context that closes its connections."""

    def __init__(
        self, name: str, settings: ChatModelSettings, connect: Callable[[ChatModelSettings, str], Connection]
    ) -> None:
        self.name = name
        self._settings = settings
        self._connect = connect
        self._connecting = asyncio.Lock()
        self._connection: Connection | None = None
        self._spent_until = 0.0  # the loop's time from which the server takes requests again

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection:
            await self._connection.close()

    async def warm(self) -> None:
        """See Model."""
        try:
            connection = await self._connected()
            async with asyncio.timeout(LONGEST_WARMING_S):
                await connection.touch()
        except Exception as error:
            _log.debug("%s: the connection could not be opened: %s", self.name, type(error).__name__)

    async def stream(self, messages: Sequence[Message], tools: Sequence[Tool]) -> AsyncGenerator[str | ToolCall, None]:
        """See Model."""
        self._check_limit()
        deadline = _now() + self._settings.first_token_s
        connection = await self._connected()
        chunks = await _by(deadline, connection.open(messages, tools), connection)
        try:
            self._spent_until = _now() + spent_s(chunks.headers)
            reading = _Reading(chunks, connection, deadline, self._settings.next_token_s)
            while (ready := await reading.more()) is not None:
                for item in ready:
                    yield item
        finally:
            await chunks.close()

    async def _connected(self) -> Connection:
        async with self._connecting:
            if self._connection is None:
                self._connection = await asyncio.to_thread(self._connect, self._settings, _key(self._settings.key))
            return self._connection

    def _check_limit(self) -> None:
        rest = self._spent_until - _now()
        if rest > 0:
            raise ModelError(f"its limit of requests is used up for {rest:.0f} s; wait, or set another engine", rest)


class _Reading:
    """A stream as it is read; whoever takes its pieces may take their time, since a wait begins where reading does."""

    def __init__(self, chunks: Chunks, connection: Connection, deadline: float, next_token_s: float) -> None:
        self._coming = aiter(chunks)
        self._connection = connection
        self._completion = Completion()
        self._deadline: float | None = deadline
        self._next_token_s = next_token_s

    async def more(self) -> Sequence[str | ToolCall] | None:
        """What the next chunk makes ready; None after the last. Raises ModelError."""
        chunk = None if self._completion.finished else await self._chunk()
        if chunk is None:
            self._completion.end()
            await _run_out(self._coming)
            return None
        size = self._completion.size
        ready = self._completion.take(chunk)
        if self._completion.size > size:
            self._deadline = None
        return ready

    async def _chunk(self) -> object | None:
        if self._deadline is None:
            self._deadline = _now() + self._next_token_s
        await asyncio.sleep(0)  # hundreds of chunks may lie in one packet: others have their turn between them
        return await _by(self._deadline, anext(self._coming, None), self._connection)


async def _by(deadline: float, work: Awaitable[T], connection: Connection) -> T:
    try:
        async with asyncio.timeout_at(deadline):
            return await work
    except TimeoutError:
        raise ModelError("the model is too late; allow more seconds in the settings, or use a faster one") from None
    except ModelError:
        raise
    except Exception as error:
        raise connection.explained(error) from None


async def _run_out(coming: AsyncIterator[object]) -> None:
    """Reads what follows the model's end, so that the connection serves the next request; its faults are nobody's."""
    try:
        async with asyncio.timeout(LAST_WORDS_S):
            async for _ in coming:
                pass
    except Exception as error:
        _log.debug("a stream ended badly after its reply: %s", type(error).__name__)


def _key(place: Secret) -> str:
    """The key, or "" where no place is set; raises ModelError."""
    if place == Secret():
        return ""
    try:
        key = place.read()
    except SecretError as error:
        raise ModelError(str(error)) from None
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ModelError(f"the key in {place} holds characters that no key has; put the key there, and nothing else")
    return key


def _now() -> float:
    return asyncio.get_running_loop().time()
