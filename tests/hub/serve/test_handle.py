"""Laws of conversation as a service: scripted engines and the hub's own chain, real sockets, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.asr import Transcript
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, HandledChunk, HandledStop, NotHandled

from config.hub import HubSettings
from config.loading import assignment, build, read
from hub.engines import Texts
from hub.home.home import Action
from hub.llm.conversation import Conversations
from hub.llm.intents import NOT_ALLOWED
from hub.llm.model import Message
from hub.llm.responder import Apology, Asks, Piece, Request
from hub.parts import answers
from hub.parts.load import load as shared
from hub.serve.dialogues import MOST, Dialogues
from hub.serve.handle import LONGEST, LONGEST_ID, NOT_SPOKEN
from tests.fakes import FakeResponder
from tests.hub.llm.noted_home import NotedHome
from tests.hub.serve.served import Served, connected
from tests.peers import Peer, run_clean
from tests.settings import HUB_TOML
from tests.wire_pairs import LOOPBACK

LIGHT = Action("light.turn_on", "light.bed")
WHOLE = "It is ten o'clock."


@dataclass
class Drafting(FakeResponder):
    """Drafts each turn, as every responder does."""

    conversations: Conversations = field(default_factory=lambda: Conversations(lambda: 0.0))

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See hub.llm.responder.Responder."""
        self.conversations.draft(request.satellite, request.text)
        async for piece in super().respond(request):
            yield piece


def drafting(*tokens: Piece, **settings: object) -> Served:
    made = Drafting(tokens or ("It is ", "ten o'clock."))
    return Served(settings, responder=made, conversations=made.conversations)


def asks(text: str, conversation: str | None = None, **context: object) -> Event:
    """As Home Assistant does."""
    ids = {} if conversation is None else {"conversation_id": conversation}
    return Transcript(text, language="en", context={**ids, **context}).event()


async def told(client: Peer) -> str:
    return str((await client.next(Handled)).data["text"])


async def asked(port: int, question: Event) -> str:
    """On a connection of its own, as Home Assistant asks."""
    async with connected(port) as client:
        await client.send(question)
        return await told(client)


def test_a_text_is_answered_with_the_reply_whole_and_what_was_done_is_not_told() -> None:
    served = drafting(LIGHT, "It is ", "ten ", "o'clock.", Asks())

    async def test() -> None:
        async with served.client() as client:
            await client.send(asks("what time is it"))
            assert await told(client) == WHOLE
            assert client.types() == ["handled"]

    run_clean(test)
    [request] = served.responder.asked
    assert (request.text, request.area, request.controls) == ("what time is it", None, False)


def test_a_reply_has_the_whole_budget_of_a_turn() -> None:
    served = drafting(**{"budgets.whole_ms": 1500})

    async def test() -> None:
        async with served.client() as client:
            await client.send(asks("what time is it"))
            await told(client)
            assert served.responder.asked[0].deadline == pytest.approx(served.responder.begun_at + 1.5)

    run_clean(test)


@settings(max_examples=25)
@given(st.lists(st.text(max_size=5) | st.just(LIGHT), max_size=8))
def test_who_wants_it_gets_the_reply_in_pieces_and_they_are_all_of_it(tokens: list[str | Action]) -> None:
    async def test() -> None:
        async with drafting(*tokens or [""]).client() as client:
            await client.send(asks("what time is it", handled_streaming=True))
            await client.next(HandledStop)
            pieces = [event.data["text"] for event in client.all(HandledChunk)]
            assert client.types() == ["handled-start", *["handled-chunk"] * len(pieces), "handled", "handled-stop"]
            assert [event.data["text"] for event in client.all(Handled)] == ["".join(pieces)]
            assert "".join(pieces) == "".join(one for one in tokens if isinstance(one, str))

    run_clean(test)


def test_pieces_come_while_the_rest_is_still_being_made() -> None:
    served = Served(responder=FakeResponder(["It is ", "ten o'clock."], token_s=10.0))

    async def test() -> None:
        clock = asyncio.get_running_loop().time
        async with served.client() as client:
            await client.send(asks("what time is it", handled_streaming=True))
            await client.next(HandledChunk)
            assert clock() == pytest.approx(10.0)
            await client.next(Handled)
            assert clock() == pytest.approx(20.0)

    run_clean(test)


