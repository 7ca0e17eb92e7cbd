"""Laws of the word "stop": its process comes and goes with the need for it, and its failures stay its own."""

from __future__ import annotations

import asyncio
import logging
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bench.wake_clips import read_sound, room
from config.loading import build, one, read
from config.satellite import SatelliteSettings
from satellite.hearing.chain import stop_rules
from satellite.hearing.ears import Ears, Woken
from satellite.hearing.stop_word import AGAIN_S, ANSWER_S, STEP_S, UNUSED_S, Child, Process, StopWord
from satellite.hearing.wake import Rule
from satellite.parts import stop_word
from tests import virtual_time
from tests.fakes import WAKE_WORD, FakeMicrophone, FakeStopWord, FakeVad, FakeWakeWords
from tests.settings import SATELLITE_TOML
from wire.pcm import SPEECH

if TYPE_CHECKING:
    from satellite.engines.pocketsphinx import Spotter

STEP = SPEECH.bytes(STEP_S)


class FakeChild:
    """Hears what its first byte says; dies or hangs where it is told to."""

    def __init__(self) -> None:
        self.ended = self.dead = self.hangs = False

    async def score(self, sound: bytes, steps: int) -> list[float]:
        """See Child."""
        if self.dead:
            raise EOFError
        if self.hangs:
            await asyncio.Event().wait()
        return [sound[number * STEP] / 100 for number in range(steps)]

    def end(self) -> None:
        """See Child."""
        self.ended = True


class Nursery:
    """Every child that was started."""

    def __init__(self) -> None:
        self.children: list[FakeChild] = []

    async def start(self) -> Child:
        """Gives another."""
        self.children.append(FakeChild())
        return self.children[-1]

    @property
    def alive(self) -> int:
        """How many have not been ended."""
        return sum(not child.ended for child in self.children)


def step(score: int = 0) -> bytes:
    return bytes([score]) + bytes(STEP - 1)


def test_there_is_a_process_only_while_stop_is_listened_for_and_a_while_after() -> None:
    async def scenario() -> None:
        nursery = Nursery()
        stop = StopWord(nursery.start)
        assert nursery.alive == 0
        assert await stop.hear(step(10) + step(90)) == [{"stop": 0.1}, {"stop": 0.9}]
        await asyncio.sleep(UNUSED_S - 1)
        await stop.hear(step())
        await asyncio.sleep(UNUSED_S - 1)
        assert (nursery.alive, len(nursery.children)) == (1, 1)
        await asyncio.sleep(2)
        assert nursery.alive == 0
        assert await stop.hear(step(90)) == [{"stop": 0.9}]
        await asyncio.sleep(UNUSED_S + 1)
        assert (nursery.alive, len(nursery.children)) == (0, 2)

    virtual_time.run(scenario())


