"""Laws of the endpointing benchmark: what it counts, without an engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.curves import Point, between, compared
from bench.ending import PIECE_S, Moment, ended, watch
from bench.endpointing import DEFAULT, Heard, point
from bench.pauses import BEFORE_S, Paused, with_pause
from bench.wake_clips import room
from config.hub import EndpointSettings
from hub.stt.activity import Activity
from hub.stt.ending.endpoint import Endpoint
from hub.stt.recognizer import Voiced, Word, Words
from wire.pcm import SPEECH

RATE = SPEECH.rate
SAID, ENDS = ["lights", "on", "now"], [3000, 5000, 9000]
SOUND = room(1.0)


def moments(pause: tuple[int, int], end: int, settles_after: int = 0) -> list[Moment]:
    """Speech to the end but for one pause, looked at every 20 ms; words settle so long after the voice."""
    made = []
    for heard in range(320, end + 4 * RATE, 320):
        start = pause[0] if pause[0] <= heard <= pause[1] else end
        silence = max(0, heard - start)
        made.append(Moment(heard, True, silence == 0, silence, silence > settles_after, "words", heard))
    return made


def heard(pause: tuple[int, int], end: int, settles_after: int = 0) -> Heard:
    return Heard(Paused(["on"], [end], 1, 0.5, b""), moments(pause, end, settles_after))


@given(st.integers(1, 2), st.floats(0.2, 1.2))
def test_a_pause_moves_the_words_after_it_and_changes_no_sound(after: int, pause_s: float) -> None:
    made = with_pause(SAID, ENDS, SOUND, after, pause_s)
    lead, pause, cut = (round(value) for value in (BEFORE_S * RATE, len(room(pause_s)) / 2, ENDS[after - 1]))
    assert [made.ends[0] - lead, made.end - lead - pause] == [ENDS[0], ENDS[-1]]
    assert made.pcm[2 * lead : 2 * (lead + cut)] == SOUND[: 2 * cut]
    assert made.pcm[2 * (lead + cut + pause) :][: len(SOUND) - 2 * cut] == SOUND[2 * cut :]


def test_a_perfect_recognizer_knows_the_words_that_have_ended() -> None:
    made = with_pause(SAID, ENDS, SOUND, 1, 0.5)
    assert [made.words(until) for until in (0, made.ends[0], made.ends[1] - 1, made.end)] == [
        "",
        "lights",
        "lights",
        "lights on now",
    ]


@pytest.mark.parametrize(("wait_ms", "cut"), [(300, True), (700, False)])
def test_a_wait_shorter_than_the_pause_cuts_the_person_off(wait_ms: int, cut: bool) -> None:
    one = heard((RATE, RATE + RATE // 2), 2 * RATE)
    figures = point(wait_ms, _fixed(wait_ms), [one], lambda *_: None)
    assert figures.cut_off == cut
    assert figures.median_s == pytest.approx(wait_ms / 1000, abs=PIECE_S)


def test_a_turn_is_over_when_its_words_are_there() -> None:
    one = heard((0, 0), RATE, settles_after=RATE // 2)
    assert point(300, _fixed(300), [one], lambda *_: None).median_s == pytest.approx(0.5, abs=2 * PIECE_S)


def test_a_turn_that_does_not_end_within_the_sound_has_no_end() -> None:
    assert ended(moments((0, 0), RATE, settles_after=10 * RATE), lambda _: None, Endpoint(DEFAULT), RATE).first is None


def test_the_judge_is_asked_of_each_moment() -> None:
    waits = [_wait(p_end) for p_end in (1.0, 0.5, 0.0)]
    assert waits == [pytest.approx(wait, abs=PIECE_S) for wait in (0.25, 0.7, 1.5)]


def test_curves_are_compared_where_both_are() -> None:
    fixed = [Point(500, 0.4, 0.5, 1.0), Point(2000, 0.1, 2.0, 2.0)]
    adaptive = [Point(0.5, 0.3, 0.3, 1.0), Point(1.0, 0.1, 0.7, 1.0)]
    figures = compared({"fixed": fixed, "adaptive": adaptive})
    assert figures == {
        "adaptive: cut-offs at the wait of 500 ms": "0.200, 50%",
        "adaptive: wait at the cut-offs of 2000 ms": "0.700 s, 35%",
    }


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=6, unique_by=lambda each: each[0]))
def test_between_points_is_a_value_of_neighbours_and_outside_is_none(points: list[tuple[float, float]]) -> None:
    points.sort()
    values = [value for _, value in points]
    assert between(points[0][0] - 0.1, points) is between(points[-1][0] + 0.1, points) is None
    middle = between((points[0][0] + points[-1][0]) / 2, points)
    assert middle is not None
    assert min(values) - 1e-9 <= middle <= max(values) + 1e-9


class Loud:
    """A detector: frames that are not digital silence are voice."""

    frame_bytes = 1024
    threshold = 0.5

    def probability(self, frame: bytes) -> float:
        return float(any(frame))


class Counting:
    """A recognizer whose words are the number of its passes; each takes `takes_s` of processor time."""

    name, languages, step_s, promotes = "counting", ("en",), 0.3, False

    def __init__(self, takes_s: float) -> None:
        self._takes_s = takes_s
        self.used = 0.0
        self._passes = 0

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncIterator[Counting]:
        yield self

    def take(self, pcm: bytes) -> None:
        assert len(pcm) == SPEECH.bytes(PIECE_S)

    async def partial(self, voiced: Voiced) -> Words:
        self.used, self._passes = self.used + self._takes_s, self._passes + 1
        return Words(tail=(Word(str(self._passes), 0, 1),))

    async def final(self, voiced: Voiced) -> Words:
        self.used += self._takes_s
        return Words(tail=(Word("final", 0, 1),))


def watched(takes_s: float) -> Sequence[Moment]:
    recognizer = Counting(takes_s)
    pcm = SPEECH.silence(0.5) + room(1.0) + SPEECH.silence(1.5)
    return asyncio.run(watch(pcm, recognizer, Activity(Loud(), tells=False), lambda: recognizer.used))


def test_words_come_when_their_pass_has_taken_its_time() -> None:
    for takes_s in (0.0, 0.2):
        seen = watched(takes_s)
        paused = next(moment for moment in seen if moment.spoken and not moment.speaking)
        settled = next(moment for moment in seen if moment.settled)
        assert settled.words == "final"
        assert (settled.heard - paused.heard) / RATE == pytest.approx(takes_s, abs=takes_s + 2 * PIECE_S)
        assert settled.heard - paused.heard >= takes_s * RATE


def test_before_anyone_spoke_there_are_no_words() -> None:
    seen = watched(0.05)
    assert {moment.words for moment in seen if not moment.spoken} == {None}
    assert [moment.words for moment in seen if moment.words is not None][:1] == ["1"]


def _wait(p_end: float) -> float:
    return point(1, DEFAULT, [heard((0, 0), RATE)], lambda *_: p_end).median_s


def _fixed(wait_ms: int) -> EndpointSettings:
    return msgspec.structs.replace(DEFAULT, mode="fixed", wait_ms=wait_ms)
