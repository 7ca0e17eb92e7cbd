"""Laws of conversations: what was heard counts, whole turns are kept or dropped, and everything expires."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home.home import Action
from hub.llm.asking import OPEN_S, Question
from hub.llm.conversation import KEPT_S, Conversations, tokens
from hub.llm.model import Message, ToolCall

QUESTION = Question("Shall I unlock the Front Door?", (Action("lock.unlock", "lock.front"),), "Unlocking")


@dataclass
class Clock:
    """Stands until a test moves it."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def said(conversations: Conversations, words: str, reply: str, turn: str = "", satellite: str = "den") -> None:
    conversations.draft(satellite, words)
    conversations.heard(satellite, turn or words, words, reply)


def test_a_turn_counts_once_it_was_heard() -> None:
    conversations = Conversations(Clock())
    conversations.draft("den", "hello")
    assert conversations.messages("den") == ()
    conversations.heard("den", "1", "hello", "Hi.")
    assert conversations.messages("den") == (Message("user", "hello"), Message("assistant", "Hi."))


def test_a_reply_that_was_replaced_leaves_no_trace() -> None:
    conversations = Conversations(Clock())
    conversations.draft("den", "turn on")
    said(conversations, "turn on the light", "Done.")
    assert [one.text for one in conversations.messages("den")] == ["turn on the light", "Done."]


def test_a_reply_that_was_replaced_by_one_that_nobody_began_leaves_no_trace() -> None:
    conversations = Conversations(Clock())
    conversations.draft("den", "turn on")
    conversations.heard("den", "1", "turn on the light", "Sorry.")
    conversations.heard("den", "2", "turn on", "Sorry.")
    assert conversations.messages("den") == ()


def test_of_a_reply_that_was_interrupted_what_was_heard_is_kept() -> None:
    conversations = Conversations(Clock())
    said(conversations, "a story", "Once upon a time there was", "1")
    conversations.heard("den", "1", "a story", "Once upon")
    assert conversations.messages("den")[-1] == Message("assistant", "Once upon")


def test_a_reply_of_which_nothing_was_heard_has_no_message() -> None:
    conversations = Conversations(Clock())
    said(conversations, "a story", "")
    assert conversations.messages("den") == (Message("user", "a story"),)


def test_tool_calls_are_kept_with_their_results() -> None:
    conversations = Conversations(Clock())
    call = ToolCall("c", "HassGetState", "{}")
    conversations.draft("den", "what is on").use(call, "[]")
    conversations.heard("den", "1", "what is on", "Nothing.")
    assert conversations.messages("den") == (
        Message("user", "what is on"),
        Message("assistant", calls=(call,)),
        Message("tool", "[]", call="c"),
        Message("assistant", "Nothing."),
    )


def test_satellites_have_conversations_of_their_own() -> None:
    conversations = Conversations(Clock())
    said(conversations, "hello", "Hi.", satellite="attic")
    assert conversations.messages("den") == ()


@pytest.mark.parametrize(("after_s", "kept"), [(KEPT_S, True), (KEPT_S + 1, False)])
def test_a_conversation_expires_after_the_last_that_was_heard(after_s: float, kept: bool) -> None:
    clock = Clock()
    conversations = Conversations(clock)
    said(conversations, "hello", "Hi.")
    clock.now = after_s
    assert bool(conversations.messages("den")) is kept


def test_a_turn_that_was_never_heard_expires_too() -> None:
    clock = Clock()
    conversations = Conversations(clock)
    conversations.draft("den", "hello")
    clock.now = KEPT_S + 1
    conversations.heard("den", "1", "hello", "Hi.")
    assert conversations.messages("den") == ()


def test_to_hear_of_a_turn_that_nobody_began_changes_nothing() -> None:
    conversations = Conversations(Clock())
    conversations.heard("den", "1", "hello", "Hi.")
    assert conversations.messages("den") == ()


TURNS = st.lists(st.tuples(st.text(min_size=1, max_size=60), st.text(max_size=60), st.integers(0, 3)), max_size=20)


@given(TURNS, st.integers(0, 60))
def test_whatever_is_said_the_latest_whole_turns_are_kept_within_the_bound(
    turns: list[tuple[str, str, int]], bound: int
) -> None:
    conversations, everything = Conversations(Clock(), bound), Conversations(Clock(), 10**9)
    for at, (words, text, calls) in enumerate(turns):
        for one in (conversations, everything):
            draft = one.draft("den", words)
            for _ in range(calls):
                draft.use(ToolCall("c", "HassGetState", "{}"), "[]")
            one.heard("den", str(at), words, text)
    kept, whole = conversations.messages("den"), everything.messages("den")
    assert tokens(kept) <= bound + len(turns)  # each turn is rounded up for itself
    assert kept == whole[len(whole) - len(kept) :]
    assert not kept or kept[0].role == "user"


def asking(clock: Clock, heard: str = QUESTION.text) -> Conversations:
    conversations = Conversations(clock)
    conversations.draft("den", "unlock the door").question = QUESTION
    conversations.heard("den", "1", "unlock the door", heard)
    return conversations


@pytest.mark.parametrize(("after_s", "found"), [(OPEN_S, QUESTION), (OPEN_S + 0.1, None)])
def test_a_question_is_open_for_a_while(after_s: float, found: Question | None) -> None:
    clock = Clock()
    conversations = asking(clock)
    clock.now = after_s
    assert conversations.question("den") == found


def test_a_question_that_was_not_heard_to_its_end_is_not_open() -> None:
    assert asking(Clock(), "Shall I unlock").question("den") is None


def test_a_question_is_not_open_before_its_turn_is_certain() -> None:
    conversations = Conversations(Clock())
    conversations.draft("den", "unlock the door").question = QUESTION
    assert conversations.question("den") is None


def test_whatever_else_was_said_drops_the_question() -> None:
    conversations = asking(Clock())
    said(conversations, "hello", "Hi.")
    assert conversations.question("den") is None


def test_words_that_were_taken_back_do_not_drop_the_question() -> None:
    conversations = asking(Clock())
    conversations.draft("den", "um")
    assert conversations.question("den") == QUESTION


def test_a_question_is_answered_once() -> None:
    conversations = asking(Clock())
    conversations.answered("den")
    assert conversations.question("den") is None


def test_a_question_is_for_the_satellite_that_asked() -> None:
    assert asking(Clock()).question("attic") is None
