"""Laws of a hub that leads a satellite: scripted engines, real sockets, virtual time."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.ping import Ping, Pong
from wyoming.vad import VoiceStarted

from config.hub import HubSettings, TimelineSettings
from config.loading import build, one, read
from hub.closing import Closing
from hub.engines import Engines
from hub.fleet import lead
from hub.home.home import Action
from hub.llm.conversation import Conversations
from hub.llm.responder import Piece, Request
from hub.session import CLOCK_S, FIRST_LOOKS, UNTRACED, Service
from hub.store import Store
from hub.timeline import ARRIVED
from hub.timers.keeper import TimerKeeper
from hub.timers.kept import TimersFile
from hub.tts.tiers import Tiers
from hub.watch import Seen
from tests.fakes import FakeRecognizer, FakeResponder, FakeVoice, always_the_end
from tests.peers import CLOCK_AHEAD_S, FakeSatellite, SatellitePeer, run_clean
from tests.settings import HUB_TOML
from tests.wire_events import EVENTS
from wire import hark
from wire.errors import WireError
from wire.pcm import SPEECH

WORDS = "open the pod bay doors"
REPLY = ["I am sorry ", "Dave, ", "I am afraid ", "I cannot do that. ", "Is there ", "anything else?"]


@dataclass
class House:
    """A hub with scripted engines that leads one scripted satellite; `kept` is a file for the times of its turns."""

    kept: Path | None = None
    recognizer: FakeRecognizer = field(default_factory=lambda: FakeRecognizer(WORDS))
    responder: FakeResponder = field(default_factory=lambda: FakeResponder(REPLY))
    voice: FakeVoice = field(default_factory=lambda: FakeVoice(rtf=0.1))
    satellite: FakeSatellite = field(default_factory=FakeSatellite)
    seen: list[Seen] = field(default_factory=list)
    conversations: Conversations = field(default_factory=lambda: Conversations(lambda: 0.0))
    warmings: list[bool] = field(default_factory=list)
    closing: Closing = field(default_factory=Closing)

    async def warm(self) -> None:
        """A connection that takes a minute to open; notes whether it was given up."""
        self.warmings.append(False)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.warmings[-1] = True
            raise

    def settings(self) -> HubSettings:
        return build(
            HubSettings, [read(HUB_TOML), one("name", "the hub", "test"), one("endpoint.mode", "fixed", "test")]
        )

    def engines(self) -> Engines:
        """What the hub picked."""
        return Engines(
            self.recognizer,
            None,
            always_the_end,
            self.responder,
            Tiers({"scripted": self.voice}),
            conversations=self.conversations,
            warm=self.warm,
        )

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[SatellitePeer]:
        """Leads the satellite while the context lasts; gives the satellite's end."""
        times = TimelineSettings(file=str(self.kept or ""), keep_turns=100)
        with closing(Store(times)) as store:
            timers = TimerKeeper(TimersFile(None))
            service = Service(self.settings(), self.engines(), store, self.seen.append, timers, self.closing)
            async with self.satellite.up():
                leading = asyncio.create_task(lead(self.satellite.address, service))
                try:
                    yield await self.satellite.led()
                    assert not leading.done(), "the hub has ended"
                finally:
                    leading.cancel()
                    await asyncio.wait([leading])

    @property
    def open(self) -> tuple[int, int, int]:
        """Utterances, replies and clauses that are being worked on."""
        return self.recognizer.open, self.responder.open, self.voice.open

    def shown(self, event: str) -> list[Seen]:
        return [seen for seen in self.seen if seen["event"] == event]


def session_test(scenario: Callable[[House, SatellitePeer], Awaitable[None]], house: House | None = None) -> House:
    """Runs a scenario with a house; nothing may be left of it."""
    made = house or House()

    async def test() -> None:
        async with made.lead() as satellite:
            await scenario(made, satellite)
        assert made.open == (0, 0, 0)

    run_clean(test)
    return made


async def whole_turn(satellite: SatellitePeer) -> str:
    """A question and its reply, to the end."""
    turn = await satellite.ask()
    await satellite.next(AudioStop)
    await satellite.next_hark(hark.Turn, turn=turn, phase="end")
    return turn


