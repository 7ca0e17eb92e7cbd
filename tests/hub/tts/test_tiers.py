"""Laws of which voice speaks, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from hub.load.need import SOME_DAY, Kind, Need
from hub.stt.rest import FIRST_REST_S
from hub.tts.tiers import BEST, FAILED, LATE, LOADED, QUICK_S, Reply, Tiers
from hub.tts.voice import VoiceError
from tests.virtual_time import run
from wire.pcm import PcmFormat

CLAUSE = "The light is on."


@dataclass
class Voice:
    """Takes `takes_s` to its first sound, whose samples are all `level`; fails where it is told to."""

    name: str
    level: int
    takes_s: float = 0.1
    fails: bool = False
    rate: int = 16_000
    asked: list[str] = field(default_factory=list)
    open: int = 0
    format: PcmFormat = field(init=False)

    def __post_init__(self) -> None:
        self.format = PcmFormat(self.rate)

    async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
        self.asked.append(text)
        self.open += 1
        try:
            await asyncio.sleep(self.takes_s)
            if self.fails:
                raise VoiceError("hoarse")
            for _ in range(2):
                yield self.level.to_bytes(2, "little") * (self.rate // 20)
        finally:
            self.open -= 1


def named(*voices: Voice) -> dict[str, Voice]:
    return {voice.name: voice for voice in voices}


def clock() -> float:
    return asyncio.get_running_loop().time()


def by(seconds: float) -> Need:
    return Need(Kind.ANSWER, "den", clock() + seconds)


def on_virtual_time(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    return lambda: run(test())


async def spoken(reply: Reply, need: Need = SOME_DAY, text: str = CLAUSE) -> tuple[bytes, float]:
    """All sound of a clause, and when its first came."""
    made, first = b"", -1.0
    async for piece in reply.speak(text, need):
        first = clock() if first < 0 else first
        made += piece
    return made, first


@on_virtual_time
async def test_the_best_voice_speaks_while_all_is_well() -> None:
    best, small = Voice("best", 1), Voice("small", 2)
    reply = Tiers(named(best, small), clock=clock).reply()
    for _ in range(3):
        assert (await spoken(reply, by(2)))[0] == b"\1\0" * 1600
    assert (reply.name, reply.why, small.asked) == ("best", BEST, [])


@on_virtual_time
async def test_load_makes_the_smaller_voice_speak_and_the_last_there_is_at_most() -> None:
    tiers = Tiers(named(Voice("best", 1), Voice("small", 2)), lambda: 5, clock)
    reply = tiers.reply()
    assert (await spoken(reply))[0] == b"\2\0" * 1600
    assert (reply.name, reply.why) == ("small", LOADED)


@on_virtual_time
async def test_a_voice_that_fails_is_replaced_in_the_same_reply_and_rests() -> None:
    best, small = Voice("best", 1, fails=True), Voice("small", 2)
    tiers = Tiers(named(best, small), clock=clock)
    reply = tiers.reply()
    assert (await spoken(reply))[0] == b"\2\0" * 1600
    assert (reply.name, reply.why) == ("small", FAILED)
    best.fails = False
    assert tiers.reply().name == "small"
    await asyncio.sleep(FIRST_REST_S)
    again = tiers.reply()
    await spoken(again)
    assert (again.name, again.why) == ("best", BEST)


@on_virtual_time
async def test_where_all_fail_it_is_said() -> None:
    tiers = Tiers(named(Voice("best", 1, fails=True), Voice("small", 2, fails=True)), clock=clock)
    with pytest.raises(VoiceError, match="hoarse"):
        await spoken(tiers.reply())


@on_virtual_time
async def test_a_voice_that_would_come_too_late_gives_way_in_time_for_the_next() -> None:
    best, small = Voice("best", 1, takes_s=60), Voice("small", 2, takes_s=0.2)
    tiers = Tiers(named(best, small), clock=clock)
    loaded = Tiers(named(small), clock=clock).reply()
    await spoken(loaded)  # nothing is shared between hubs
    for _ in range(30):  # until it is known what the small voice takes
        reply, begun = tiers.reply(), clock()
        made, first = await spoken(reply, by(2))
        assert made == b"\2\0" * 1600
        assert first <= begun + 2 + 0.2
    assert first <= begun + 2 + 0.001
    assert (reply.name, reply.why, best.open) == ("small", LATE, 0)


@on_virtual_time
async def test_a_voice_that_gives_way_leaves_the_next_one_its_own_time_and_not_that_of_the_last() -> None:
    best, small = Voice("best", 1, takes_s=60), Voice("small", 2, takes_s=0.2)
    tiers = Tiers(named(best, small, Voice("last", 3, takes_s=0.01)), clock=clock)
    reply, begun = tiers.reply(), clock()
    made, first = await spoken(reply, by(2))
    assert (made, reply.name) == (b"\2\0" * 1600, "small")
    assert first <= begun + 2


@on_virtual_time
async def test_what_the_next_voices_need_is_known_before_the_first_of_them_has_to_take_over() -> None:
    best, small = Voice("best", 1, takes_s=60), Voice("small", 2, takes_s=1.0)
    tiers = Tiers(named(best, small, Voice("broken", 3, fails=True)), clock=clock)
    await tiers.measure()
    assert best.asked == []
    small.takes_s = 2.0  # what has made the better voice slow slows this one
    begun = clock()
    made, first = await spoken(tiers.reply(), by(4))
    assert made == b"\2\0" * 1600
    assert first <= begun + 4


@on_virtual_time
async def test_a_quick_voice_speaks_though_the_clause_came_too_late_to_it_and_a_slow_one_does_not() -> None:
    best, small = Voice("best", 1, takes_s=0.1), Voice("small", 2)
    tiers = Tiers(named(best, small), clock=clock)
    await spoken(tiers.reply(), by(2))
    assert (await spoken(tiers.reply(), by(-1)))[0] == b"\1\0" * 1600
    best.takes_s = 5.0
    begun = clock()
    assert (await spoken(tiers.reply(), by(-1)))[1] <= begun + QUICK_S + 0.1
    await spoken(tiers.reply(), by(60))
    begun = clock()
    assert (await spoken(tiers.reply(), by(-1)))[1] == pytest.approx(begun + 0.1)


@on_virtual_time
async def test_a_reply_does_not_go_back_to_the_better_voice_and_the_next_one_does() -> None:
    best, small = Voice("best", 1, takes_s=60), Voice("small", 2)
    tiers = Tiers(named(best, small), clock=clock)
    reply = tiers.reply()
    await spoken(reply, by(1))
    best.takes_s = 0.1
    assert (await spoken(reply, by(1)))[0] == b"\2\0" * 1600
    assert (await spoken(tiers.reply(), by(1)))[0] == b"\1\0" * 1600


@on_virtual_time
async def test_the_voice_that_is_wanted_counts_as_the_best_and_an_unknown_one_as_none() -> None:
    tiers = Tiers(named(Voice("best", 1), Voice("small", 2, fails=True)), clock=clock)
    reply = tiers.reply("small")
    assert (reply.tier, reply.why) == ("small", BEST)
    await spoken(reply)
    assert (reply.tier, tiers.reply("small").tier, tiers.reply("nobody").tier) == ("best", "best", "best")


@on_virtual_time
async def test_the_last_voice_has_all_the_time_there_is() -> None:
    reply = Tiers(named(Voice("only", 1, takes_s=30)), clock=clock).reply()
    assert (await spoken(reply, by(1)))[0] == b"\1\0" * 1600


@on_virtual_time
async def test_a_reply_is_one_stream_of_one_format() -> None:
    best, small = Voice("best", 1, rate=24_000), Voice("small", 1000, rate=16_000)
    reply = Tiers(named(best, small), clock=clock).reply()
    assert reply.format == PcmFormat(24_000)
    await spoken(reply)
    best.fails = True
    made, _ = await spoken(reply)
    assert reply.format.seconds(len(made)) == pytest.approx(0.1, abs=0.001)
    assert reply.name == "small"