@pytest.mark.parametrize("in_pieces", [False, True])
def test_what_no_model_could_answer_is_not_handled_and_said(in_pieces: bool) -> None:
    async def test() -> None:
        async with drafting("Well. ", Apology("Sorry.")).client() as client:
            await client.send(asks("why", handled_streaming=in_pieces))
            assert (await client.next(NotHandled)).data["text"] == "Well. Sorry."
            if in_pieces:
                await client.next(HandledStop)
            assert client.all(Handled) == []

    run_clean(test)


@pytest.mark.parametrize(("language", "answered"), [
    ("en", True), ("en-GB", True), ("EN_us", True), ("*", True), ("", True), (None, True),
    ("de", False), ("english", False), ("\0", False),
])  # fmt: skip
def test_a_language_that_is_not_spoken_is_said_in_words(language: str | None, answered: bool) -> None:
    served = drafting()

    async def test() -> None:
        async with served.client() as client:
            await client.send(Transcript("wie spät ist es", language=language))
            if answered:
                await told(client)
            else:
                assert (await client.next(NotHandled)).data["text"] == NOT_SPOKEN
            await client.send(asks("what time is it"))
            await told(client)

    run_clean(test)
    assert len(served.responder.asked) == 1 + answered


def test_a_conversation_goes_on_from_connection_to_connection_and_is_nobody_elses() -> None:
    served = drafting()

    async def test() -> None:
        async with served.up() as port:
            for conversation in ("one", "two", "one", None, None):
                await asked(port, asks(f"a question of {conversation}", conversation))

    run_clean(test)
    before = [Message("user", "a question of one"), Message("assistant", WHOLE)]
    assert [list(request.conversation) for request in served.responder.asked] == [[], [], before, [], []]


def test_the_words_that_nobody_got_are_no_part_of_the_conversation() -> None:
    served = drafting()

    async def test() -> None:
        async with served.up() as port:
            async with connected(port) as client:
                await client.send(asks("and then", "one", handled_streaming=True))
                await client.next(HandledChunk)
            await asked(port, asks("what time is it", "one"))

    run_clean(test)
    assert [request.conversation for request in served.responder.asked] == [(), ()]


def test_in_one_conversation_one_text_is_answered_after_the_other_and_two_conversations_at_once() -> None:
    served = drafting()
    served.responder.token_s = 1.0

    async def test() -> None:
        clock = asyncio.get_running_loop().time
        async with served.up() as port, asyncio.TaskGroup() as group:
            began = clock()
            for conversation in ("one", "two", None, "one"):
                group.create_task(asked(port, asks("what time is it", conversation)))
            await asyncio.sleep(2.5)
            assert served.responder.open == 1
            group.create_task(asked(port, asks("what time is it", "three")))
        assert clock() - began == pytest.approx(4.5, abs=0.1)

    run_clean(test)
    assert [len(request.conversation) for request in served.responder.asked] == [0, 0, 0, 2, 0]


def test_a_client_that_leaves_is_answered_no_longer_and_holds_up_nobody() -> None:
    served = Served(responder=FakeResponder(["Once upon a time "] * 100, token_s=1.0))

    async def test() -> None:
        async with served.up() as port:
            async with connected(port) as client:
                await client.send(asks("tell me a story", "one", handled_streaming=True))
                await client.next(HandledChunk)
                assert served.working == 1
            await asyncio.sleep(0.1)
            assert served.working == 0
            async with connected(port) as other:
                await other.send(asks("tell me a story", "one", handled_streaming=True))
                await other.next(HandledChunk)

    run_clean(test)


def test_a_device_tells_where_things_are_meant() -> None:
    served = drafting()

    async def test() -> None:
        async with served.client() as client:
            for device in ("d3v1c3", "another", None):
                await client.send(asks("turn on the lights", device_id=device, satellite_id="assist_satellite.office"))
                await told(client)

    run_clean(test)
    assert [request.area for request in served.responder.asked] == ["Office", None, None]


@pytest.mark.parametrize("event", [
    Event("transcript", {}),
    Event("transcript", {"text": None}),
    Event("transcript", {"text": ["what"]}),
    Event("transcript", {"text": "what", "language": 3}),
    Event("transcript", {"text": "what", "context": "one"}),
    Event("transcript", {"text": "what", "context": {"conversation_id": 3}}),
    Event("transcript", {"text": "what", "context": {"device_id": ["d3v1c3"]}}),
])  # fmt: skip
def test_a_text_that_is_none_is_refused(event: Event) -> None:
    assert refused(event) == "malformed-event"


