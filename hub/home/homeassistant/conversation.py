"""Text handed to one of Home Assistant's own agents, where the settings prefer its understanding to the hub's.

Rules: the agent is named in every question and is never one that a Wyoming service stands behind, since that may be
Hark itself and the question would go round for ever. What it does is Home Assistant's decision alone: the hub's
settings for locks and alarms do not reach it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping

import msgspec

from hub.home.home import HomeError
from hub.home.homeassistant.homeassistant import HomeAssistant
from hub.home.homeassistant.link import CommandError
from hub.home.homeassistant.words import shortened
from hub.llm.responder import Asks, Piece, Request

BUILT_IN = "conversation.home_assistant"
"""The agent that every Home Assistant has: its own intents."""

REPLY_S = 30.0  # an agent with a language model that calls tools takes many seconds
LONGEST_QUESTION = 500  # characters
LONGEST_REPLY = 2000  # characters, some two minutes of speech
MOST_SATELLITES = 64  # whose conversations are remembered

_UNUSABLE = "Home Assistant gave no answer that I can say."


class _Plain(msgspec.Struct):
    speech: str


class _Speech(msgspec.Struct):
    plain: _Plain


class _Response(msgspec.Struct):
    speech: _Speech


class Answer(msgspec.Struct):
    """What `conversation/process` answers, as far as it is used."""

    response: _Response
    conversation_id: str | None = None
    continue_conversation: bool = False


class Conversation:
    """A `Responder` that asks an agent of Home Assistant."""

    def __init__(self, home: HomeAssistant, agent: str = BUILT_IN, language: str = "en") -> None:
        self.name = f"Home Assistant's {agent}"
        self._home, self._agent, self._language = home, agent, language
        self._conversations: dict[str, str] = {}

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Yields the agent's reply, once the request is certain: nobody but the agent knows what it will do."""
        await request.commit()
        try:
            await self._check_agent()
            for piece in await self._reply(request):
                yield piece
        except HomeError as error:
            yield str(error)
        except CommandError as error:
            yield shortened(f"Home Assistant cannot answer: {error}", LONGEST_REPLY)

    async def _check_agent(self) -> None:
        if self._agent == BUILT_IN:
            return
        entry = await self._home.ask("config/entity_registry/get", entity_id=self._agent)
        if not isinstance(entry, Mapping) or entry.get("platform") in (None, "wyoming"):
            raise HomeError("The agent that I am to ask may be myself, so I do not ask it.")

    async def _reply(self, request: Request) -> tuple[Piece, ...]:
        known = self._conversations.get(request.satellite)
        fields = {"agent_id": self._agent, "language": self._language, "conversation_id": known}
        if (device := self._home.device_of(request.satellite)) is not None:
            fields["device_id"] = device  # whose area is the room that is meant
        text = shortened(request.text, LONGEST_QUESTION)
        raw = await self._home.ask("conversation/process", REPLY_S, text=text, **fields)
        try:
            answer = msgspec.convert(raw, Answer)
        except msgspec.ValidationError:
            return (_UNUSABLE,)
        self._remember(request.satellite, answer.conversation_id)
        said = shortened(answer.response.speech.plain.speech, LONGEST_REPLY) or _UNUSABLE
        return (said, Asks()) if answer.continue_conversation else (said,)

    def _remember(self, satellite: str, conversation: str | None) -> None:
        """Home Assistant itself forgets a conversation after five minutes."""
        self._conversations.pop(satellite, None)
        if conversation is not None:
            self._conversations[satellite] = conversation[:LONGEST_QUESTION]
        if len(self._conversations) > MOST_SATELLITES:
            del self._conversations[next(iter(self._conversations))]
