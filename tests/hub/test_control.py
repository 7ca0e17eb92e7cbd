"""Laws of what is asked of the satellite itself, from words to the wire: a whole hub, a scripted satellite."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import pytest
from wyoming.audio import AudioChunk

from hub.llm.intents import IntentResponder
from hub.llm.responder import Piece, Request
from tests.fakes import AtOnce, FakeRecognizer, FakeResponder
from tests.hub.llm.noted_home import NotedHome, clock
from tests.hub.test_session import House, session_test
from tests.peers import SatellitePeer
from wire import hark


@dataclass
class Understanding(FakeResponder):
    """Answers with the intents of a home."""

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See hub.llm.responder.Responder."""
        intents = IntentResponder(NotedHome(), AtOnce(1), clock)
        async with aclosing(intents.respond(request)) as pieces:
            async for piece in pieces:
                yield piece


def house(words: str) -> House:
    return House(recognizer=FakeRecognizer(words), responder=Understanding(()))


@pytest.mark.parametrize(
    ("words", "action", "level", "speaks"),
    [
        ("louder", "volume_up", None, True),
        ("turn the volume down by 20 percent", "volume_down", 20, True),
        ("set the volume to 40 percent", "volume_set", 40, True),
        ("mute", "mute", None, False),
        ("unmute", "unmute", None, True),
        ("stop", "stop", None, False),
    ],
)
def test_what_is_said_reaches_the_satellite_that_was_asked_before_any_reply(
    words: str, action: str, level: float | None, speaks: bool
) -> None:
    async def scenario(made: House, satellite: SatellitePeer) -> None:
        turn = await satellite.ask()
        await satellite.next_hark(hark.Turn, turn=turn, phase="end")
        told = [kind for kind in satellite.types() if kind in ("transcript", "hark/control", "audio-start")]
        assert told == ["transcript", "hark/control", *["audio-start"] * speaks]
        assert satellite.all_hark(hark.Control) == [hark.Control(turn, action, level)]
        assert [seen["service"] for seen in made.shown("action")] == [f"satellite.{action}"]

    session_test(scenario, house(words))


def test_a_satellite_that_did_not_name_it_is_not_asked_and_the_person_is_told() -> None:
    async def scenario(made: House, satellite: SatellitePeer) -> None:
        await satellite.send(hark.Hello("kitchen", ("turn", "cancel")))
        turn = await satellite.ask()
        await satellite.next_hark(hark.Turn, turn=turn, phase="end")
        assert satellite.all_hark(hark.Control) == []
        assert satellite.all(AudioChunk)

    session_test(scenario, house("louder"))


def test_a_satellite_that_stops_at_once_gets_its_flush() -> None:
    async def scenario(made: House, satellite: SatellitePeer) -> None:
        turn = await satellite.ask()
        await satellite.next_hark(hark.Control)
        await satellite.send(hark.Cancel(turn, played_ms=0))
        assert (await satellite.next_hark(hark.Flush)).turn == turn

    session_test(scenario, house("stop"))