def kinds(satellite: SatellitePeer, *left_out: str) -> list[str]:
    return [kind for kind in satellite.types() if kind not in ("ping", "pong", "hark/clock", *left_out)]


# The connection


def test_the_hub_says_who_it_is_and_greets_as_home_assistant_would() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        assert kinds(satellite) == ["hark/hello", "run-satellite", "describe"]
        [hello] = satellite.all_hark(hark.Hello)
        assert hello == hark.Hello("the hub", hark.CAPABILITIES)

    session_test(scenario)


def test_pings_go_out_each_second_and_are_answered() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await satellite.send(Ping("marco"))
        assert (await satellite.next(Pong)).data["text"] == "marco"
        await asyncio.sleep(10.5)
        at = [time for time, event in satellite.received if Ping.is_type(event.type)]
        assert len(at) == 10
        assert all(later - earlier == pytest.approx(1.0, abs=0.01) for earlier, later in pairwise(at))

    session_test(scenario)


def test_the_clocks_are_compared_often_at_first_and_then_now_and_again() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await asyncio.sleep(CLOCK_S - 0.1)
        assert len(satellite.all_hark(hark.Clock)) == FIRST_LOOKS
        await asyncio.sleep(3 * CLOCK_S)
        assert len(satellite.all_hark(hark.Clock)) == FIRST_LOOKS + 3

    session_test(scenario)


def test_a_satellite_that_falls_silent_is_left_and_dialled_again() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        async def dumb(event: Event) -> None:
            return

        satellite.answer = dumb  # type: ignore[method-assign]
        again = await house.satellite.led()
        assert satellite.closed
        await whole_turn(again)

    session_test(scenario)


# A turn


def test_the_sound_after_the_wake_word_reaches_the_ears() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await satellite.stream(0.5)  # before a turn: nobody's
        await satellite.wake()
        await satellite.speak()
        await satellite.stream(1.0)
        await satellite.next(Transcript)
        assert house.recognizer.latest is not None
        assert [SPEECH.seconds(size) for size in house.recognizer.latest.finals] == [pytest.approx(1.0)]

    session_test(scenario)


def test_a_question_is_answered_event_by_event() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        turn = await whole_turn(satellite)
        told = kinds(satellite)[3:]
        chunks = told.count("audio-chunk")
        expected = ["transcript", "hark/turn", "audio-start", *["audio-chunk"] * chunks, "audio-stop", "hark/turn"]
        assert told == expected
        assert satellite.all(Transcript)[0].data["text"] == WORDS
        assert [(said.turn, said.phase) for said in satellite.all_hark(hark.Turn)] == [(turn, "reply"), (turn, "end")]
        sound = {
            (event.data["rate"], event.data["width"], event.data["channels"]) for event in satellite.all(AudioChunk)
        }
        form = house.voice.format
        assert sound == {(form.rate, form.width, form.channels)}
        assert house.responder.asked == [Request(WORDS, "kitchen", "kitchen area")]

    session_test(scenario)


def test_a_turn_is_shown_as_it_happens() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        house.responder.tokens = ["I turned ", "on the light", Action("light.turn_on", "light.desk")]
        turn = await whole_turn(satellite)
        assert {(seen["turn"], seen["satellite"]) for seen in house.seen} == {(turn, "kitchen")}
        [awake] = house.shown("awake")
        assert (awake["name"], awake["score"]) == ("hey_jarvis", 0.9)
        assert [seen["text"] for seen in house.shown("words")][:1] == ["open"]
        assert [seen["text"] for seen in house.shown("question")] == [WORDS]
        assert [seen["service"] for seen in house.shown("action")] == ["light.turn_on"]
        assert " ".join(str(seen["text"]) for seen in house.shown("reply")) == "I turned on the light"

    session_test(scenario)


def test_words_are_no_part_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await whole_turn(satellite)
        satellite.connection.abort()
        await house.satellite.led()

    session_test(scenario)
    logged = caplog.text.casefold()
    assert not any(word.casefold() in logged for word in [*WORDS.split(" "), "afraid", "anything"])


def test_turns_follow_each_other() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        turns = [await whole_turn(satellite) for _ in range(3)]
        assert turns == ["kitchen:1", "kitchen:2", "kitchen:3"]
        assert len(house.responder.asked) == 3

    session_test(scenario)


