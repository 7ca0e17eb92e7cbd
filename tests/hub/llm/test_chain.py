"""Laws of the chain: who answers what, that a question is answered by yes alone, and that nothing stays unanswered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from hub.home.home import Action
from hub.llm.chain import GONE, LET_BE, NO_MODEL, Chain
from hub.llm.conversation import Conversations
from hub.llm.deeds import House
from hub.llm.guard import Guard
from hub.llm.hands import Tooling
from hub.llm.intents import NOT_ALLOWED, IntentResponder
from hub.llm.model import Message, ModelError
from hub.llm.prompt import Prompt
from hub.llm.responder import Apology, Asks, Piece, Request
from hub.llm.thinking import Limits, ModelResponder
from hub.load.scheduler import Scheduler
from tests.hub.llm.noted_home import NotedHome, Script, Storyteller, call, clock, read, spoken

UNLOCK = Action("lock.unlock", "lock.front")
NO_TIMERS = "Sorry, timers are not supported on this device"
QUESTION = "Shall I unlock the Front Door?"
DEAD = ModelError("the server is gone; start it")
SCHEDULER = Scheduler(1)


@dataclass
class Clock:
    """Stands until a test moves it."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class Talk:
    """A home that is spoken to, turn after turn; each reply is heard to its end."""

    def __init__(self, *script: Script, guard: Guard | None = None, thinks: bool = True) -> None:
        self.clock = Clock()
        self.home = NotedHome()
        self.model = Storyteller(script)
        self.conversations = Conversations(self.clock)
        guard = guard or Guard()
        intents = IntentResponder(self.home, SCHEDULER, clock, "en", guard, self.conversations)
        tooling = Tooling(House(self.home), guard, clock)
        prompt = Prompt("You are a voice.", self.home)
        model = ModelResponder(self.model, prompt, tooling, self.conversations, Limits())
        self.chain = Chain(self.home, guard, self.conversations, intents, model if thinks else None)
        self.turns = 0

    def say(self, text: str, satellite: str = "den", heard: str | None = None) -> list[Piece]:
        """One turn; of its reply so much is heard."""
        self.turns += 1
        request = Request(text, satellite, "Office", self.conversations.messages(satellite))
        pieces = asyncio.run(read(self.chain, request))
        self.conversations.heard(satellite, str(self.turns), text, spoken(pieces) if heard is None else heard)
        return pieces


def test_what_the_intents_understand_is_theirs() -> None:
    house = Talk(["from the model"])
    assert house.say("turn on the bed light") == [Action("light.turn_on", "light.bed"), "Turned on the light"]
    assert house.model.sent == []


def test_what_the_intents_understand_and_cannot_do_is_theirs_too() -> None:
    assert Talk(["from the model"]).say("set a timer for five minutes") == [NO_TIMERS]


def test_all_else_is_the_models() -> None:
    assert Talk(["Paris."]).say("what is the capital of france") == ["Paris."]


def test_without_a_model_the_intents_refuse() -> None:
    house = Talk(thinks=False)
    assert house.say("what is the capital of france") == ["Sorry, I couldn't understand that"]
    assert house.say("turn on the sauna") == ["Sorry, I am not aware of any device called sauna"]


def test_no_words_are_not_the_models() -> None:
    house = Talk(["Once upon a time"])
    assert house.say("") == ["Sorry, I couldn't understand that"]
    assert house.model.sent == []


@pytest.mark.parametrize("script", [[DEAD], [], [""]])
def test_a_model_that_fails_is_answered_for(script: Script) -> None:
    assert Talk(script).say("what is the capital of france") == [Apology(NO_MODEL)]


def test_the_model_knows_what_was_said_to_the_intents() -> None:
    house = Talk(["It is on."])
    house.say("turn on the bed light")
    house.say("and why is that")
    assert house.model.sent[0][1:] == (
        Message("user", "turn on the bed light"),
        Message("assistant", "Turned on the light"),
        Message("user", "and why is that"),
    )


def test_the_wake_word_warms_the_model() -> None:
    house = Talk()
    asyncio.run(house.chain.warm())
    assert house.model.warmed == 1


# Questions: from a sentence, and from a model

BY_SENTENCE = "unlock the front door"
BY_MODEL = "I am home and it is raining"


def house_with_question(words: str, heard: str | None = None) -> Talk:
    model = [] if words == BY_SENTENCE else [[call("HassTurnOff", '{"name": "Front Door"}')]]
    house = Talk(*model, ["Fine."])
    assert house.say(words, heard=heard) == [QUESTION, Asks()]
    assert house.home.done == []
    return house


