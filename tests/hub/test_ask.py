"""Laws of hark-hub ask: what was asked is answered as the hub answers, timed, and nobody is let in by typing."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hub import HubSettings
from config.loading import SettingsError, assignment, build, read
from hub.ask.command import known_area
from hub.ask.exchange import Exchange, document
from hub.ask.questions import LONGEST, LONGEST_LINE, QuestionError, check, questions, read_line
from hub.ask.screen import Screen
from hub.ask.talk import TYPED, Talk
from hub.ask.witness import Notes
from hub.home.home import Action
from hub.llm.conversation import Conversations
from hub.llm.failover import Failover
from hub.llm.intents import NOT_ALLOWED
from hub.llm.model import Message, ModelError
from hub.llm.responder import Apology, Asks, Control, Piece, Request
from hub.llm.thinking import TOO_SLOW
from hub.parts import answers
from hub.parts.load import load as shared
from tests.hub.llm.noted_home import NotedHome
from tests.hub.llm.scripted_model import Reply, ScriptedModel
from tests.settings import HUB_TOML

LIGHT = Action("light.turn_on", "light.bed", {"brightness_pct": 20})
ESCAPES = "\x1b[2J\x9b31m\r\x00"


@dataclass
class Clock:
    """A second passes with each look."""

    now: float = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@dataclass
class Scripted:
    """A `Responder` that gives the same pieces to every request, and notes them."""

    conversations: Conversations
    pieces: Sequence[Piece]
    asked: list[Request] = field(default_factory=list)
    name: str = "scripted"

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See hub.llm.responder.Responder."""
        self.asked.append(request)
        self.conversations.draft(request.satellite, request.text)
        for piece in self.pieces:
            yield piece


def talk(pieces: Sequence[Piece]) -> tuple[Talk, Scripted]:
    conversations = Conversations(lambda: 0.0)
    responder = Scripted(conversations, pieces)
    return Talk(responder, conversations, "Hall", Clock(), Notes()), responder


def exchanged(pieces: Sequence[Piece], by: Sequence[str] = (), failures: Sequence[str] = ()) -> Exchange:
    made = Exchange("what?")
    for at_ms, piece in enumerate(pieces):
        made.take(piece, at_ms)
    made.end(len(pieces), by, failures)
    return made


def test_each_part_has_its_time_since_the_question() -> None:
    seen: list[tuple[float, Piece]] = []
    pieces: list[Piece] = [LIGHT, "Your bed", " light is on, and", " that is all.", Asks()]
    one = asyncio.run(talk(pieces)[0].ask("and now?", lambda piece, at_ms: seen.append((at_ms, piece))))
    assert seen == [((at + 1) * 1000, piece) for at, piece in enumerate(pieces)]
    assert one.actions == [(1000, LIGHT)]
    assert one.text == "Your bed light is on, and that is all."
    assert one.marks == {"first_token": 2000, "first_clause": 3000, "end": 6000}


def test_what_is_asked_of_a_satellite_is_printed_like_an_action() -> None:
    out = io.StringIO()
    Screen(out).piece(Control("volume_set", 40), 3.0)
    assert out.getvalue() == '     3 ms  ⚙ satellite.volume_set {"level": 40}\n'
    assert exchanged([Control("mute")]).actions == [(0, Action("satellite.mute", ""))]


def test_several_questions_are_one_conversation() -> None:
    house, responder = talk(["It is ", "open."])

    async def both() -> None:
        await house.ask("is the window open", lambda piece, at_ms: None)
        await house.ask("and the door", lambda piece, at_ms: None)

    asyncio.run(both())
    first, second = responder.asked
    assert first == Request("is the window open", TYPED, "Hall")
    assert second.conversation == (Message("user", "is the window open"), Message("assistant", "It is open."))


@given(st.lists(st.text(max_size=20), max_size=12))
def test_the_marks_come_in_order_and_no_text_is_lost(pieces: list[str]) -> None:
    made = exchanged(pieces)
    assert made.text == "".join(pieces)
    order = [made.marks[mark] for mark in ("first_token", "first_clause", "end") if mark in made.marks]
    assert all(before <= after for before, after in pairwise(order))
    assert ("first_token" in made.marks) == bool(made.text)
    assert ("first_clause" in made.marks) == bool(made.text.strip())


def test_an_apology_is_no_answer() -> None:
    made = exchanged(["Well. ", Apology(TOO_SLOW)], failures=["near: it broke", "far: it is gone"])
    assert made.text == f"Well. {TOO_SLOW}"
    assert not made.answered
    assert made.by == ()
    assert made.failure == "near: it broke; far: it is gone"


def test_what_a_model_itself_is_sorry_for_is_an_answer() -> None:
    assert exchanged([TOO_SLOW], by=["far"]).answered


def test_a_reply_that_no_model_gave_is_the_intents() -> None:
    assert exchanged(["Done."]).by == ("intents",)
    assert exchanged(["Done."], by=["far"], failures=["near: it broke"]).by == ("far",)


def test_a_document_has_every_part() -> None:
    made = exchanged([LIGHT, "Turned on."], by=["far"], failures=["near: it broke"])
    assert document("scripted", [made]) == {
        "responder": "scripted",
        "questions": [
            {
                "question": "what?",
                "reply": "Turned on.",
                "actions": [
                    {"at_ms": 0, "service": LIGHT.service, "entity_id": LIGHT.entity_id, "data": {"brightness_pct": 20}}
                ],
                "marks_ms": {"first_token": 1, "first_clause": 2, "end": 2},
                "answered": True,
                "by": ("far",),
                "failures": ("near: it broke",),
            }
        ],
    }