def test_nobody_speaking_ends_the_turn_without_a_word() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        turn = await satellite.wake()
        await satellite.stream(6.0)
        await satellite.next_hark(hark.Turn, turn=turn, phase="end")
        assert "transcript" not in kinds(satellite)
        assert "audio-start" not in kinds(satellite)
        await whole_turn(satellite)

    session_test(scenario)


def test_a_satellite_that_ends_the_sound_itself_ends_the_question() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await satellite.wake()
        await satellite.send(VoiceStarted())
        await satellite.stream(1.0)
        await satellite.send(AudioStop())
        assert (await satellite.next(Transcript)).data["text"] == WORDS

    session_test(scenario)


def test_a_turn_that_fails_is_said_to_the_satellite_and_costs_no_other(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeResponder):
        async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
            if len(self.asked) == 0:
                self.asked.append(request)
                raise ZeroDivisionError
            async for token in super().respond(request):
                yield token

    async def scenario(house: House, satellite: SatellitePeer) -> None:
        turn = await satellite.ask()
        assert (await satellite.next(Error)).data["code"] == "turn-failed"
        await satellite.next_hark(hark.Turn, turn=turn, phase="end")
        await whole_turn(satellite)

    session_test(scenario, House(responder=Broken(REPLY)))
    assert "kitchen:1 failed" in caplog.text


# Barge-in


def test_a_cancelled_reply_is_fenced_off_by_the_flush() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        house.responder.tokens = ["This is a long story and it goes on, "] * 50
        old = await satellite.ask()
        await satellite.next(AudioStart)
        await satellite.next(AudioChunk)
        await satellite.send(hark.Cancel(old, 100.0))
        await satellite.next_hark(hark.Flush, turn=old)
        assert house.open == (0, 0, 0)
        await asyncio.sleep(5.0)
        after = kinds(satellite)
        assert after[after.index("hark/flush") :] == ["hark/flush"]
        house.responder.tokens = REPLY
        new = await whole_turn(satellite)
        later = kinds(satellite)[after.index("hark/flush") + 1 :]
        assert later[:3] == ["transcript", "hark/turn", "audio-start"]
        assert {said.turn for said in satellite.all_hark(hark.Turn)} == {old, new}

    session_test(scenario)


def test_a_connection_that_opens_slowly_holds_up_neither_the_turn_nor_the_satellites_return() -> None:
    """Used to be waited for when the satellite had gone."""

    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await whole_turn(satellite)
        assert house.warmings == [True]  # begun, and given up with its turn

    session_test(scenario)


def test_of_a_reply_that_was_interrupted_the_conversation_has_what_was_heard() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        house.conversations.draft("kitchen", WORDS)  # as a responder does
        turn = await satellite.ask()
        await satellite.next_hark(hark.Turn, turn=turn, phase="end")  # all was sent, and not yet played
        assert [said.text for said in house.conversations.messages("kitchen")][1].split() == "".join(REPLY).split()
        await satellite.send(hark.Cancel(turn, 1000.0))
        await satellite.next_hark(hark.Flush, turn=turn)
        heard = [said.text for said in house.conversations.messages("kitchen")][1].split()
        assert 0 < len(heard) < len("".join(REPLY).split())
        assert "".join(REPLY).split()[: len(heard)] == heard

    session_test(scenario)


@pytest.mark.parametrize("moment_s", [0.05, 0.5, 1.05, 1.2, 1.45, 1.75, 2.0])
def test_a_turn_can_be_cancelled_at_any_moment(moment_s: float) -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        asking = asyncio.create_task(satellite.ask())
        await asyncio.sleep(moment_s)
        await satellite.send(hark.Cancel("kitchen:1", 0.0))
        await satellite.next_hark(hark.Flush, turn="kitchen:1")
        assert house.open == (0, 0, 0)
        sent = len(kinds(satellite))
        await asking
        await asyncio.sleep(1.0)
        assert len(kinds(satellite)) == sent
        await whole_turn(satellite)

    session_test(scenario)