both = pytest.mark.parametrize("words", [BY_SENTENCE, BY_MODEL])


@both
@pytest.mark.parametrize("yes", ["yes", "Yes, please.", "go ahead"])
def test_yes_does_exactly_what_was_asked(words: str, yes: str) -> None:
    house = house_with_question(words)
    pieces = house.say(yes)
    assert pieces[0] == UNLOCK
    assert spoken(pieces) in ("Unlocking", "Done.")
    assert house.home.done == [UNLOCK]


@both
@pytest.mark.parametrize("no", ["no", "never mind", "don't", "No, thank you."])
def test_no_does_nothing(words: str, no: str) -> None:
    house = house_with_question(words)
    assert house.say(no) == [LET_BE]
    assert house.home.done == []


@both
@pytest.mark.parametrize("other", ["what time is it", "turn on the bed light", "hm hm hm", "never mind", "yes and no"])
def test_anything_else_drops_the_question(words: str, other: str) -> None:
    house = house_with_question(words)
    house.say(other)
    house.say("yes")
    assert UNLOCK not in house.home.done


@both
def test_a_yes_counts_once(words: str) -> None:
    house = house_with_question(words)
    house.say("yes")
    house.say("yes")
    assert house.home.done == [UNLOCK]


@both
def test_a_yes_that_comes_late_does_nothing(words: str) -> None:
    house = house_with_question(words)
    house.clock.now = 31
    house.say("yes")
    assert house.home.done == []


@both
def test_a_yes_in_another_room_does_nothing(words: str) -> None:
    house = house_with_question(words)
    house.say("yes", satellite="attic")
    assert house.home.done == []


@both
def test_a_yes_to_a_question_that_nobody_heard_does_nothing(words: str) -> None:
    house = house_with_question(words, heard="Shall I")
    house.say("yes")
    assert house.home.done == []


def test_a_yes_to_what_the_model_asked_is_the_models() -> None:
    house = Talk(["Shall I unlock the Front Door?"], ["I cannot."])
    assert house.say("hello you")[-1] == Asks()
    assert house.say("yes") == ["I cannot."]
    assert house.home.done == []


def test_a_yes_is_certain_before_anything_is_done() -> None:
    house = house_with_question(BY_SENTENCE)
    committed: list[list[Action]] = []

    async def commit() -> None:
        committed.append(list(house.home.done))

    asyncio.run(read(house.chain, Request("yes", "den", commit=commit)))
    assert committed[0] == []
    assert house.home.done == [UNLOCK]


def test_a_yes_counts_once_even_if_its_reply_was_never_heard() -> None:
    house = house_with_question(BY_SENTENCE)
    for _ in range(2):
        asyncio.run(read(house.chain, Request("yes", "den")))
    assert house.home.done == [UNLOCK]


def test_a_yes_that_was_taken_back_leaves_the_question_open() -> None:
    house = house_with_question(BY_SENTENCE)

    async def taken_back() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(read(house.chain, Request("yes", "den", commit=taken_back)))
    assert house.home.done == []
    assert house.conversations.question("den") is not None


def test_a_thing_that_is_gone_when_yes_is_said_is_left_alone() -> None:
    house = house_with_question(BY_SENTENCE)
    house.home.things = [thing for thing in house.home.things if thing.domain != "lock"]
    assert house.say("yes") == [GONE]
    assert house.home.done == []


def test_what_the_settings_refuse_is_refused() -> None:
    assert Talk(guard=Guard(lock="refuse")).say(BY_SENTENCE) == [NOT_ALLOWED]


def test_what_the_settings_allow_is_done() -> None:
    assert Talk(guard=Guard(lock="allow")).say(BY_SENTENCE) == [UNLOCK, "Unlocking"]


def test_to_lock_needs_no_question() -> None:
    assert Talk().say("lock the front door") == [Action("lock.lock", "lock.front"), "Locking"]


@pytest.mark.parametrize(
    "words",
    [
        "turn on the bed light",
        "unlock the front door",
        "is the front door locked",
        "turn on the unicorn",
        "what is love",
    ],
)
def test_what_is_expected_is_what_is_replied_if_all_goes_well_and_has_no_effect(words: str) -> None:
    talk = Talk(thinks=False)
    expected = asyncio.run(talk.chain.expected(Request(words, "den", "Office")))
    assert talk.home.done == []
    assert talk.conversations.messages("den") == ()
    replied = spoken(talk.say(words))
    assert expected == ("" if words in ("turn on the unicorn", "what is love") else replied)
