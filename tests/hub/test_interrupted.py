"""Laws of replies that are interrupted, refused or not taken, with devices to wait for; real sockets, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from wyoming.audio import AudioChunk, AudioStart, AudioStop

from hub.closing import TOO_MANY
from hub.engines import Engines
from hub.llm.responder import Piece, Request
from hub.load.admission import Admission
from hub.load.ladder import Ladder
from hub.load.load import Load
from hub.load.need import SOME_DAY, Kind, Need, Stage, Tier
from hub.tts.tiers import Tiers
from hub.waiting import EARCON_S
from tests.fakes import PIECE_S, FakeResponder, FakeVoice
from tests.hub.loaded import clock
from tests.hub.test_session import REPLY, WORDS, House, kinds, session_test, whole_turn
from tests.peers import SatellitePeer
from wire import hark
from wire.pcm import SPEECH

STOPS_S = 0.05
STORY = ["This is a long story and it goes on, "] * 50
WHERE = {(stage, Tier.FULL): "llm" if stage is Stage.LLM else "gpu" for stage in Stage}


@dataclass
class DeviceVoice(FakeVoice):
    """Takes a slot of the GPU for each clause."""

    load: Load | None = None

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        assert self.load is not None
        async with self.load.devices["gpu"].slot(need), aclosing(super().speak(text, need)) as sound:
            async for piece in sound:
                yield piece


@dataclass
class DeviceResponder(FakeResponder):
    """Takes a slot of the model for each reply, and drafts it in the conversation."""

    house: Busy | None = None

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See hub.llm.responder.Responder."""
        assert self.house is not None
        self.house.conversations.draft(request.satellite, request.text)
        slot = self.house.load.devices["llm"].slot(Need(Kind.ANSWER, request.satellite, request.deadline))
        async with slot, aclosing(super().respond(request)) as pieces:
            async for piece in pieces:
                yield piece


@dataclass
class Busy(House):
    """A house whose engines wait for their devices."""

    load: Load = field(default_factory=lambda: devices())

    def __post_init__(self) -> None:
        self.voice = DeviceVoice(self.voice.rtf, load=self.load)
        self.responder = DeviceResponder(self.responder.tokens, self.responder.token_s, house=self)

    def engines(self) -> Engines:
        """See House."""
        return replace(super().engines(), voices=Tiers({"scripted": self.voice}, clock=clock), load=self.load)

    @property
    def at_work(self) -> int:
        """Jobs that wait or run on any device."""
        return sum(device.busy for device in self.load.devices.values())


def devices(most_turns: int = 8) -> Load:
    """One GPU and one slot of a model."""
    return Load({"gpu": 1, "llm": 1}, WHERE, Ladder(2.0, frozen=True), Admission(most_turns, 10**8), clock)


@asynccontextmanager
async def taken(load: Load, device: str) -> AsyncGenerator[None]:
    """Somebody else has the device."""
    async with load.devices[device].slot(Need(Kind.ANSWER, "den", 0.0)):
        yield


async def cancelled(house: Busy, satellite: SatellitePeer, turn: str, played_ms: float = 0.0) -> None:
    """Barge-in: all that was begun for the turn ends, and nothing of it comes any more."""
    at = clock()
    await satellite.send(hark.Cancel(turn, played_ms))
    await satellite.next_hark(hark.Flush, turn=turn)
    assert clock() - at <= STOPS_S
    assert house.open == (0, 0, 0)
    await asyncio.sleep(5.0)
    after = kinds(satellite)
    assert after[after.index("hark/flush") :] == ["hark/flush"]


@pytest.mark.parametrize("where", ["gpu", "llm"])
def test_who_is_interrupted_while_waiting_for_a_device_leaves_its_line(where: str) -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        assert isinstance(house, Busy)
        async with taken(house.load, where):
            turn = await satellite.ask()
            assert house.at_work == 2 + (where == "gpu")  # the one that has it, and this one; its reply has its model
            await cancelled(house, satellite, turn)
            assert house.at_work == 1
        assert house.load.admission.turns == house.load.admission.bytes == 0

    session_test(scenario, Busy(responder=FakeResponder(STORY)))


