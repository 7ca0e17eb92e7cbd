"""Laws of what a person hears who has to wait, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.room import Room
from hub.stages import ahead
from hub.tts.earcon import earcon
from hub.tts.tiers import Tiers
from hub.waiting import EARCON_S, MAKING_S, MOMENT_S, ONE_MOMENT, patiently
from satellite.playing.jitter import JitterBuffer, Target
from tests.fakes import VOICE_FORMAT, FakeVoice
from tests.hub.loaded import Hoarse
from tests.virtual_time import run
from wire.pcm import level_dbfs

REPLY = [b"\1\0" * 100, b"\2\0" * 100]
TONES = earcon(VOICE_FORMAT)
EARCON = b"".join(TONES)


async def nobody(event: object) -> None:
    """Nothing is sent here."""


def heard(
    reply_s: float,
    certain_s: float = 0.0,
    small: FakeVoice | None = None,
    hold: Callable[[int], None] = lambda size: None,
) -> tuple[list[tuple[float, bytes]], Room, FakeVoice]:
    """What is heard and when, of a reply whose sound is there after so long, for words certain after so long."""
    room, small = Room("boot:1", "den", None, nobody, hold=hold), small or FakeVoice(rtf=0.0)
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
    assert pieces[:2] == [(EARCON_S, tone) for tone in TONES]
    assert ([piece for _, piece in pieces[2:]], small.spoken) == (REPLY, [])
    pieces, room, small = heard(MOMENT_S + 5)
    assert [text for text, _ in small.spoken] == [ONE_MOMENT]
    assert pieces[2][0] == MOMENT_S
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
    assert pieces[-2][0] == pytest.approx(max(reply_s, certain_s), abs=1e-6)


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


def test_the_short_sound_is_played_when_it_comes_and_not_with_what_follows() -> None:
    """As one piece it waited in the satellite for a second, which came with the reply or the phrase."""
    pieces, _, _ = heard(MOMENT_S - 0.01)
    buffer = JitterBuffer(VOICE_FORMAT, start_s=0.5, target=Target(0.08, 0.5))
    for at, piece in pieces:
        if at == EARCON_S:
            buffer.push(piece, at)
    assert b"".join(buffer.pull() for _ in range(12)) == EARCON


@pytest.mark.parametrize("small", [Hoarse(), FakeVoice(rtf=10_000.0)], ids=["that fails", "that hangs"])
def test_a_voice_that_cannot_say_the_phrase_costs_no_reply(small: FakeVoice) -> None:
    """It used to: the reply ended with the error, or waited for the phrase."""
    pieces, room, _ = heard(MOMENT_S + 0.5, small=small)
    assert [piece for _, piece in pieces] == [*TONES, *REPLY]
    assert pieces[-1][0] <= MOMENT_S + MAKING_S
    assert room.spoken.lead_s == pytest.approx(VOICE_FORMAT.seconds(len(EARCON)))
    assert small.open == 0


def test_the_hub_holds_what_is_told_until_it_is_sent() -> None:
    """What was sent of it used to be taken off unadded, so that a hub full of sound passed for an empty one."""
    held: list[int] = []
    pieces, _, _ = heard(MOMENT_S + 5, hold=held.append)
    assert sum(held) == sum(len(piece) for _, piece in pieces[: -len(REPLY)])