def test_a_cancel_when_there_is_nothing_to_cancel_is_answered_as_well() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await satellite.send(hark.Cancel("kitchen:77", 0.0))
        await satellite.next_hark(hark.Flush, turn="kitchen:77")
        turn = await whole_turn(satellite)
        await satellite.send(hark.Cancel(turn, 0.0))
        await satellite.next_hark(hark.Flush, turn=turn)

    session_test(scenario)


def test_a_cancel_that_names_another_turn_stops_none() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        asking = asyncio.create_task(satellite.ask())
        await asyncio.sleep(0.5)
        await satellite.send(hark.Cancel("kitchen:77", 0.0))
        await satellite.next_hark(hark.Flush, turn="kitchen:77")
        await satellite.next(AudioStop)
        await satellite.next_hark(hark.Turn, turn=await asking, phase="end")

    session_test(scenario)


def test_a_wake_word_ends_the_turn_before_it() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        house.responder.tokens = ["This is a long story and it goes on, "] * 50
        old = await satellite.ask()
        await satellite.next(AudioChunk)
        house.responder.tokens = REPLY
        new = await whole_turn(satellite)
        assert [(said.turn, said.phase) for said in satellite.all_hark(hark.Turn)] == [
            (old, "reply"),
            (new, "reply"),
            (new, "end"),
        ]

    session_test(scenario)


def test_the_reply_stays_on_the_hub_until_the_speaker_has_come_near() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        house.responder.tokens = ["This is a long story and it goes on, "] * 50
        satellite.plays = False
        turn = await satellite.ask()
        await satellite.next(AudioStart)
        await asyncio.sleep(1.0)
        ahead_s = house.settings().pacing.ahead_s
        sent = len(satellite.all(AudioChunk))
        assert sent * 0.1 == pytest.approx(ahead_s, abs=0.11)
        await satellite.send(hark.Playback("another:1", 0, 60_000, 0))
        await asyncio.sleep(0.5)
        assert len(satellite.all(AudioChunk)) == sent
        await satellite.send(hark.Playback(turn, 1000, 1000, 0))
        await asyncio.sleep(0.5)
        assert len(satellite.all(AudioChunk)) == sent + 10

    session_test(scenario)


# Times


def marks(clock_s: float) -> dict[str, float]:
    """A satellite's own, of a question that ended at `clock_s` of its clock."""
    return {
        "wake": clock_s - 2.0,
        "end_of_speech": clock_s,
        ARRIVED: clock_s + 0.9,
        "first_audio_played": clock_s + 1.0,
        "last_audio": clock_s + 3.0,
    }


def test_the_satellites_times_are_brought_to_the_hubs_clock(tmp_path: Path) -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await satellite.wake()
        await satellite.speak()
        ended = satellite.clock()
        await satellite.stream(1.0)
        await satellite.next_hark(hark.Turn, phase="end")
        await satellite.send(hark.Trace(satellite.turn, marks(ended)))
        await asyncio.sleep(0.01)
        [times] = house.shown("times")
        found = times["marks_ms"]
        assert isinstance(found, dict)
        assert found["wake"] == pytest.approx(-2000)
        assert found["first_audio_played"] == pytest.approx(1000)
        assert found["last_audio"] == pytest.approx(3000)
        assert 0 < found["final"] < found["endpoint"] < 1000  # the hub's own, on the same clock
        assert found["final"] == pytest.approx(200, abs=50)
        assert found["endpoint"] == pytest.approx(house.settings().endpoint.wait_ms, abs=150)
        stages = times["stages_ms"]
        assert isinstance(stages, dict)
        assert stages["vad"] == pytest.approx(0, abs=30)  # the edges are told, and believed at once
        assert stages["whole"] == pytest.approx(1000)
        assert times["over_budget"] == []
        assert "1000 ms after the end of speech" in str(times["waterfall"])
        assert times["engines"] == {
            "stt": "scripted",
            "llm": "scripted",
            "tts": "scripted",
            "tts_why": "it is the first of the settings",
        }
        speculation = times["speculation"]
        assert isinstance(speculation, dict)
        assert (speculation["hits"], speculation["resumed"]) == (1, 0)
        assert speculation["lead_ms"] == pytest.approx(found["endpoint"] - found["final"], abs=50)

    session_test(scenario, House(kept=tmp_path / "times.sqlite"))
    [(turn, satellite, marks_ms)] = rows(tmp_path / "times.sqlite")
    assert (turn, satellite) == ("kitchen:1", "kitchen")
    assert json.loads(str(marks_ms))["first_audio_played"] == pytest.approx(1000)


