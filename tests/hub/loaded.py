"""Turns of a hub whose ladder stands at a rung, and two voices that note when they were asked; on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import product

from hub.load.admission import Admission
from hub.load.ladder import Ladder, Rung
from hub.load.load import Load
from hub.load.need import SOME_DAY, Need, Stage, Tier
from hub.means import Turn
from hub.tts.tiers import Tiers
from hub.tts.voice import VoiceError
from hub.watch import Watch
from tests.fakes import FakeVoice
from tests.hub.test_turn import Scene


def clock() -> float:
    """The loop's."""
    return asyncio.get_running_loop().time()


def standing(rung: Rung, most_turns: int = 1000) -> Load:
    """The load of a hub with time for everything, whose ladder stands there all the same."""
    ladder = Ladder(2.0, frozen=True)
    ladder.rung = rung
    places = dict.fromkeys(product(Stage, Tier), "any")
    return Load({"any": 64}, places, ladder, Admission(most_turns, 10**9), clock)


@dataclass
class NotingVoice(FakeVoice):
    """Notes when it was asked, and for what."""

    asked: list[tuple[float, str, Need]] = field(default_factory=list)

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        self.asked.append((clock(), text, need))
        async with aclosing(super().speak(text, need)) as sound:
            async for piece in sound:
                yield piece


@dataclass
class Loaded(Scene):
    """A turn with scripted engines, under load."""

    rung: Rung = Rung.FULL
    voice: NotingVoice = field(default_factory=NotingVoice)
    small: NotingVoice = field(default_factory=lambda: NotingVoice(rtf=0.0, name="small"))
    load: Load = field(init=False)

    def turn(self, see: Watch | None = None) -> Turn:
        """See Scene."""
        self.load = standing(self.rung)
        voices = Tiers({"best": self.voice, "small": self.small}, lambda: int(self.load.past(Rung.SMALL_VOICE)), clock)
        turn = super().turn(see)
        return replace(turn, engines=replace(turn.engines, load=self.load, voices=voices))


class Hoarse(FakeVoice):
    """Fails."""

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        raise VoiceError("hoarse")
        yield b""
