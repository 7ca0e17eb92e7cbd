"""Laws of turns whose better voice is broken in one way or another, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np
import pytest
from wyoming.audio import AudioStart
from wyoming.error import Error

from hub.load.need import SOME_DAY, Need
from hub.tts.checked import FIRST_S, Checked, pcm
from hub.tts.tiers import FAILED, LATE
from tests.fakes import VOICE_FORMAT, FakeResponder, FakeVoice
from tests.hub.loaded import Loaded, NotingVoice
from tests.hub.test_turn import REPLY, TOKENS
from tests.virtual_time import run

BUDGET_S = 2.0
SOUND = b"\0\x10" * VOICE_FORMAT.rate  # a second
Sound = Callable[[], AsyncGenerator[bytes, None]]


async def hangs() -> AsyncGenerator[bytes, None]:
    await asyncio.sleep(100_000)
    yield b""


async def raises() -> AsyncGenerator[bytes, None]:
    raise ZeroDivisionError
    yield b""


async def is_silent() -> AsyncGenerator[bytes, None]:
    for _ in range(20):
        yield bytes(3200)


async def makes_nothing() -> AsyncGenerator[bytes, None]:
    for _ in ():
        yield b""


async def makes_no_numbers() -> AsyncGenerator[bytes, None]:
    yield pcm(np.full(1600, np.nan, np.float32))


async def makes_half_a_sample() -> AsyncGenerator[bytes, None]:
    yield b"\x10"


WAYS = [hangs, raises, is_silent, makes_nothing, makes_no_numbers, makes_half_a_sample]


@dataclass
class Broken(NotingVoice):
    """Sounds in its own way."""

    way: Sound = hangs

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        self.open += 1
        try:
            async with aclosing(self.way()) as sound:
                async for piece in sound:
                    yield piece
        finally:
            self.open -= 1


class Audible(NotingVoice):
    """No silence, so that it is taken for speech."""

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        """See hub.tts.voice.Voice."""
        async with aclosing(super().speak(text, need)) as sound:
            async for piece in sound:
                yield b"\0\x10" * (len(piece) // 2)


def played(way: Sound, small: FakeVoice, reply: str = "") -> Loaded:
    """A whole turn whose best voice is broken."""
    best = Broken(way=way)
    scene = Loaded(voice=Checked(best), small=Checked(small))  # type: ignore[arg-type]
    scene.responder = FakeResponder([reply] if reply else TOKENS)
    run(scene.play())
    assert best.open == small.open == 0
    return scene


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_smaller_voice_speaks_the_whole_reply_within_the_budget(way: Sound) -> None:
    small = Audible(rtf=0.05, name="small")
    scene = played(way, small)
    assert " ".join(text for text, _ in small.spoken) == REPLY
    assert scene.satellite.times(AudioStart)[0] <= scene.timeline.marks["raw_pause"] + BUDGET_S + 0.1
    [told] = [seen for seen in scene.seen if seen["event"] == "voice"]
    assert (told["name"], told["why"]) == ("small", LATE if way is hangs else FAILED)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_where_no_voice_is_left_the_satellite_is_told_and_the_turn_ends(way: Sound) -> None:
    small = Broken(way=way, name="small")
    scene = played(way, small)
    [error] = [event for _, event in scene.satellite.sent if Error.is_type(event.type)]
    assert error.data["code"] == "tts-failed"
    assert scene.satellite.sent[-1][0] <= scene.timeline.marks["raw_pause"] + BUDGET_S + FIRST_S + 0.1


def test_ten_minutes_of_sound_for_a_sentence_are_cut_and_the_sentence_is_said_again() -> None:
    async def without_end() -> AsyncGenerator[bytes, None]:
        for _ in range(600):
            await asyncio.sleep(0.01)
            yield SOUND

    small = Audible(rtf=0.05, name="small")
    played(without_end, small)
    assert " ".join(text for text, _ in small.spoken) == REPLY


def test_a_word_without_end_is_spoken_in_pieces_that_any_voice_can_take() -> None:
    small = Audible(rtf=0.0, name="small")
    played(raises, small, "x" * 20_000)
    said = [text for text, _ in small.spoken]
    assert "".join(said) == "x" * 20_000
    assert max(map(len, said)) <= 1000