def rows(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT turn, satellite, marks_ms FROM turns").fetchall()


def test_the_overhead_of_a_turn_on_this_clock_is_what_was_added() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        house.voice.rtf = 0.0
        house.responder.token_s = 0.0
        await satellite.wake()
        await satellite.speak()
        ended = satellite.clock()
        await satellite.stream(1.0)
        await satellite.next(AudioChunk)
        arrived = next(at for at, event in satellite.received if AudioChunk.is_type(event.type)) + CLOCK_AHEAD_S
        times = {"end_of_speech": ended, ARRIVED: arrived, "first_audio_played": arrived + 0.06}
        await satellite.next_hark(hark.Turn, phase="end")
        await satellite.send(hark.Trace(satellite.turn, times))
        await asyncio.sleep(0.01)
        [shown] = house.shown("times")
        assert shown["overhead_ms"] == pytest.approx(0.0, abs=5.0)

    session_test(scenario)


def test_stages_over_their_budget_are_named() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await satellite.ask()
        await satellite.next_hark(hark.Turn, phase="end")
        end = satellite.clock() - 10.0
        await satellite.send(hark.Trace(satellite.turn, {**marks(end), "first_audio_played": end + 3}))
        await asyncio.sleep(0.01)
        [shown] = house.shown("times")
        assert {"vad", "whole"} <= set(map(str, shown["over_budget"] if isinstance(shown["over_budget"], list) else []))
        assert "over its budget" in str(shown["waterfall"])

    session_test(scenario)


def test_no_word_is_kept(tmp_path: Path) -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        for _ in range(3):
            await whole_turn(satellite)
            await satellite.send(hark.Trace(satellite.turn, marks(satellite.clock())))
        await asyncio.sleep(0.01)
        held.append(content(tmp_path))

    held: list[bytes] = []
    session_test(scenario, House(kept=tmp_path / "times.sqlite"))
    for kept in (*held, content(tmp_path)):
        assert b"kitchen:3" in kept
        for word in (*WORDS.split(), *"".join(REPLY).split()):
            assert len(word) <= 3 or word.encode() not in kept


def content(folder: Path) -> bytes:
    """All that lies in a folder: a database and what belongs to it."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_turns_whose_satellite_sends_no_times_are_kept_without(tmp_path: Path) -> None:
    file = tmp_path / "times.sqlite"

    async def scenario(house: House, satellite: SatellitePeer) -> None:
        for _ in range(UNTRACED + 2):
            await satellite.wake()
        await asyncio.sleep(0.01)
        assert [row[0] for row in rows(file)] == ["kitchen:1", "kitchen:2"]

    session_test(scenario, House(kept=file))
    assert [row[0] for row in rows(file)] == [f"kitchen:{number}" for number in range(1, UNTRACED + 3)]


def test_times_of_an_unknown_turn_are_nobodys() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await satellite.send(hark.Trace("another:1", {"wake": 1.0}))
        await whole_turn(satellite)
        assert house.shown("times") == []

    session_test(scenario)


# Satellites that misbehave


@pytest.mark.parametrize("engine", ["ears", "mind", "voice"])
def test_a_satellite_that_vanishes_leaves_nothing_and_is_led_again(engine: str) -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        if engine == "ears":
            await satellite.wake()
            await satellite.stream(0.5)
            busy = (1, 0, 0)
        elif engine == "mind":
            house.responder.token_s = 100.0
            await satellite.ask()
            busy = (0, 1, 0)
        else:
            house.responder.tokens = ["This is a long story and it goes on, "] * 50
            satellite.plays = False
            await satellite.ask()
            await satellite.next(AudioChunk)
            busy = (0, 0, 1)
        assert all(found >= wanted for found, wanted in zip(house.open, busy, strict=True))
        satellite.connection.abort()
        house.responder.token_s, house.responder.tokens = 0.025, REPLY
        again = await house.satellite.led()
        assert house.open == (0, 0, 0)
        await whole_turn(again)

    session_test(scenario)


START = {"rate": SPEECH.rate, "width": SPEECH.width, "channels": SPEECH.channels}
MALFORMED: dict[str, Event] = {
    "sound of another rate": Event("audio-chunk", {**START, "rate": 44_100}, bytes(4)),
    "half a sample": Event("audio-chunk", START, bytes(3)),
    "sound without a format": Event("audio-chunk", {}, bytes(4)),
    "a turn without an id": Event("user-event", {"name": "hark/turn", "data": {"phase": "wake"}}),
    "a clock that runs backwards": hark.Clock(0.0, 5.0, 4.0).event(),
    "an info that is none": Event("info", {"satellite": 5}),
    "an info of lists that are none": Event("info", {"asr": None}),
    "a name that is none": Event(
        "info", {"satellite": {"name": 5, "attribution": {"name": "", "url": ""}, "installed": True}}
    ),
    "an area that is none": Event(
        "info",
        {"satellite": {"name": "x", "area": {"x": 1}, "attribution": {"name": "", "url": ""}, "installed": True}},
    ),
}


@pytest.mark.parametrize("event", MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_ends_the_connection_with_a_sentence(event: Event, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await satellite.send(event)
        again = await house.satellite.led()
        assert satellite.closed
        await whole_turn(again)

    session_test(scenario)
    [said] = [record.message for record in caplog.records if "dialling again" in record.message]
    assert ";" in said


def test_a_satellite_that_is_led_by_another_hub_is_said(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await satellite.send(hark.Standby())
        await asyncio.sleep(5.0)
        assert not satellite.closed

    session_test(scenario)
    assert "kitchen is led by another hub" in caplog.text


VALUES: st.SearchStrategy[object] = (
    st.none() | st.integers(-3, 3) | st.floats(-1, 1) | st.sampled_from(["wake", "end", "kitchen:1"]) | st.just({})
)
FIELDS = st.dictionaries(st.sampled_from([*START, "turn", "phase", "t0", "t1", "t2", "marks", "name", "text"]), VALUES)
TURNS = st.sampled_from(["kitchen:1", "kitchen:2", "x"])
TIMES = st.floats(-1e9, 1e9)
ANY = st.one_of(
    st.sampled_from(["describe", "info", "ping", "pong", "audio-stop", "played", "detection"]).map(Event),
    st.sampled_from(["voice-started", "voice-stopped"]).map(Event),
    st.builds(lambda turn: hark.Turn(turn, "wake").event(), TURNS),
    st.builds(lambda turn: hark.Cancel(turn, 5.0).event(), TURNS),
    st.builds(lambda turn, played: hark.Playback(turn, 0, played, 0).event(), TURNS, st.floats(0, 1e6)),
    st.builds(
        lambda turn, at: hark.Trace(turn, {"end_of_speech": at, "first_audio_played": 3 * at}).event(), TURNS, TIMES
    ),
    st.builds(
        lambda name, data: Event("user-event", {"name": f"hark/{name}", "data": data}),
        st.sampled_from(["hello", "standby", "turn", "cancel", "flush", "playback", "clock", "trace"]),
        FIELDS,
    ),
    st.builds(Event, st.sampled_from(["info", "ping", "audio-chunk"]), FIELDS, st.none() | st.binary(max_size=8)),
    EVENTS,
)
Step = Event | float
STEPS = st.lists(ANY | st.floats(0, 3), min_size=20, max_size=100)


async def act(satellite: SatellitePeer, steps: Sequence[Step]) -> None:
    """Does one step after the other, as far as the connection lasts; a number is so many seconds of sound."""
    try:
        for step in steps:
            if isinstance(step, Event):
                await satellite.send(step)
            else:
                await satellite.stream(step)
    except WireError:
        return
    await asyncio.sleep(0.1)


@given(STEPS)
@settings(max_examples=20)
def test_no_events_in_any_order_end_the_hub_or_its_hearing(steps: list[Step]) -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        await act(satellite, steps)
        assert house.satellite.hub is not None  # perhaps a later connection by now
        house.satellite.hub.connection.abort()
        again = await house.satellite.led()
        again.turns = 100
        await whole_turn(again)

    session_test(scenario)
