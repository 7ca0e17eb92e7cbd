"""Laws of a check: it sees whether a satellite is heard, and changes nothing of who leads it and who is listened to."""

from __future__ import annotations

import asyncio

import pytest
from wyoming.audio import AudioChunk
from wyoming.pipeline import RunPipeline
from wyoming.satellite import PauseSatellite, RunSatellite

from satellite.doctor.check import ask
from satellite.turns.phases import Phase
from tests.peers import controller
from tests.satellite.rooms import Room, plain_turn, said, satellite_test, whole_turn
from tests.wire_pairs import LOOPBACK
from wire.check import Check, NotWell
from wire.connection import dial
from wire.errors import WireError
from wire.pcm import SPEECH

SENTENCE_S = 1.4  # "This speaker works."


async def say(room: Room, seconds: float) -> float:
    async with await dial(LOOPBACK, room.port, timeout_s=1.0) as connection:
        return await Check(connection).say(SPEECH.silence(seconds), SPEECH)


def test_a_satellite_says_who_it_is_and_its_sentence_is_heard(capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario(room: Room) -> None:
        await ask(room.settings.listen)
        assert room.heard_s == pytest.approx(SENTENCE_S, abs=0.1)
        assert any(b"".join(room.speaker.played))
        assert room.phase is Phase.IDLE

    satellite_test(scenario, Room({"name": "Kitchen", "area": "Ground floor"}))
    who, heard = capsys.readouterr().out.splitlines()
    assert who.startswith("Kitchen at 127.0.0.1:")
    assert who.endswith("Ground floor")
    assert heard.startswith("Kitchen has played 1.4 s of speech, ")


def test_one_that_listens_everywhere_is_asked_on_its_own_machine(capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario(room: Room) -> None:
        await ask(room.settings.listen)

    satellite_test(scenario, Room({"listen.host": "0.0.0.0"}))
    assert " at 127.0.0.1:" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["hub", ""])
def test_who_leads_goes_on_to_lead(name: str) -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port, name) as leader:
            leads = room.satellite.status().controller
            checking = asyncio.create_task(ask(room.settings.listen))
            await room.until(Phase.SPEAKING, 1.0)
            assert room.satellite.status().controller == leads
            await checking
            assert room.satellite.status().controller == leads
            await (whole_turn if name else plain_turn)(room, leader)

    satellite_test(scenario)


def test_it_does_not_lead_where_nobody_does() -> None:
    """Home Assistant that comes meanwhile leads, and a wake word is not sent to who would not answer."""

    async def scenario(room: Room) -> None:
        checking = asyncio.create_task(ask(room.settings.listen))
        await room.until(Phase.SPEAKING, 1.0)
        assert room.satellite.status().controller == ""
        async with controller(room.port) as plain:
            assert room.satellite.status().controller != ""
            await checking
            await plain_turn(room, plain)

    satellite_test(scenario)


def test_a_microphone_that_home_assistant_has_muted_from_the_same_machine_stays_so() -> None:
    """A check used to open it, and to close Home Assistant's connection."""

    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            plain.pings = False
            await plain.send(PauseSatellite())
            await asyncio.sleep(0.1)
            await ask(room.settings.listen)
            assert room.heard_s > 1.0
            assert not plain.closed
            assert room.satellite.status().muted
            await plain.send(RunSatellite())
            await asyncio.sleep(0.1)
            assert not room.satellite.status().muted

    satellite_test(scenario)


def test_it_waits_for_the_turn_that_is_under_way() -> None:
    async def scenario(room: Room) -> None:
        async with controller(room.port) as plain:
            room.say_wake_word()
            await plain.next(RunPipeline)
            checking = asyncio.create_task(ask(room.settings.listen))
            await asyncio.sleep(1.0)
            assert room.phase is Phase.LISTENING
            assert room.heard_s == 0
            await plain.send(*said(3.0))
            await asyncio.sleep(2.0)
            assert not checking.done()
            await checking
            assert room.heard_s == pytest.approx(3.0 + SENTENCE_S, abs=0.1)
            assert plain.all(AudioChunk)

    satellite_test(scenario)


def test_a_long_speech_is_waited_for_to_its_end() -> None:
    async def scenario(room: Room) -> None:
        assert await say(room, 60.0) == pytest.approx(60.0, abs=1.0)

    satellite_test(scenario)


def test_a_speaker_that_fails_is_not_heard() -> None:
    async def scenario(room: Room) -> None:
        room.speaker.broken = True
        with pytest.raises(NotWell, match="nothing was heard; see its log"):
            await ask(room.settings.listen)

    satellite_test(scenario)


def test_who_may_not_connect_is_told_where_that_is_set() -> None:
    async def scenario(room: Room) -> None:
        with pytest.raises(NotWell, match=r"controllers\.allow"):
            await ask(room.settings.listen)

    satellite_test(scenario, Room({"controllers.allow": ("10.9.9.9",), "controllers.hub": ("10.9.9.9",)}))


def test_where_the_plain_port_is_closed_only_a_hub_can_ask() -> None:
    certificate = {"tls.certificate": "kitchen.pem", "tls.key": "kitchen.key", "tls.authority": "authority.pem"}
    with pytest.raises(NotWell, match="only a hub can ask"):
        asyncio.run(ask(Room({"listen.plain": False, **certificate}).settings.listen))


def test_where_nobody_listens_it_says_so() -> None:
    with pytest.raises(WireError, match="Connection refused"):
        asyncio.run(ask(Room().settings.listen))
