"""Laws of a confirmation whose sound is there before its action is done, and of rooms that share a voice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from wyoming.audio import AudioChunk, AudioStart

from hub.foresight.foresight import Foresight
from hub.home.home import Action
from hub.llm.responder import Piece, Request
from hub.load.admission import Admission
from hub.load.ladder import Ladder
from hub.load.load import Load
from hub.load.need import SOME_DAY, Need
from hub.means import Turn
from hub.tts.cache.cached import Cached
from hub.tts.cache.store import Sounds
from hub.tts.tiers import Tiers
from hub.turn import take_turn
from hub.watch import Watch
from tests.fakes import VOICE_FORMAT, FakeResponder, FakeVoice
from tests.hub.foresight.test_foresight import SmallHome
from tests.hub.loaded import Loaded, clock
from tests.hub.test_interrupted import WHERE
from tests.hub.test_turn import Satellite, Scene
from tests.virtual_time import run

DONE = "Turned on the light."
ACTION = Action("light.turn_on", "light.lamp")
REPORT_S = 0.2
HOME_S = 0.4  # that the home takes to do it


@dataclass
class Doing(FakeResponder):
    """Has the home do something, and then confirms it."""

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See hub.llm.responder.Responder."""
        await request.commit()
        await asyncio.sleep(HOME_S)
        yield ACTION
        yield DONE


@dataclass
class Foreseeing(Loaded):
    """A hub whose voice remembers, and that foresees the confirmation or nothing."""

    foresees: str = DONE
    responder: FakeResponder = field(default_factory=lambda: Doing([]))

    def turn(self, see: Watch | None = None) -> Turn:
        """See Scene."""
        turn = super().turn(see)
        voice = Cached(self.voice, Sounds(10**6), clock=clock)

        async def expect(request: Request) -> str:
            return self.foresees

        self.foresight = Foresight(expect, voice.prepare, SmallHome((), [], []), "xx", lambda: False)
        voices = Tiers({"best": voice}, clock=clock)
        return replace(turn, engines=replace(turn.engines, voices=voices, saying=self.foresight.saying))

    async def foreseen(self) -> None:
        """A turn while the hub foresees."""
        turn = self.turn(lambda seen: self.seen.append({**seen, "at": clock()}))
        tasks = [asyncio.create_task(self.satellite.speak()), asyncio.create_task(self.foresight.run())]
        await take_turn(self.satellite.room, turn)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def confirmed(scene: Foreseeing) -> float:
    """When the home confirmed."""
    [at] = [seen["at"] for seen in scene.seen if seen["event"] == "action"]
    assert isinstance(at, float)
    return at


def test_a_confirmation_that_was_foreseen_is_heard_as_soon_as_its_action_is_done_and_not_before() -> None:
    scene = Foreseeing()
    run(scene.foreseen())
    [(made_at, text, _)] = scene.voice.asked  # once, beforehand; for the reply the voice is not asked
    assert text == DONE
    assert made_at < scene.timeline.marks["raw_pause"]
    assert scene.satellite.times(AudioStart) == [confirmed(scene)]


def test_one_that_was_not_foreseen_is_made_then() -> None:
    scene = Foreseeing(foresees="Something else.")
    run(scene.foreseen())
    assert scene.voice.asked[-1][:2] == (confirmed(scene), DONE)
    assert scene.satellite.times(AudioStart)[0] > confirmed(scene)


# Rooms


@dataclass
class SharedVoice(FakeVoice):
    """One device for all rooms."""

    load: Load | None = None

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        assert self.load is not None
        async with self.load.devices["gpu"].slot(need), aclosing(super().speak(text, need)) as sound:
            async for piece in sound:
                yield piece


async def listened(scene: Scene) -> None:
    """Plays what comes in real time, and reports as a satellite does."""
    satellite = scene.satellite
    while True:
        await asyncio.sleep(REPORT_S)
        sent_s = VOICE_FORMAT.seconds(sum(len(event.payload or b"") for _, event in satellite.sent))
        if started := satellite.times(AudioStart):
            satellite.room.progress.report(min(sent_s, clock() - started[0]))


def test_two_rooms_that_ask_at_once_share_a_voice_and_neither_runs_dry() -> None:
    async def scenario() -> list[Satellite]:
        load = Load({"gpu": 1, "llm": 2}, WHERE, Ladder(2.0, frozen=True), Admission(8, 10**9), clock)
        voice = SharedVoice(rtf=0.3, load=load)
        scenes = [Scene(satellite=Satellite(plays=False)) for _ in range(2)]
        turns = []
        for scene, name in zip(scenes, ("kitchen", "den"), strict=True):
            scene.satellite.room.satellite = name
            turn = scene.turn()
            turns.append(replace(turn, engines=replace(turn.engines, voices=Tiers({"one": voice}), load=load)))
        speaking = [
            asyncio.create_task(work) for scene in scenes for work in (scene.satellite.speak(), listened(scene))
        ]
        async with asyncio.timeout(120):
            await asyncio.gather(
                *(take_turn(scene.satellite.room, turn) for scene, turn in zip(scenes, turns, strict=True))
            )
        for task in speaking:
            task.cancel()
        await asyncio.wait(speaking)
        return [scene.satellite for scene in scenes]

    satellites = run(scenario())
    firsts = [satellite.times(AudioStart)[0] for satellite in satellites]
    assert abs(firsts[0] - firsts[1]) < 1.0  # one first clause apart, not one reply
    for satellite in satellites:
        until = satellite.times(AudioStart)[0]
        for at, event in satellite.sent:
            if AudioChunk.is_type(event.type):
                assert at <= until + 1e-6
                until += VOICE_FORMAT.seconds(len(event.payload or b""))
