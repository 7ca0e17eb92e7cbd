"""Laws of an utterance's sound: whole, in order, in one format, and never more than the longest turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.audio import AudioStop
from wyoming.event import Event

from hub.serve.utterance import PATIENCE_S, PIECE_S, sound_of
from tests.hub.serve.served import chunk
from tests.virtual_time import run
from wire.errors import MalformedEvent
from wire.pcm import SPEECH, PcmFormat

LONGEST_S = 1.0
SOUND = bytes(range(256)) * (SPEECH.bytes(2.0) // 256)


async def asked(events: list[Event], ends: bool = True) -> AsyncGenerator[Event, None]:
    for event in events:
        yield event
    if ends:
        yield AudioStop().event()
        raise AssertionError("it is over")
    await asyncio.sleep(1_000)


async def pieces(events: AsyncGenerator[Event, None], kind: PcmFormat = SPEECH) -> list[bytes]:
    async with aclosing(events), aclosing(sound_of(events, kind, LONGEST_S)) as sound:
        return [piece async for piece in sound]


@given(st.lists(st.integers(0, SPEECH.bytes(0.8) // 2), max_size=5))
def test_it_is_what_was_sent_up_to_the_longest_turn_in_pieces_of_one_size(samples: list[int]) -> None:
    sent, start = [], 0
    for count in samples:
        sent.append(chunk(SOUND[start : start + 2 * count]))
        start += 2 * count
    got = run(pieces(asked([*sent, Event("of-no-interest")])))
    assert b"".join(got) == SOUND[:start][: SPEECH.bytes(LONGEST_S)]
    assert all(len(piece) == SPEECH.bytes(PIECE_S) for piece in got[:-1])


def test_it_ends_by_itself_where_no_end_comes() -> None:
    async def test() -> None:
        clock = asyncio.get_running_loop().time
        assert b"".join(await pieces(asked([chunk(SOUND[:64])], ends=False))) == SOUND[:64]
        assert clock() == pytest.approx(LONGEST_S + PATIENCE_S, abs=0.01)

    run(test())


def test_sound_of_another_format_than_announced_is_an_error() -> None:
    with pytest.raises(MalformedEvent):
        run(pieces(asked([chunk(bytes(64))]), PcmFormat(48_000)))
