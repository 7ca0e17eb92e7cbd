"""Laws of what listens: pre-roll, pauses, wake word detection, and the fence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from satellite.hearing.preroll import Preroll
from satellite.hearing.vad import Edge, NoiseFloor, Pauses


@given(st.lists(st.binary(min_size=1, max_size=50)), st.integers(0, 200), st.integers(0, 300))
def test_the_preroll_is_the_newest_whole_frames_that_fit(frames: list[bytes], size: int, asked: int) -> None:
    preroll = Preroll(size)
    for frame in frames:
        preroll.push(frame)
    held = preroll.take(asked)
    fits = min(size, asked)
    assert sum(map(len, held)) <= fits
    assert held == frames[len(frames) - len(held) :]
    older = frames[: len(frames) - len(held)]
    assert not older or sum(map(len, held)) + len(older[-1]) > fits
    assert preroll.take(size) == []


def edges(pauses: Pauses, voiced: list[bool]) -> list[tuple[int, Edge]]:
    found = [(number, pauses.frame(voice)) for number, voice in enumerate(voiced)]
    return [(number, edge) for number, edge in found if edge is not None]


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 5), st.integers(1, 5))
def test_starts_and_stops_take_turns_each_after_enough_in_a_row(voiced: list[bool], start: int, pause: int) -> None:
    speaking = False
    for number, edge in edges(Pauses(start, pause, wake_tail_frames=0), voiced):
        assert (edge is Edge.STARTED) is not speaking
        speaking = not speaking
        needed = start if speaking else pause
        assert voiced[number + 1 - needed : number + 1] == [speaking] * needed


def test_the_end_of_the_wake_word_is_no_speech() -> None:
    pauses = Pauses(start_frames=3, pause_frames=3, wake_tail_frames=15)
    pauses.begin_turn()
    assert edges(pauses, [True] * 14 + [False] * 50) == []


def test_speech_that_follows_the_wake_word_at_once_is_heard() -> None:
    pauses = Pauses(start_frames=3, pause_frames=3, wake_tail_frames=15)
    pauses.begin_turn()
    assert edges(pauses, [True] * 60) == [(17, Edge.STARTED)]


def test_the_tail_counts_from_each_wake_word() -> None:
    pauses = Pauses(start_frames=1, pause_frames=1, wake_tail_frames=2)
    edges(pauses, [True] * 10)
    pauses.begin_turn()
    assert edges(pauses, [True] * 3) == [(2, Edge.STARTED)]


@given(st.lists(st.floats(-90, 0), min_size=1, max_size=200), st.integers(1, 50))
def test_the_rooms_level_is_the_least_of_the_last_frames(levels: list[float], frames: int) -> None:
    floor = NoiseFloor(frames, margin_db=6.0)
    for number, level in enumerate(levels):
        least = min(levels[max(0, number + 1 - frames) : number + 1])
        assert floor.is_room(level) is (level <= least + 6.0)
