"""Laws of a reply whose voice becomes slow while it speaks: a turn on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

import pytest
from wyoming.audio import AudioChunk

from hub.load.need import SOME_DAY, Need
from hub.means import Turn
from hub.tts.tiers import LATE, Tiers
from hub.watch import Watch
from tests.fakes import VOICE_FORMAT, FakeVoice
from tests.hub.test_turn import REPLY, Scene
from tests.virtual_time import run

FOR_EVER_S = 1000.0


@dataclass
class Tiring(FakeVoice):
    """Makes so many clauses, each whole before its first piece, and then none any more."""

    clauses: int = 1

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        if len(self.spoken) == self.clauses:
            await asyncio.sleep(FOR_EVER_S)
        for piece in [piece async for piece in super().speak(text, need)]:
            yield piece


@dataclass
class TwoVoices(Scene):
    """A turn with another voice behind the first."""

    behind: FakeVoice = field(default_factory=lambda: FakeVoice(rtf=0.5, name="behind"))

    def turn(self, see: Watch | None = None) -> Turn:
        turn = super().turn(see)
        voices = Tiers({"scripted": self.voice, "behind": self.behind}, clock=asyncio.get_running_loop().time)
        return replace(turn, engines=replace(turn.engines, voices=voices))

    def least_s(self) -> float:
        """Seconds of sound that the satellite had in hand when it had least, had it played from the first piece on."""
        sent = [(at, event) for at, event in self.satellite.sent if AudioChunk.is_type(event.type)]
        begun, had_s, least_s = sent[0][0], 0.0, FOR_EVER_S
        for at, event in sent:
            if had_s:
                least_s = min(least_s, had_s - (at - begun))
            had_s += VOICE_FORMAT.seconds(len(event.payload or b""))
        return least_s


@pytest.mark.parametrize("speculates", ["never", "pause"])
@pytest.mark.parametrize("rtf", [0.01, 0.2])
@pytest.mark.parametrize("clauses", [1, 2, 3])
def test_a_voice_that_stops_while_it_speaks_goes_on_as_the_next_one_without_a_gap(
    speculates: str, rtf: float, clauses: int
) -> None:
    scene = TwoVoices(speculates=speculates, voice=Tiring(rtf=rtf, clauses=clauses))
    run(scene.play())
    assert len(scene.voice.spoken) == clauses
    assert " ".join(text for text, _ in (*scene.voice.spoken, *scene.behind.spoken)) == REPLY
    assert scene.least_s() > -1e-9
    spoke = [(seen["tier"], seen["why"]) for seen in scene.seen if seen["event"] == "voice"]
    assert spoke[1:] == [("behind", LATE)]


def test_each_clause_is_shown_with_its_voice_and_its_place_in_the_reply() -> None:
    scene = TwoVoices(voice=Tiring(rtf=0.2))
    run(scene.play())
    shown = [seen for seen in scene.seen if seen["event"] == "clause"]
    assert [seen["tier"] for seen in shown] == ["scripted", *["behind"] * (len(shown) - 1)]
    assert " ".join(str(seen["text"]) for seen in shown) == REPLY
    places = [float(str(seen["at_s"])) for seen in shown]
    assert places[0] == 0
    assert places == sorted(places)