def test_a_process_that_dies_is_told_once_and_replaced_after_a_while(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        nursery = Nursery()
        stop = StopWord(nursery.start)
        await stop.hear(step())
        for _ in range(3):
            nursery.children[-1].dead = True
            assert await stop.hear(step()) == await stop.hear(step(90)) == []
            assert nursery.alive == 0
            await asyncio.sleep(AGAIN_S)
            assert await stop.hear(step(90)) == [{"stop": 0.9}]
        assert len(nursery.children) == 4
        await asyncio.sleep(UNUSED_S)

    virtual_time.run(scenario())
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 3  # each after it had worked again


def test_a_process_that_cannot_be_had_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async def refuse() -> Child:
        raise FileNotFoundError("no python")

    async def scenario() -> None:
        stop = StopWord(refuse)
        for _ in range(5):
            assert await stop.hear(step()) == []
            await asyncio.sleep(AGAIN_S)
        await asyncio.sleep(UNUSED_S)

    virtual_time.run(scenario())
    assert len(caplog.records) == 1
    assert "no python" in caplog.text


def test_a_process_that_does_not_answer_is_ended_in_time() -> None:
    async def scenario() -> None:
        nursery = Nursery()
        stop = StopWord(nursery.start)
        await stop.hear(step())
        nursery.children[0].hangs = True
        began = asyncio.get_running_loop().time()
        assert await stop.hear(step()) == []
        assert asyncio.get_running_loop().time() - began == pytest.approx(ANSWER_S)
        assert nursery.alive == 0

    virtual_time.run(scenario())


def test_nothing_is_left_where_hearing_is_cut_short() -> None:
    async def scenario() -> None:
        nursery = Nursery()
        stop = StopWord(nursery.start)
        await stop.hear(step())
        nursery.children[0].hangs = True
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await stop.hear(step())
        assert nursery.alive == 0

    virtual_time.run(scenario())


class LateStopWord(FakeStopWord):
    """Needs some time before its first score, as one that is started then."""

    def __init__(self, late_s: float) -> None:
        self._late_s = late_s

    async def hear(self, sound: bytes) -> list[dict[str, float]]:
        """See satellite.hearing.wake.WakeWords."""
        late_s, self._late_s = self._late_s, 0.0
        await asyncio.sleep(late_s)
        return await super().hear(sound)


async def heard(stop: LateStopWord) -> list[tuple[str, float]]:
    """What is heard, and when: stop is listened for from 5 s on and said at 7 s and 20 s, the wake word at 6 s."""
    loop, microphone, words = asyncio.get_running_loop(), FakeMicrophone(), list[tuple[str, float]]()

    def woken(one: Woken) -> None:
        words.append((one.detection.name, loop.time()))

    ears = Ears(_settings(), microphone, FakeVad(), FakeWakeWords(), lambda *_: None, woken, lambda _: None, stop)
    listening = asyncio.create_task(ears.run())
    loop.call_at(5.0, ears.listen_for_stop, True)
    loop.call_at(6.0, setattr, microphone, "wakes", True)
    for at in (7.0, 20.0):
        loop.call_at(at, setattr, microphone, "stops", True)
    await asyncio.sleep(25.0)
    listening.cancel()
    await asyncio.wait([listening])
    return words


@pytest.mark.parametrize(("late_s", "stops"), [(0.0, [7.0, 20.0]), (3.0, [8.0, 20.0]), (12.0, [20.0])])
def test_an_engine_for_stop_that_is_being_started_delays_no_wake_word_and_catches_up_on_4_s(
    late_s: float, stops: list[float]
) -> None:
    words = virtual_time.run(heard(LateStopWord(late_s)))
    assert [name for name, _ in words] == [WAKE_WORD] + ["stop"] * len(stops)
    assert [at for _, at in words] == pytest.approx([6.0, *stops], abs=0.2)


def test_stop_takes_its_makers_advice_whatever_is_set_for_wake_words() -> None:
    wake = msgspec.structs.replace(_settings().wake, threshold=0.9, trigger_level=4)
    assert stop_rules(wake, {"stop": 0.5}) == {"stop": Rule(0.5, 1, wake.refractory_s)}


# The real engine


@pytest.fixture(scope="module")
def spotter() -> Spotter:
    reason = "pocketsphinx is not installed (extra stop)"
    engine = pytest.importorskip("satellite.engines.pocketsphinx", reason=reason, exc_type=ImportError)
    spotter: Spotter = engine.Spotter()
    return spotter


def said(text: str, folder: Path) -> bytes:
    """In a quiet room, whole steps."""
    if shutil.which("flite") is None:
        pytest.skip("flite is not installed")
    path = folder / "said.wav"
    subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", str(path)], check=True)
    sound = room(1.0) + read_sound(path) + room(1.0)
    return sound[: len(sound) // STEP * STEP]


def test_stop_is_heard_by_the_process_that_the_default_settings_start(spotter: Spotter, tmp_path: Path) -> None:
    stop = stop_word(_settings().wake)
    assert stop is not None
    word, others = said("stop", tmp_path), said("what time is it in the kitchen", tmp_path)

    async def scenario(engine: StopWord) -> tuple[list[float], list[float]]:
        scores = [[one["stop"] for one in await engine.hear(sound)] for sound in (word, others)]
        engine.end()
        return scores[0], scores[1]

    assert isinstance(stop, StopWord)
    heard, unheard = asyncio.run(scenario(stop))
    assert len(heard) == len(word) // STEP
    assert sum(score >= 0.5 for score in heard) == 1
    assert max(unheard) == 0.0


@given(st.lists(st.sampled_from([bytes(STEP), b"\xff\x7f" * (STEP // 2), room(STEP_S)]) | st.binary(), max_size=8))
@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_heard_has_a_score(spotter: Spotter, sounds: Sequence[bytes]) -> None:
    for sound in sounds:
        assert 0 <= spotter.score(sound.ljust(STEP, b"\0")[:STEP]) <= 1


@pytest.mark.parametrize("module", ["satellite.engines", "this"])
def test_a_program_that_is_no_engine_is_an_error_and_leaves_nothing(module: str) -> None:
    async def scenario() -> None:
        process = await Process.start(module)
        with pytest.raises((OSError, EOFError)):
            await process.score(bytes(STEP) * 1000, 1000)
        process.end()

    before = psutil.Process().children()
    asyncio.run(scenario())
    assert psutil.Process().children() == before


def _settings() -> SatelliteSettings:
    return build(SatelliteSettings, [read(SATELLITE_TOML), one("wake.trigger_level", 2, "test")])