def test_who_answered_and_who_failed_is_noted_behind_the_failover() -> None:
    notes = Notes()
    models = [ScriptedModel("near", Reply(fails=True)), ScriptedModel("far", Reply(["Yes", "."]))]

    async def read_all() -> list[object]:
        failover = Failover([notes.on(model) for model in models], lambda: 0.0)
        await failover.warm()
        return [piece async for piece in failover.stream((Message("user", "hi"),), ())]

    assert asyncio.run(read_all()) == ["Yes", "."]
    assert notes == Notes(["far"], ["near: it broke"])
    assert [model.warmed for model in models] == [1, 0]
    notes.clear()
    assert notes == Notes()


def test_a_witnessed_failure_is_raised_on_and_leaves_nothing_open() -> None:
    model = ScriptedModel("near", Reply(["Ye"], fails=True))

    async def read_all() -> None:
        async for _ in Notes().on(model).stream((), ()):
            pass

    with pytest.raises(ModelError, match="it broke"):
        asyncio.run(read_all())
    assert model.open == 0


@given(
    st.lists(
        st.text() | st.just(ESCAPES) | st.builds(Apology, st.text()) | st.builds(Action, st.text(), st.text()),
        max_size=6,
    )
)
def test_nothing_of_a_reply_reaches_the_terminal_but_text(pieces: list[Piece]) -> None:
    out = io.StringIO()
    screen = Screen(out)
    screen.question(ESCAPES)
    for piece in pieces:
        screen.piece(piece, 1)
    screen.end(exchanged(pieces, failures=[f"near: {ESCAPES}"]))
    assert all(letter.isprintable() for letter in out.getvalue().replace("\n", ""))


def test_a_person_reads_actions_text_and_times() -> None:
    out = io.StringIO()
    pieces: list[Piece] = ["Well, ", LIGHT, "it ", "is on."]
    screen = Screen(out)
    screen.question("light?")
    for at_ms, piece in enumerate(pieces):
        screen.piece(piece, at_ms)
    screen.end(exchanged(pieces, by=["far"], failures=["near: it broke"]))
    assert out.getvalue().splitlines() == [
        "“light?”",
        "     0 ms  ▶ Well, ",
        '     1 ms  ⚙ light.turn_on light.bed {"brightness_pct": 20}',
        "     2 ms  ▶ it is on.",
        "           ✗ near: it broke",
        "           first token 0 ms, first clause 3 ms, end 4 ms; answered by far",
    ]


@pytest.mark.parametrize("verdict", ["allow", "ask"])
@pytest.mark.parametrize("question", ["unlock the front door", "open the garage door"])
def test_nobody_is_let_in_by_typing_whatever_the_settings_say(question: str, verdict: str) -> None:
    wanted = [f"llm.guard.{domain}={verdict}" for domain in ("lock", "cover", "alarm_control_panel")]
    settings = build(HubSettings, [read(HUB_TOML), *map(assignment, wanted)])
    home = NotedHome()

    async def asked() -> Exchange:
        async with (
            shared(settings) as load,
            answers.answers(answers.guarded(settings.llm), home, load, watch=Notes().on) as made,
        ):
            one = Talk(made.responder, made.conversations, None, Clock(), Notes())
            await one.ask(question, lambda piece, at_ms: None)
            return await one.ask("yes", lambda piece, at_ms: None)

    assert not asyncio.run(asked()).actions
    assert home.done == []


def test_what_is_refused_is_told() -> None:
    settings = build(HubSettings, [read(HUB_TOML)])

    async def asked() -> str:
        async with shared(settings) as load, answers.answers(answers.guarded(settings.llm), NotedHome(), load) as made:
            one = Talk(made.responder, made.conversations, None, Clock(), Notes())
            return (await one.ask("unlock the front door", lambda piece, at_ms: None)).text

    assert asyncio.run(asked()) == NOT_ALLOWED


@pytest.mark.parametrize("name", ["Office", "office", "STUDY"])
def test_an_area_is_known_by_any_of_its_names(name: str) -> None:
    assert known_area(name, NotedHome()) == "Office"


def test_an_area_that_the_home_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(SettingsError, match=r"--area cellar: .* expected one of Bedroom, Office, Hall"):
        known_area("cellar", NotedHome())
    with pytest.raises(SettingsError, match=r"it tells of none\. It is away\."):
        known_area("cellar", NotedHome(areas=(), stale="It is away."))


@given(st.lists(st.binary(max_size=3 * LONGEST_LINE), max_size=4))
def test_any_bytes_are_lines_of_bounded_text(lines: list[bytes]) -> None:
    content = b"".join(line.replace(b"\n", b" ") + b"\n" for line in lines)
    file, got = io.BytesIO(content), []
    while (line := read_line(file)) is not None:
        got.append(line)
    assert len(got) == len(lines)
    assert all(len(line) <= LONGEST_LINE for line in got)


@given(st.integers(min_value=LONGEST + 1, max_value=20 * LONGEST), st.sampled_from("aé語😀"))
def test_a_line_that_is_too_long_is_one_question_and_refused(length: int, letter: str) -> None:
    file = io.BytesIO((letter * length + "\nand now?\n").encode())
    first, second = read_line(file), read_line(file)
    assert second == "and now?"
    assert first is not None
    with pytest.raises(QuestionError, match="longer than"):
        check(first)


@pytest.mark.parametrize("question", ["", "   ", "\t"])
def test_a_question_without_words_is_refused(question: str) -> None:
    with pytest.raises(QuestionError, match="no words"):
        check(question)


def test_an_argument_that_is_no_text_is_made_text() -> None:
    async def read_all() -> list[str]:
        return [question async for question in questions(["li\udcffght", "on"])]

    assert asyncio.run(read_all()) == ["li?ght", "on"]
