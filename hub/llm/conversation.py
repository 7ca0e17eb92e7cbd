"""What was said lately, for each satellite: the words, the tools that were used, and what was heard of the replies.

Strategy: a responder drafts the turn while it makes the reply; a draft counts for nothing. Whoever plays the reply
tells `heard` once the turn's words are certain, and again as more was heard or less: only then is the turn part of the
conversation, with its tool calls and with the words that reached a person. A reply that is replaced because somebody
went on speaking leaves no trace.

Rules: memory only, for KEPT_S after the last turn, within a number of tokens (estimated) by dropping the oldest whole
turns. No tool call is kept without its result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hub.llm.asking import OPEN_S, Question
from hub.llm.model import Message, ToolCall

KEPT_S = 300.0  # after what was heard last; people then speak of something else
TOKENS = 4000  # of a conversation: a dozen turns, or three that asked for the states of a whole home
CHARACTERS_A_TOKEN = 4  # the usual estimate for English; others have fewer, but a reply costs the same to say


@dataclass(slots=True)
class Draft:
    """A turn while its reply is being made."""

    words: str
    at: float
    used: list[Message] = field(default_factory=list)
    question: Question | None = None
    aside: bool = False
    """Whether the reply is none that somebody would want to hear again, as to "louder"."""

    def use(self, call: ToolCall, result: str) -> None:
        """Notes a tool call together with its result."""
        self.used += [Message("assistant", calls=(call,)), Message("tool", result, call=call.id)]


@dataclass(slots=True)
class _Turn:
    name: str
    draft: Draft
    text: str
    at: float

    def messages(self) -> list[Message]:
        reply = [Message("assistant", self.text)] if self.text else []
        return [Message("user", self.draft.words), *self.draft.used, *reply]


class Conversations:
    """The conversations of all satellites; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float], tokens: int = TOKENS) -> None:
        self._clock = clock
        self._tokens = tokens
        self._drafts: dict[str, Draft] = {}
        self._turns: dict[str, list[_Turn]] = {}

    def draft(self, satellite: str, words: str) -> Draft:
        """Begins a turn; one that was begun before and not heard is forgotten."""
        self._forget()
        self._drafts[satellite] = Draft(words, self._clock())
        return self._drafts[satellite]

    def heard(self, satellite: str, turn: str, words: str, text: str) -> None:
        """The turn's words are certain, and so much of its reply was heard; the last call for a turn counts.

        A draft for other words is that of a reply that was replaced: it is forgotten.
        """
        self._forget()
        turns = self._turns.setdefault(satellite, [])
        if turns and turns[-1].name == turn:
            turns[-1].text, turns[-1].at = text, self._clock()
        elif (draft := self._drafts.pop(satellite, None)) is not None and draft.words == words:
            turns.append(_Turn(turn, draft, text, self._clock()))
        self._forget()

    def messages(self, satellite: str) -> tuple[Message, ...]:
        """The conversation so far, oldest first."""
        self._forget()
        return tuple(message for turn in self._turns.get(satellite, []) for message in turn.messages())

    def reply(self, satellite: str) -> str:
        """What was heard of the last reply that somebody may want to hear again, "" where there is none."""
        self._forget()
        turns = reversed(self._turns.get(satellite, []))
        return next((turn.text for turn in turns if turn.text and not turn.draft.aside), "")

    def question(self, satellite: str) -> Question | None:
        """The question that is open: the last turn asked it, it was heard, and not long ago."""
        last = next(reversed(self._turns.get(satellite, [])), None)
        if last is None or last.draft.question is None or self._clock() - last.at > OPEN_S:
            return None
        return last.draft.question if last.draft.question.was_heard(last.text) else None

    def answered(self, satellite: str) -> None:
        """Closes the open question: an answer counts once."""
        for turn in self._turns.get(satellite, []):
            turn.draft.question = None

    def forget(self, satellite: str) -> None:
        """Nothing of its conversation is kept."""
        self._drafts.pop(satellite, None)
        self._turns.pop(satellite, None)

    def _forget(self) -> None:
        """Drops what is too old or too much."""
        now = self._clock()
        self._drafts = {satellite: one for satellite, one in self._drafts.items() if now - one.at <= KEPT_S}
        self._turns = {
            satellite: self._within(turns)
            for satellite, turns in self._turns.items()
            if turns and now - turns[-1].at <= KEPT_S
        }

    def _within(self, turns: list[_Turn]) -> list[_Turn]:
        kept, left = len(turns), self._tokens
        while kept and (left := left - tokens(turns[kept - 1].messages())) >= 0:
            kept -= 1
        return turns[kept:]


def tokens(messages: Iterable[Message]) -> int:
    """About how many tokens messages have, rounded up."""
    texts = (
        text for one in messages for text in (one.text, *(part for c in one.calls for part in (c.name, c.arguments)))
    )
    return -(-sum(map(len, texts)) // CHARACTERS_A_TOKEN)