@pytest.mark.parametrize("rtf", [0.0, 0.1, 0.9])
def test_an_interruption_stops_model_voice_and_queue_at_once(rtf: float) -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        assert isinstance(house, Busy)
        turn = await satellite.ask()
        await satellite.next(AudioStart)
        await asyncio.sleep(0.3)
        assert house.at_work > 0
        await cancelled(house, satellite, turn, 100.0)
        assert house.at_work == 0
        assert house.load.admission.turns == house.load.admission.bytes == 0
        house.responder.tokens = REPLY
        await whole_turn(satellite)

    session_test(scenario, Busy(voice=FakeVoice(rtf=rtf), responder=FakeResponder(STORY, token_s=0.2)))


@pytest.mark.parametrize(("played_ms", "heard"), [(0.0, []), (500.0, ["I"]), (60_000.0, ["".join(REPLY)])])
def test_after_a_short_sound_the_conversation_keeps_what_was_heard_of_the_words(
    played_ms: float, heard: list[str]
) -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        assert isinstance(house, Busy)
        turn = await satellite.ask()
        await satellite.next(AudioStart)
        lead_ms = 0.0
        while house.shown("voice") == []:
            lead_ms = 1000 * SPEECH.seconds(sum(len(e.payload or b"") for e in satellite.all(AudioChunk)))
            await asyncio.sleep(0.01)
        assert lead_ms > 0
        await satellite.next(AudioStop)
        await satellite.send(hark.Cancel(turn, lead_ms + played_ms))
        await satellite.next_hark(hark.Flush, turn=turn)
        assert [said.text for said in house.conversations.messages("kitchen")] == [WORDS, *heard]

    session_test(scenario, Busy(responder=FakeResponder(REPLY, token_s=EARCON_S)))


def test_one_turn_too_many_is_refused_in_spoken_words_and_counted_and_costs_the_others_nothing() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        assert isinstance(house, Busy)
        admission = house.load.admission
        first, second = admission.admit(), admission.admit()
        assert first is not None
        assert second is not None
        with first, second:
            await whole_turn(satellite)
            assert [text for text, _ in house.voice.spoken] == TOO_MANY.replace(". ", ".|").split("|")
            assert (admission.turns, admission.refused, house.responder.asked) == (2, 1, [])
            assert admission.bytes == 0
        await whole_turn(satellite)
        assert len(house.responder.asked) == 1
        assert (admission.turns, admission.bytes, admission.refused) == (0, 0, 1)

    session_test(scenario, Busy(load=devices(most_turns=2)))


def test_a_turn_that_fails_gives_its_place_back() -> None:
    class Broken(FakeResponder):
        async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
            raise ZeroDivisionError
            yield ""

    async def scenario(house: House, satellite: SatellitePeer) -> None:
        assert isinstance(house, Busy)
        house.responder = Broken([])
        turn = await satellite.ask()
        await satellite.next_hark(hark.Turn, turn=turn, phase="end")
        assert house.load.admission.turns == house.load.admission.bytes == 0

    session_test(scenario, Busy())


def test_a_satellite_that_never_reports_is_sent_no_more_than_it_can_have_played_and_its_turn_ends() -> None:
    async def scenario(house: House, satellite: SatellitePeer) -> None:
        satellite.plays = False
        turn = await satellite.ask()
        await satellite.next(AudioStart)
        began = clock()
        ahead_s = house.settings().pacing.ahead_s
        while not satellite.all(AudioStop):
            sent_s = SPEECH.seconds(sum(len(event.payload or b"") for event in satellite.all(AudioChunk)))
            assert sent_s <= clock() - began + ahead_s + PIECE_S + 1e-6
            await asyncio.sleep(0.05)
        await satellite.next_hark(hark.Turn, turn=turn, phase="end")
        assert sum(len(text.split()) for text, _ in house.voice.spoken) == len("".join(STORY).split())

    session_test(scenario, Busy(voice=FakeVoice(rtf=0.01), responder=FakeResponder(STORY, token_s=0.001)))
