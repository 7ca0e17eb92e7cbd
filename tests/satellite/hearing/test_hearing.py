"""Laws of the ears on virtual time: what they hand on, and what a microphone that fails costs."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

import pytest

from config.loading import assignment, build, read
from config.satellite import SatelliteSettings
from satellite.hearing.ears import Ears, Woken
from satellite.hearing.vad import Edge
from satellite.sound.health import Trouble
from satellite.sound.microphone import FRAME_S, Frame
from tests import virtual_time
from tests.fakes import WAKE_WORD, FakeMicrophone, FakeStopWord, FakeVad, FakeWakeWords, number_of
from tests.settings import SATELLITE_TOML
from wire.pcm import SPEECH


def settings(*options: str) -> SatelliteSettings:
    return build(
        SatelliteSettings, [read(SATELLITE_TOML), assignment("wake.trigger_level=2"), *map(assignment, options)]
    )


@dataclass
class Room:
    """Ears with everything fake, and what they told."""

    ears: Ears
    microphone: FakeMicrophone
    frames: list[Frame] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    woken: list[Woken] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def opened(cls, microphone: FakeMicrophone, *options: str) -> AsyncIterator[Self]:
        """For as long as the test takes."""

        def heard(frame: Frame, edge: Edge | None) -> None:
            room.frames.append(frame)
            room.edges += [edge] if edge else []

        def trouble(one: Trouble) -> None:
            room.troubles.append(one)

        def woken(one: Woken) -> None:
            room.woken.append(one)

        ears = Ears(settings(*options), microphone, FakeVad(), FakeWakeWords(), heard, woken, trouble, FakeStopWord())
        room = cls(ears, microphone)
        listening = asyncio.create_task(ears.run())
        try:
            yield room
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    async def hears(self, wakes: bool = False, stops: bool = False) -> None:
        """One frame of the wake word or of "stop", and a little more."""
        self.microphone.wakes, self.microphone.stops = wakes, stops
        await asyncio.sleep(5 * FRAME_S)

    @property
    def words(self) -> list[str]:
        return [woken.detection.name for woken in self.woken]


def test_a_word_is_heard_alike_with_and_without_the_gate() -> None:
    async def scenario(gate: str) -> list[str]:
        async with Room.opened(FakeMicrophone(), f"vad.gate={gate}") as room:
            for _ in range(3):
                await asyncio.sleep(5.0)
                await room.hears(wakes=True)
            return room.words

    assert virtual_time.run(scenario("true")) == virtual_time.run(scenario("false")) == [WAKE_WORD] * 3


def test_a_turn_begins_with_the_sound_from_before_the_wake_word() -> None:
    async def scenario() -> None:
        async with Room.opened(FakeMicrophone(), "microphone.preroll_ms=800") as room:
            await asyncio.sleep(5.0)
            numbers = [number_of(pcm) for pcm in room.ears.begin_turn()]
            assert len(numbers) == 40
            assert numbers == list(range(numbers[0], numbers[0] + 40))
            assert numbers[-1] == number_of(room.frames[-1].pcm)

    virtual_time.run(scenario())


class SlowWakeWords(FakeWakeWords):
    """Takes a second to score anything."""

    async def hear(self, sound: bytes) -> list[dict[str, float]]:
        """See satellite.hearing.wake.WakeWords."""
        await asyncio.sleep(1.0)
        return await super().hear(sound)


def test_the_preroll_reaches_as_much_further_back_as_the_word_was_told_late() -> None:
    async def scenario() -> None:
        microphone, taken = FakeMicrophone(), list[bytes]()
        loud: list[int] = []

        def woken(_: Woken) -> None:
            taken.extend(ears.begin_turn())

        def heard(frame: Frame, _: Edge | None) -> None:
            loud.extend([number_of(frame.pcm)] if frame.pcm[4] else [])

        ears = Ears(settings(), microphone, FakeVad(), SlowWakeWords(), heard, woken, lambda _: None)
        listening = asyncio.create_task(ears.run())
        await asyncio.sleep(5.0)
        microphone.wakes = True
        await asyncio.sleep(3.0)
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        assert number_of(taken[0]) <= loud[0] + 1 - 39  # the second frame made it a word
        assert number_of(taken[-1]) >= loud[0] + 49
        assert sum(map(len, taken)) <= SPEECH.bytes(0.8 + 2.1)  # and a second for each of the two

    virtual_time.run(scenario())


def test_a_closed_ear_holds_no_device_hears_nothing_and_remembers_nothing() -> None:
    async def scenario() -> None:
        async with Room.opened(FakeMicrophone()) as room:
            await asyncio.sleep(5.0)
            room.ears.close()
            await asyncio.sleep(FRAME_S)
            heard = len(room.frames)
            await room.hears(wakes=True)
            assert (room.microphone.open, len(room.frames), room.words) == (False, heard, [])
            assert room.ears.begin_turn() == []
            room.microphone.wakes = False
            room.ears.open()
            await asyncio.sleep(1.0)
            await room.hears(wakes=True)
            assert (room.microphone.open, room.words) == (True, [WAKE_WORD])

    virtual_time.run(scenario())


def test_muting_for_no_time_at_all_opens_the_device_once_more() -> None:
    async def scenario() -> None:
        async with Room.opened(FakeMicrophone()) as room:
            await asyncio.sleep(1.0)
            room.ears.close()
            room.ears.open()
            await asyncio.sleep(1.0)
            assert (room.microphone.open, room.microphone.opened, room.troubles) == (True, 2, [])

    virtual_time.run(scenario())


def test_stop_is_heard_only_while_it_is_asked_for() -> None:
    async def scenario() -> None:
        async with Room.opened(FakeMicrophone()) as room:
            await asyncio.sleep(1.0)
            await room.hears(stops=True)
            room.ears.listen_for_stop(True)
            await asyncio.sleep(0.1)
            await room.hears(stops=True)
            room.ears.listen_for_stop(False)
            await room.hears(stops=True)
            assert room.words == ["stop"]

    virtual_time.run(scenario())


def test_a_microphone_that_fails_is_opened_again_after_waits_that_double() -> None:
    async def scenario() -> None:
        async with Room.opened(FakeMicrophone()) as room:
            await asyncio.sleep(20.0)
            room.microphone.broken = True
            await asyncio.sleep(0.5 + 1 + 2 + 0.5)
            assert room.microphone.opened == 4
            room.microphone.broken = False
            await asyncio.sleep(4.0)
            assert room.troubles == [Trouble.FAILED, Trouble.WELL]

    virtual_time.run(scenario())


def test_a_microphone_that_gives_nothing_is_told_once_and_opened_again() -> None:
    async def scenario() -> None:
        async with Room.opened(FakeMicrophone(), "microphone.silent_s=3") as room:
            await asyncio.sleep(5.0)
            room.microphone.dead = True
            await asyncio.sleep(2.4)
            assert room.troubles == []
            await asyncio.sleep(10.0)
            assert room.troubles == [Trouble.SILENT]
            assert room.microphone.opened >= 3
            room.microphone.dead = False
            await asyncio.sleep(10.0)
            assert room.troubles == [Trouble.SILENT, Trouble.WELL]

    virtual_time.run(scenario())


class Switched(FakeMicrophone):
    """Gives zeros while it is switched off."""

    off = False

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """See satellite.sound.microphone.Microphone."""
        async for frame in super().frames():
            yield Frame(bytes(len(frame.pcm)), frame.at) if self.off else frame


def test_a_microphone_that_gives_zeros_alone_is_told_once_and_opened_again() -> None:
    async def scenario() -> None:
        microphone = Switched()
        async with Room.opened(microphone, "microphone.silent_s=3") as room:
            await asyncio.sleep(5.0)
            microphone.off = True
            await asyncio.sleep(2.9)
            assert room.troubles == []
            await asyncio.sleep(10.0)
            assert room.troubles == [Trouble.SILENT]
            assert microphone.opened >= 3
            microphone.off = False
            await asyncio.sleep(10.0)
            assert room.troubles == [Trouble.SILENT, Trouble.WELL]

    virtual_time.run(scenario())


class Endless(FakeMicrophone):
    """Says the wake word every ten seconds, and does not stop to talk."""

    def _next(self) -> Frame:
        self.wakes = self.number % 500 == 499
        self.speaking = self.number % 500 > 400
        return super()._next()


def held() -> int:
    """Bytes, without the garbage that is not collected yet."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("gate", ["true", "false"])
def test_ears_do_not_grow(gate: str) -> None:
    async def scenario() -> None:
        woken: list[float] = []
        heard = 0

        def hears(frame: Frame, _: Edge | None) -> None:
            nonlocal heard
            heard += 1

        ears = Ears(
            settings(f"vad.gate={gate}"),
            Endless(),
            FakeVad(),
            FakeWakeWords(),
            hears,
            lambda one: woken.append(one.level_dbfs),
            lambda _: None,
        )
        listening = asyncio.create_task(ears.run())
        await asyncio.sleep(60.0)
        tracemalloc.start()
        await asyncio.sleep(60.0)
        before = held()
        await asyncio.sleep(300.0)
        after = held()
        tracemalloc.stop()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        assert heard >= 20_900
        assert len(woken) >= 41
        assert after - before < 50_000  # bytes: the pre-roll alone is 150,000

    virtual_time.run(scenario())
