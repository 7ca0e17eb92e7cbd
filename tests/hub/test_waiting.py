"""Laws of what a person hears who has to wait, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.room import Room
from hub.stages import ahead
from hub.tts.earcon import earcon
from hub.tts.tiers import Tiers
from hub.waiting import EARCON_S, MOMENT_S, ONE_MOMENT, patiently
from tests.fakes import VOICE_FORMAT, FakeVoice
from tests.virtual_time import run
from wire.pcm import level_dbfs

REPLY = [b"\1\0" * 100, b"\2\0" * 100]
EARCON = earcon(VOICE_FORMAT)


async def nobody(event: object) -> None:
    """Nothing is sent here."""


def heard(reply_s: float, certain_s: float = 0.0) -> tuple[list[tuple[float, bytes]], Room, FakeVoice]:
    """What is heard and when, of a reply whose sound is there after so long, for words certain after so long."""
    room, small = Room("boot:1", "den", None, nobody), FakeVoice(rtf=0.0)
    voices = Tiers({"best": FakeVoice(), "small": small})

    async def reply() -> AsyncGenerator[bytes, None]:
        await asyncio.sleep(reply_s)
        for piece in REPLY:
            yield piece

    async def scenario() -> list[tuple[float, bytes]]:
        loop = asyncio.get_running_loop()
        loop.call_later(certain_s, room.certain.set)
        async with ahead(reply(), 8) as pieces:
            return [(loop.time(), piece) async for piece in patiently(pieces, room, voices.reply(), voices)]

    return run(scenario()), room, small


def test_a_reply_that_is_there_in_time_is_heard_alone() -> None:
    pieces, room, _ = heard(EARCON_S - 0.01)
    assert [piece for _, piece in pieces] == REPLY
    assert room.spoken.lead_s == 0.0


def test_after_a_while_there_is_a_short_sound_and_later_a_phrase_in_the_smallest_voice() -> None:
    pieces, _, small = heard(MOMENT_S - 0.01)
    assert pieces[0] == (EARCON_S, EARCON)
    assert ([piece for _, piece in pieces[1:]], small.spoken) == (REPLY, [])
    pieces, room, small = heard(MOMENT_S + 5)
    assert [text for text, _ in small.spoken] == [ONE_MOMENT]
    assert pieces[1][0] == MOMENT_S
    assert [piece for _, piece in pieces[-2:]] == REPLY
    told_s = sum(VOICE_FORMAT.seconds(len(piece)) for _, piece in pieces[:-2])
    assert abs(room.spoken.lead_s - told_s) < 1e-9


def test_nothing_is_told_before_the_words_are_certain() -> None:
    pieces, _, _ = heard(10.0, certain_s=4.0)
    assert pieces[0][0] == 4.0 + EARCON_S
    pieces, _, _ = heard(10.0, certain_s=9.0)
    assert [piece for _, piece in pieces] == REPLY


@given(st.floats(0, 10), st.floats(0, 10))
def test_nothing_of_the_reply_is_lost_or_held_back(reply_s: float, certain_s: float) -> None:
    pieces, _, _ = heard(reply_s, certain_s)
    assert [piece for _, piece in pieces[-2:]] == REPLY
    assert pieces[-2][0] == pytest.approx(max(reply_s, certain_s))


def test_the_short_sound_is_soft_and_short() -> None:
    assert VOICE_FORMAT.seconds(len(EARCON)) < 0.3
    assert -40 < level_dbfs(EARCON) < -20


def test_what_is_told_is_no_word_of_the_reply() -> None:
    _, room, _ = heard(MOMENT_S + 5)
    lead_s = room.spoken.lead_s
    room.spoken.clause("one two")
    room.spoken.sound(2.0)
    assert room.spoken.heard(lead_s) == ""
    assert room.spoken.heard(lead_s + 1.0) == "one"