@pytest.mark.parametrize("event", [
    Transcript("x" * (LONGEST + 1)).event(),
    asks("what", "x" * (LONGEST_ID + 1)),
])  # fmt: skip
def test_a_text_that_is_too_long_is_refused(event: Event) -> None:
    assert refused(event) == "too-large"


def refused(event: Event) -> str | None:
    served, codes = drafting(), []

    async def test() -> None:
        async with served.client() as client:
            await client.send(event)
            codes.append(Error.from_event(await client.next(Error)).code)
            await client.over()

    run_clean(test)
    assert served.responder.asked == []
    return codes[0]


def test_of_many_conversations_the_latest_are_kept() -> None:
    conversations = Conversations(lambda: 0.0)

    async def test() -> None:
        dialogues = Dialogues(conversations)
        for number in [*range(MOST), 0, MOST]:
            async with dialogues.turn(LOOPBACK, str(number)) as name:
                conversations.draft(name, "what")
                conversations.heard(name, str(number), "what", "that")

    run_clean(test)
    kept = [bool(conversations.messages(f"{LOOPBACK} {number}")) for number in range(MOST + 1)]
    assert kept == [number != 1 for number in range(MOST + 1)]


def test_an_id_is_worth_nothing_on_another_machine_and_none_leaves_nothing() -> None:
    conversations, names = Conversations(lambda: 0.0), set()

    async def test() -> None:
        dialogues = Dialogues(conversations)
        for host, asked in [("10.0.0.1", "one"), ("10.0.0.2", "one"), ("10.0.0.1", None), ("10.0.0.1", None)]:
            async with dialogues.turn(host, asked) as name:
                conversations.draft(name, "what")
                conversations.heard(name, "1", "what", "that")
                names.add(name)

    run_clean(test)
    assert len(names) == 4
    assert sum(bool(conversations.messages(name)) for name in names) == 2


# The hub's own chain, in real time, since it has threads


def replies(*questions: Event, guard: str = "allow") -> tuple[list[str], NotedHome]:
    """What a home of locks and lights replies, whose satellites may do everything."""
    home, told_ = NotedHome(), []
    verdicts = [f"llm.guard.{domain}={guard}" for domain in ("lock", "cover", "alarm_control_panel")]
    made = build(HubSettings, [read(HUB_TOML), *map(assignment, verdicts)])

    async def ask() -> None:
        async with (
            shared(made) as load,
            answers.answers(answers.guarded(made.llm), home, load) as typed,
            Served(texts=Texts(typed.responder, typed.conversations, {"d": "Office"}.get)).up() as port,
        ):
            for question in questions:
                told_.append(await asked(port, question))

    asyncio.run(ask())
    return told_, home


LETS_IN = ["unlock the front door", "open the garage door"]


@pytest.mark.parametrize("text", LETS_IN)
@pytest.mark.parametrize("context", [{}, {"device_id": "d", "satellite_id": "assist_satellite.office"}])
@pytest.mark.parametrize("guard", ["allow", "ask"])
def test_nobody_is_let_in_by_a_text_whatever_it_names_and_nobody_is_asked(
    text: str, context: dict[str, object], guard: str
) -> None:
    told_, home = replies(asks(text, "one", **context), asks("yes", "one", **context), guard=guard)
    assert told_[0] == NOT_ALLOWED
    assert home.done == []


def test_a_text_changes_what_lets_nobody_in() -> None:
    told_, home = replies(asks("turn on the bed light"))
    assert (told_, home.done) == (["Turned on the light"], [LIGHT])


def test_the_devices_area_is_meant() -> None:
    told_, home = replies(asks("turn off the lights", device_id="d"))
    assert home.done == [Action("light.turn_off", "light.desk")]
    assert len(told_) == 1


def test_a_text_has_no_satellite_that_could_ring_or_be_louder() -> None:
    told_, home = replies(asks("set a timer for five minutes"), asks("louder"), asks("stop"))
    assert told_ == [
        "Sorry, timers are not supported on this device",
        "Sorry, no device supports the required features",
        "",
    ]
    assert home.done == []
