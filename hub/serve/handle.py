"""Conversation as a Wyoming service: what somebody says as text in, the reply's text out; what is asked is done.

    transcript                        → handled, or not-handled
    the same, asked for in pieces     → handled-start handled-chunk… handled handled-stop, or not-handled in its place

Strategy: the texts are answered as those that are heard, but by a chain of their own (hub.engines.Texts), which has no
part in any satellite's conversation. Wyoming has no way to ask for a reply in pieces; who wants them says so in the
free-form `context`: {"handled_streaming": true}. Others, such as Home Assistant, get it whole.

Rules: anybody who may connect can send a text, and claim any satellite: whatever it names, no text lets somebody in.
There is no satellite that could ring for a timer or be louder, so it can ask for neither. A device that it names tells
where things are meant, and no more. `not-handled` is what no model could answer, and a language that is not spoken.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import count

from wyoming.event import Event
from wyoming.handle import Handled, HandledChunk, HandledStart, HandledStop, NotHandled

from hub.engines import Texts
from hub.llm.responder import Apology, Request, said
from hub.serve.client import Client
from hub.serve.dialogues import Dialogues
from hub.serve.utterance import base
from wire.errors import MalformedEvent, TooLarge

LONGEST = 1000  # characters: a minute of speech, twice the longest turn
LONGEST_ID = 200  # characters; Home Assistant's have 32 at most
IN_PIECES = "handled_streaming"
ANY_LANGUAGE = "*"  # as Home Assistant says it
NOT_SPOKEN = "Sorry, I do not understand that language."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a `transcript` asks."""

    text: str
    language: str | None = None
    conversation: str | None = None
    device: str | None = None
    in_pieces: bool = False

    @staticmethod
    def of(transcript: Event) -> Asked:
        """Raises MalformedEvent and TooLarge."""
        data = transcript.data
        text, language, context = data.get("text"), data.get("language"), data.get("context")
        if not (isinstance(text, str) and isinstance(language, str | None) and isinstance(context, dict | None)):
            raise MalformedEvent("transcript has no text, or one of the wrong kind; check the client's version")
        if len(text) > LONGEST:
            raise TooLarge(f"more than {LONGEST} characters are not answered at once; ask in fewer words")
        context, text = context or {}, text.encode(errors="replace").decode()  # JSON's text may be none of Unicode's
        ids = _id(context, "conversation_id"), _id(context, "device_id")
        return Asked(text, language, *ids, context.get(IN_PIECES) is True)


def _id(context: dict[str, object], key: str) -> str | None:
    value = context.get(key)
    if not isinstance(value, str | None):
        raise MalformedEvent(f"transcript has a {key} that is no text; check the client's version")
    if value is not None and len(value) > LONGEST_ID:
        raise TooLarge(f"a {key} of more than {LONGEST_ID} characters is none; check the client")
    return value or None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The service; `due_s` is after how long a reply should be there."""

    texts: Texts
    language: str
    due_s: float
    dialogues: Dialogues
    _turns: count[int] = field(default_factory=count)

    async def answer(self, transcript: Event, client: Client) -> None:
        """`transcript`: does what is asked, and sends the reply. Raises MalformedEvent and TooLarge."""
        asked = Asked.of(transcript)
        if not self._speaks(asked.language):
            await client.send(NotHandled(NOT_SPOKEN))
            return
        async with self.dialogues.turn(client.host, asked.conversation) as name:
            text = await self._reply(asked, name, client)
            self.texts.conversations.heard(name, str(next(self._turns)), asked.text, text)

    def _speaks(self, language: str | None) -> bool:
        return not language or language == ANY_LANGUAGE or base(language) == base(self.language)

    async def _reply(self, asked: Asked, name: str, client: Client) -> str:
        """Sends the reply, and returns it."""
        text, answered = "", True
        if asked.in_pieces:
            await client.send(HandledStart())
        async with aclosing(self._pieces(asked, name)) as pieces:
            async for piece, apology in pieces:
                text += piece
                answered &= not apology
                if asked.in_pieces:
                    await client.send(HandledChunk(piece))
        await client.send(Handled(text) if answered else NotHandled(text))
        if asked.in_pieces:
            await client.send(HandledStop())
        return text

    async def _pieces(self, asked: Asked, name: str) -> AsyncGenerator[tuple[str, bool], None]:
        """The reply's text, each piece with whether it is an apology."""
        area = None if asked.device is None else self.texts.area_of(asked.device)
        before, due = self.texts.conversations.messages(name), asyncio.get_running_loop().time() + self.due_s
        request = Request(asked.text, name, area, before, deadline=due, controls=False)
        async with aclosing(self.texts.responder.respond(request)) as reply:
            async for piece in reply:
                if words := said(piece):
                    yield words, isinstance(piece, Apology)
