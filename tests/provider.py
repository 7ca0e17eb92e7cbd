"""A server on loopback that speaks the chat completions of Groq and OpenAI, and fails in the ways that servers do.

`python -m tests.provider --port 8400 --answers FILE` serves by itself, for the demo: FILE is JSON, a list of answers
as `rules` reads them. It never thinks: an answer is chosen by what the last message holds.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from aiohttp import web

from hub.llm.model import ToolCall

Fault = Literal["", "hang", "nothing", "half a call", "invalid json", "another format", "drop", "endless", "flood"]
ENDLESS_TOKENS = 100_000
FLOOD_PARTS = 1000  # of 64 KiB, in one line that never ends
PIECE_CHARACTERS = 7  # of a tool call's arguments in one chunk


@dataclass(frozen=True)
class Answer:
    """What one request gets: `text` as tokens, then `calls`, then `fault` in place of an end.

    `ttft_s` seconds to the first token, `tokens_per_s` from there (0 is at once); a `status` other than 200 is an
    error with the `headers`.
    """

    text: str = "Of course."
    calls: tuple[ToolCall, ...] = ()
    ttft_s: float = 0.0
    tokens_per_s: float = 0.0
    fault: Fault = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Script = Callable[[Mapping[str, Any]], Answer]


class Provider:
    """The server, while the context lasts; `script` chooses the answer to each request's body."""

    def __init__(self, script: Script | Answer, port: int = 0) -> None:
        self.script = script
        self.requests: list[Mapping[str, Any]] = []  # bodies of chat completions
        self.headers: list[Mapping[str, str]] = []  # of those requests
        self.heads = 0
        self.peers: set[tuple[str, int]] = set()  # connections that sent anything
        self.asked = asyncio.Event()  # a request came
        self.left = asyncio.Event()  # a client closed a stream before its end
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def groq_url(self) -> str:
        """The base URL for Groq's client, which adds the path of the API itself."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def openai_url(self) -> str:
        """The base URL for OpenAI's client."""
        return f"{self.groq_url}/v1"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_post("/openai/v1/chat/completions", self._complete)
        app.router.add_route("HEAD", "/{any:.*}", self._head)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _head(self, request: web.Request) -> web.Response:
        self.heads += 1
        self._note_peer(request)
        return web.Response()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self._note_peer(request)
        body = await request.json()
        self.requests.append(body)
        self.headers.append(request.headers)
        self.asked.set()
        answer = self.script if isinstance(self.script, Answer) else self.script(body)
        if answer.status != 200:
            said = {"error": {"message": f"no, not {body['messages'][-1]['content']}", "type": "refused"}}
            return web.json_response(said, status=answer.status, headers=answer.headers)
        try:
            return await self._stream(request, answer)
        except (asyncio.CancelledError, ConnectionError):
            self.left.set()
            raise

    def _note_peer(self, request: web.Request) -> None:
        assert request.transport is not None
        self.peers.add(request.transport.get_extra_info("peername"))

    async def _stream(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **answer.headers})
        start = asyncio.get_running_loop().time() + answer.ttft_s
        await _sleep_until(start)  # headers come with the first token, as hosted models send them
        await response.prepare(request)
        for number, event in enumerate(_events(answer)):
            await _sleep_until(start + (number / answer.tokens_per_s if answer.tokens_per_s else 0))
            await response.write(event)
        await self._end(request, answer.fault)
        return response

    async def _end(self, request: web.Request, fault: Fault) -> None:
        assert request.transport is not None
        if fault == "hang":
            await asyncio.Event().wait()
        if fault == "drop":
            request.transport.abort()


def rules(answers: Sequence[Mapping[str, Any]]) -> Script:
    """Answers by what the last message holds: each mapping has `asked` (a part of it, in any case) and Answer's fields.

    `role` limits one to messages of that role ("user", "tool"); `calls` are mappings of `name` and `arguments`.
    """

    def script(body: Mapping[str, Any]) -> Answer:
        last = body["messages"][-1]
        for answer in answers:
            if answer.get("role", last["role"]) == last["role"] and answer["asked"].lower() in last["content"].lower():
                return _answer(answer, len(body["messages"]))
        return Answer("I don't know.")

    return script


def _answer(written: Mapping[str, Any], number: int) -> Answer:
    fields = {key: value for key, value in written.items() if key not in ("asked", "role", "calls")}
    calls = tuple(
        ToolCall(f"call_{number}_{position}", call["name"], json.dumps(call["arguments"]))
        for position, call in enumerate(written.get("calls", ()))
    )
    return Answer(**({"text": ""} if calls else {}) | fields, calls=calls)


def _events(answer: Answer) -> Iterator[bytes]:
    if answer.fault == "nothing":
        answer = Answer("")
    yield from (_chunk({"content": token}) for token in _tokens(answer.text))
    yield from _broken(answer) if answer.fault else _ended(answer)


def _ended(answer: Answer) -> Iterator[bytes]:
    yield from (piece for number, call in enumerate(answer.calls) for piece in _pieces(number, call))
    yield _chunk({}, "tool_calls" if answer.calls else "stop")
    yield b"data: [DONE]\n\n"


def _broken(answer: Answer) -> Iterator[bytes]:
    match answer.fault:
        case "endless":
            yield from (_chunk({"content": " and"}) for _ in range(ENDLESS_TOKENS))
        case "flood":
            yield from itertools.repeat(b"x" * 2**16, FLOOD_PARTS)
        case "invalid json":
            yield b'data: {"choices": [{"delta": {"content"\n\n'
        case "another format":
            yield b'data: {"choices": [{"delta": {"content": {"text": "yes"}}}]}\n\n'
        case "half a call":
            yield from list(_pieces(0, answer.calls[0]))[:-1]


def _tokens(text: str) -> Sequence[str]:
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)] if text else []


def _pieces(index: int, call: ToolCall) -> Iterator[bytes]:
    begin: dict[str, Any] = {"index": index, "id": call.id, "type": "function"}
    yield _chunk({"tool_calls": [begin | {"function": {"name": call.name, "arguments": ""}}]})
    for start in range(0, len(call.arguments), PIECE_CHARACTERS):
        piece = {"arguments": call.arguments[start : start + PIECE_CHARACTERS]}
        yield _chunk({"tool_calls": [{"index": index, "function": piece}]})


def _chunk(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "fake"}
    return b"data: " + json.dumps(head | {"choices": [choice]}).encode() + b"\n\n"


async def _sleep_until(time: float) -> None:
    delay = time - asyncio.get_running_loop().time()
    if delay > 0:
        await asyncio.sleep(delay)


def main(argv: Sequence[str] | None = None) -> None:
    """Serves until it is interrupted."""
    parser = argparse.ArgumentParser("python -m tests.provider", description="A fake server of chat completions.")
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--ttft-ms", type=float, default=200)
    parser.add_argument("--tokens-per-s", type=float, default=120)
    parser.add_argument("--text", default="I am not a language model, but I answer like one.", help="without --answers")
    parser.add_argument("--answers", type=Path, help="a JSON list of answers; see rules()")
    options = parser.parse_args(argv)
    pace = {"ttft_s": options.ttft_ms / 1000, "tokens_per_s": options.tokens_per_s}
    written = json.loads(options.answers.read_text()) if options.answers else [{"asked": "", "text": options.text}]
    asyncio.run(_serve(Provider(rules([pace | answer for answer in written]), options.port)))


async def _serve(provider: Provider) -> None:
    async with provider:
        print(f"serving {provider.groq_url} (groq) and {provider.openai_url} (openai)", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
