"""A reply from a language model: its text as it comes, its tool calls carried out, their results fed back.

Strategy: rounds. In each the model is sent all so far and streams text and calls; a call is carried out while the rest
of the stream arrives, so that text which promises an outcome comes after it. A round without a call is the last.

Rules: a turn has at most so many calls, so many characters, and so many seconds in which it waits for model and home;
what breaks off is ended in words. A model that fails before anything was said or done raises ModelError: whoever asked
has a sentence of its own. A question of the guard ends the reply, in the guard's words and not in the model's.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, field, replace

import msgspec

from hub.llm.conversation import Conversations, Draft
from hub.llm.deeds import DONE
from hub.llm.hands import Hands, Tooling
from hub.llm.model import Message, Model, ModelError, ToolCall
from hub.llm.patience import Patience
from hub.llm.prompt import Prompt
from hub.llm.responder import Apology, Asks, Piece, Request

_log = logging.getLogger(__name__)

BROKEN_OFF = "Sorry, I lost the thread there."
TOO_SLOW = "Sorry, that took too long."
LONGEST_TOOL_NAME = 64  # characters, and of the kinds below: what servers take


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reply may take."""

    calls: int = 8  # of tools; a request that names four rooms takes four
    wait_s: float = 20.0  # for model and home together; a person has long gone by then
    characters: int = 4000  # of text and arguments: some four minutes of speech


Slot = Callable[[Request], AbstractAsyncContextManager[None]]
"""Gives a request its turn at the model, for as long as the context lasts."""


class ModelResponder:
    """A `Responder` that asks a language model; its `respond` may raise ModelError instead of a first piece."""

    def __init__(
        self,
        model: Model,
        prompt: Prompt,
        tooling: Tooling,
        conversations: Conversations,
        limits: Limits,
        slot: Slot = lambda request: nullcontext(),
    ) -> None:
        self._model = model
        self._prompt = prompt
        self._tooling = tooling
        self._conversations = conversations
        self._limits = limits
        self._slot = slot
        self.name = model.name

    async def warm(self) -> None:
        """Opens the connection; at the wake word."""
        await self._model.warm()

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See hub.llm.responder.Responder; raises ModelError where the model gave nothing at all."""
        draft = self._conversations.draft(request.satellite, request.text)
        reply = _Reply(self._model, Hands(self._tooling, request, self._limits.calls), draft, self._limits)
        try:
            async with self._slot(request), aclosing(reply.pieces(self._prompt.messages(request))) as pieces:
                async for piece in pieces:
                    yield piece
            end: Piece = reply.end()
        except TimeoutError:
            end = Apology(reply.following(TOO_SLOW))
        except ModelError as error:
            if not reply.began:
                raise
            _log.warning("%s broke off: %s", self.name, error)
            end = Apology(reply.following(BROKEN_OFF)) if reply.text.strip() else reply.following(DONE)
        if end:
            yield end
        if draft.question is not None or reply.text.rstrip().endswith("?"):
            yield Asks()


class _Reply:
    """One reply while it is made; `text` is what was said of it so far."""

    def __init__(self, model: Model, hands: Hands, draft: Draft, limits: Limits) -> None:
        self._model = model
        self._hands = hands
        self._draft = draft
        self._patience = Patience(limits.wait_s)
        self._left = limits.characters
        self._acted = False
        self.text = ""

    @property
    def began(self) -> bool:
        """Whether anything was said or done."""
        return self._acted or bool(self.text.strip())

    def end(self) -> str:
        """What is still to be said when the model has nothing more to say; raises ModelError if that is all."""
        if self._draft.question is not None:
            return self.following(self._draft.question.text)
        if not self.began:
            raise ModelError(f"{self._model.name} answered nothing; try again, or another model")
        return "" if self.text.strip() else self.following(DONE)

    def following(self, sentence: str) -> str:
        """A sentence of our own, apart from what was said before it; it counts as said."""
        ended = not self.text.strip() or not self.text.rstrip()[-1].isalnum()
        gap = ("" if ended else ".") + (" " if self.text and (not ended or not self.text[-1].isspace()) else "")
        self.text += gap + sentence
        return gap + sentence

    async def pieces(self, messages: list[Message]) -> AsyncGenerator[Piece, None]:
        """All rounds, each with what was said and done in those before."""
        while True:
            tools, round_ = self._hands.tools(), _Round()
            async with aclosing(self._patience.each(self._model.stream(messages, tools))) as stream:
                async for piece in stream:
                    self._spend(piece)
                    if isinstance(piece, str):
                        if piece:
                            yield self._say(piece, round_)
                        continue
                    async with aclosing(self._patience.each(self._hands.use(piece))) as actions:
                        async for action in actions:
                            self._acted = True
                            yield action
                    self._note(piece, round_)
                    if self._hands.question is not None:
                        return
            if not round_.calls or not tools:
                return
            messages = [*messages, *round_.messages()]

    def _spend(self, piece: str | ToolCall) -> None:
        size = len(piece) if isinstance(piece, str) else len(piece.name) + len(piece.arguments)
        self._left -= max(size, 1)  # an endless stream of nothing ends as well
        if self._left < 0:
            raise ModelError(f"{self._model.name} does not come to an end; choose a model that keeps replies short")

    def _say(self, piece: str, round_: _Round) -> str:
        apart = " " if self.text and not round_.said and not self.text[-1].isspace() else ""
        round_.said += piece
        self.text += apart + piece
        return apart + piece

    def _note(self, call: ToolCall, round_: _Round) -> None:
        call = _repeatable(call)
        round_.calls.append(call)
        round_.results.append(Message("tool", self._hands.result, call=call.id))
        self._draft.use(call, self._hands.result)
        self._draft.question = self._hands.question


@dataclass(slots=True)
class _Round:
    """What the model said and called in one stream, and what the calls were answered."""

    said: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    results: list[Message] = field(default_factory=list)

    def messages(self) -> list[Message]:
        return [Message("assistant", self.said, tuple(self.calls)), *self.results]


def _repeatable(call: ToolCall) -> ToolCall:
    """A call as it can be sent back: servers read it again, and fail on what is no name or no JSON object."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", call.name[:LONGEST_TOOL_NAME]) or "_"
    try:
        msgspec.json.decode(call.arguments, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return replace(call, name=name, arguments="{}")
    return replace(call, name=name)
