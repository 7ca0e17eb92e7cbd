"""A whole satellite in its room: scripted engines, real sockets, virtual time; and what happens in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioStart, AudioStop
from wyoming.event import Event
from wyoming.pipeline import RunPipeline
from wyoming.vad import VoiceStopped

from config.loading import Layer, build, one, read
from config.satellite import SatelliteSettings
from satellite.satellite import Engines, Satellite
from satellite.sound.microphone import FRAME_S
from satellite.turns.phases import Phase
from tests.fakes import FakeEchoCanceller, FakeMicrophone, FakeSpeaker, FakeStopWord, FakeVad, FakeWakeWords, number_of
from tests.peers import Peer, free_port, reply_events, run_clean, speech_events
from tests.settings import SATELLITE_TOML
from wire import hark
from wire.connection import Sendable
from wire.discovery import Advertiser
from wire.pcm import SPEECH

REFRACTORY_S = 2.0
SLACK_S = 0.6  # of a watchdog: it looks twice a second while idle, ten times otherwise
START = AudioStart(SPEECH.rate, SPEECH.width, SPEECH.channels)

PLAIN: dict[str, object] = {
    "playback.rate": SPEECH.rate,
    "sounds.awake": False,
    "state.file": "",
    "control.socket": "",
    "wake.trigger_level": 2,
}
"""What is played is what was sent, nothing is kept, and no satellite of this machine is disturbed."""


@dataclass
class Room:
    """A satellite and everything that is scripted about it; `further` settings by key."""

    further: dict[str, object] = field(default_factory=dict)
    hears_itself: bool = True
    microphone: FakeMicrophone = field(default_factory=FakeMicrophone)
    speaker: FakeSpeaker = field(default_factory=FakeSpeaker)
    advertiser: Advertiser | None = None
    settings: SatelliteSettings = field(init=False)
    satellite: Satellite = field(init=False)

    def __post_init__(self) -> None:
        chosen = {"listen.port": free_port(), **PLAIN, **self.further}
        layers: list[Layer] = [one(key, value, "test") for key, value in chosen.items()]
        self.settings = build(SatelliteSettings, [read(SATELLITE_TOML), *layers])

    @property
    def port(self) -> int:
        return self.settings.listen.port

    @property
    def phase(self) -> Phase:
        return self.satellite.phase

    @property
    def heard_s(self) -> float:
        """Seconds of sound that the speaker has taken."""
        return SPEECH.seconds(len(b"".join(self.speaker.played)))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Room]:
        """Runs the satellite while the context lasts."""
        echo = None if self.hears_itself else FakeEchoCanceller()
        engines = Engines(self.microphone, self.speaker, FakeVad(), FakeWakeWords(), FakeStopWord(), echo)
        engines = replace(engines, advertiser=self.advertiser)
        self.satellite = Satellite(self.settings, engines)
        running = asyncio.create_task(self.satellite.run())
        try:
            await asyncio.sleep(1.0)
            yield self
            assert not running.done(), "the satellite has ended"
        finally:
            running.cancel()
            await asyncio.wait([running])

    def say_wake_word(self) -> None:
        """The next frame ends the wake word."""
        self.microphone.wakes = True

    def say_stop(self) -> None:
        """The next frame ends the word "stop"."""
        self.microphone.stops = True

    async def ask(self, leader: Peer, seconds: float = 0.5) -> str:
        """The wake word and a question; returns the turn's id when the question is over ("" where no hub leads)."""
        self.say_wake_word()
        await leader.next(RunPipeline)
        turn = self.satellite.status().turn
        await asyncio.sleep(0.5)
        self.microphone.speaking = True
        await asyncio.sleep(seconds)
        self.microphone.speaking = False
        await leader.next(VoiceStopped)
        return turn

    async def until(self, phase: Phase, within_s: float) -> None:
        """Waits until the satellite is in a phase, which must be soon enough."""
        async with asyncio.timeout(within_s):
            while self.phase is not phase:  # noqa: ASYNC110 (of virtual time; a phase tells nobody)
                await asyncio.sleep(FRAME_S)


def satellite_test(scenario: Callable[[Room], Awaitable[None]], room: Room | None = None) -> None:
    """Runs a scenario with a satellite in its room; nothing may be left of it."""
    opened = room or Room()

    async def test() -> None:
        async with opened.open():
            await scenario(opened)

    run_clean(test)


async def whole_turn(room: Room, hub: Peer, seconds: float = 1.0) -> str:
    """A question and its spoken reply, as they should be; the hub leads."""
    turn = await room.ask(hub)
    await hub.send(Transcript("what time is it"), *reply_events(turn, seconds))
    assert (await hub.next_hark(hark.Trace)).turn == turn
    assert room.phase is Phase.IDLE
    await asyncio.sleep(REFRACTORY_S)
    return turn


async def plain_turn(room: Room, plain: Peer, seconds: float = 1.0) -> None:
    """The same where Home Assistant leads."""
    before = room.heard_s
    await room.ask(plain)
    await plain.send(Transcript("what time is it"), *said(seconds))
    await room.until(Phase.IDLE, 10.0)
    assert room.heard_s - before == pytest.approx(seconds)
    await asyncio.sleep(REFRACTORY_S)


def said(seconds: float) -> list[Sendable]:
    """So much sound with its start and its end."""
    return [event for event in reply_events("", seconds) if not isinstance(event, hark.HarkEvent)]


async def interrupted(room: Room, leader: Peer) -> tuple[str, str]:
    """A reply that the wake word interrupts after about a second; returns the old and the new turn.

    A hub has not sent all of it yet; Home Assistant has, since it waits for nothing.
    """
    by_hub = room.satellite.status().controller.endswith("hub)")
    old = await room.ask(leader)
    await asyncio.sleep(REFRACTORY_S)
    before = room.heard_s
    await leader.send(Transcript("tell me a story"), START, *speech_events(10.0), *([] if by_hub else [AudioStop()]))
    await asyncio.sleep(1.0)
    assert room.phase is Phase.SPEAKING
    room.say_wake_word()
    await leader.next(RunPipeline)
    assert 0.9 <= room.heard_s - before <= 1.1
    return old, room.satellite.status().turn


def numbers(events: list[Event]) -> list[int]:
    """What numbered frames tell."""
    return [number_of(event.payload or b"") for event in events]


def kept_in(folder: Path) -> dict[str, object]:
    """Settings that keep the satellite's state there."""
    return {"state.file": str(folder / "satellite.json")}
