"""Laws of softer players: each gets back what it had, unless someone changed it; alone, and on a real PulseAudio."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.sound.music import Ducking, MusicError
from tests.sound_card import FULL, SoundCard, needs_sound_card, sound_card
from wire.pcm import SPEECH

try:
    from satellite.engines import pulse
except (ImportError, OSError) as error:
    pytest.skip(f"{error}: apt-get install libpulse0, pip install 'hark[audio]'", allow_module_level=True)

VOLUMES = st.lists(st.floats(0, 1.5), min_size=1, max_size=2)
STREAMS = st.lists(
    st.builds(pulse.Stream, st.integers(0, 9), st.sampled_from(["radio", "film"]), VOLUMES),
    max_size=5,
    unique_by=lambda stream: stream.index,
)
DECIBELS = st.floats(1, 60)


def applied(streams: list[pulse.Stream], changes: list[tuple[int, list[float]]]) -> list[pulse.Stream]:
    after = dict(changes)
    return [pulse.Stream(old.index, old.player, after.get(old.index, old.volumes)) for old in streams]


def ducked(streams: list[pulse.Stream], notes: list[pulse.Note]) -> list[pulse.Stream]:
    return applied(streams, [(note.index, note.got) for note in notes])


@given(STREAMS, DECIBELS)
def test_what_was_ducked_gets_back_exactly_what_it_had(streams: list[pulse.Stream], decibels: float) -> None:
    notes = pulse.to_duck(streams, [], decibels)
    soft = ducked(streams, notes)
    assert applied(soft, pulse.to_restore(soft, notes)) == streams


@given(STREAMS, DECIBELS)
def test_nothing_is_ducked_twice(streams: list[pulse.Stream], decibels: float) -> None:
    notes = pulse.to_duck(streams, [], decibels)
    assert pulse.to_duck(ducked(streams, notes), notes, decibels) == []


@given(STREAMS, DECIBELS)
def test_a_volume_that_someone_changed_meanwhile_stays(streams: list[pulse.Stream], decibels: float) -> None:
    notes = pulse.to_duck(streams, [], decibels)
    changed = [pulse.Stream(stream.index, stream.player, [2.0]) for stream in streams]
    assert pulse.to_restore(changed, notes) == []


def test_the_next_stream_of_a_player_gets_back_what_its_last_one_had() -> None:
    notes = pulse.to_duck([pulse.Stream(1, "radio", [0.8])], [], 20)
    assert pulse.to_restore([pulse.Stream(2, "radio", notes[0].got)], notes) == [(2, [0.8])]
    assert pulse.to_restore([pulse.Stream(2, "film", notes[0].got)], notes) == []


def test_sixty_decibels_are_a_tenth_of_pulseaudios_cubic_volume() -> None:
    assert pulse.softened([1.0, 0.5, 0.0], 60) == pytest.approx([0.1, 0.05, 0.0])


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="hark") as short:  # a socket's path is at most 107 bytes
        yield Path(short)


@needs_sound_card
@pytest.mark.end_to_end
def test_a_real_player_is_softer_and_then_as_loud_as_before(folder: Path) -> None:
    async def run() -> None:
        async with sound_card(folder) as card, card.music(SPEECH.silence(60), volume=FULL * 3 // 4):
            with card.here():
                music = pulse.PulseMusic(20.0)
                await music.duck()
                assert await card.volume() == pytest.approx(FULL * 3 / 4 * 10 ** (-20 / 60), abs=2)
                await music.restore()
                assert await card.volume() == FULL * 3 // 4

    asyncio.run(run())


@needs_sound_card
@pytest.mark.end_to_end
def test_what_a_crash_left_soft_the_next_start_restores(folder: Path) -> None:
    async def run() -> None:
        async with sound_card(folder) as card, card.music(SPEECH.silence(60)):
            with card.here():
                await pulse.PulseMusic(20.0).duck()
                after_the_crash = Ducking(pulse.PulseMusic(20.0))
                task = asyncio.create_task(after_the_crash.run())
                async with asyncio.timeout(60):
                    while await card.volume() != FULL:  # noqa: ASYNC110  (another program tells nobody)
                        await asyncio.sleep(0.02)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        assert not (folder / pulse.FILE).exists()

    asyncio.run(run())


@needs_sound_card
@pytest.mark.end_to_end
def test_the_person_who_turned_the_volume_meanwhile_is_right(folder: Path) -> None:
    async def run() -> None:
        async with sound_card(folder) as card, card.music(SPEECH.silence(60)):
            with card.here():
                music = pulse.PulseMusic(20.0)
                await music.duck()
                await card.pactl("set-sink-input-volume", "0", "50%")
                await music.restore()
                assert await card.volume() == FULL // 2

    asyncio.run(run())


@needs_sound_card
@pytest.mark.end_to_end
def test_what_plays_in_another_room_stays_as_loud(folder: Path) -> None:
    """Used to make the person softer who spoke through the same server's other speaker."""

    async def run() -> None:
        async with sound_card(folder) as card, card.music(SPEECH.silence(60), sink="room"):
            with card.here():
                await pulse.PulseMusic(20.0).duck()
                assert await card.volume() == FULL

    asyncio.run(run())


def test_without_a_server_it_says_so(folder: Path) -> None:
    async def run() -> None:
        with SoundCard(folder).here(), pytest.raises(MusicError, match=r"no PulseAudio or PipeWire .* music.duck_db"):
            await pulse.PulseMusic(20.0).duck()

    asyncio.run(run())
