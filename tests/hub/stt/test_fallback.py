"""Laws of engines that stand in for each other, on virtual time: no word is lost, and nothing stays open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.fallback import KEPT_S, Fallback, joined
from hub.stt.recognizer import Recognizer, RecognizerError, Voiced, Word, Words
from hub.stt.rest import FIRST_REST_S, LONGEST_REST_S, Rest
from tests.virtual_time import run
from wire.pcm import SPEECH

PASS_S = 0.1
VOICED = ((0.0, 60.0),)


@dataclass(eq=False)
class Scripted:
    """Hears one word in each second of its own sound, "w0" from 0 to 1 s; all but the last two are committed.

    It fails at the calls whose numbers are in `fails`: opening is a call, and so is each pass.
    """

    name: str
    fails: frozenset[int] = frozenset()
    languages: Sequence[str] = ("en",)
    step_s: float = 0.5
    promotes: bool = True
    calls: int = 0
    open: int = 0
    asked: list[Voiced] = field(default_factory=list)

    async def call(self) -> None:
        """Takes its time, and fails where it is to."""
        self.calls += 1
        await asyncio.sleep(PASS_S)
        if self.calls in self.fails:
            raise RecognizerError(f"{self.name} is broken; mend it")

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncIterator[ScriptedListener]:
        """One at a time or many."""
        self.open += 1
        try:
            await self.call()
            yield ScriptedListener(self)
        finally:
            self.open -= 1
            await asyncio.sleep(PASS_S)


@dataclass
class ScriptedListener:
    """See Scripted."""

    engine: Scripted
    taken: int = 0

    def take(self, pcm: bytes) -> None:
        """See hub.stt.recognizer.Listener."""
        self.taken += len(pcm)

    async def partial(self, voiced: Voiced) -> Words:
        """See hub.stt.recognizer.Listener."""
        return await self._words(voiced)

    async def final(self, voiced: Voiced) -> Words:
        """See hub.stt.recognizer.Listener."""
        return await self._words(voiced)

    async def _words(self, voiced: Voiced) -> Words:
        self.engine.asked.append(voiced)
        await self.engine.call()
        heard = [Word(f"w{second}", second, second + 1) for second in range(int(SPEECH.seconds(self.taken)))]
        return Words(tuple(heard[:-2]), tuple(heard[-2:]), "en")


ALWAYS = frozenset(range(1, 1000))


def times(words: Words) -> list[float]:
    return [word.start_s for word in words.all]


async def heard(recognizer: Recognizer, seconds: int, language: str | None = None) -> Words:
    """One utterance with a partial each second; what is committed never changes."""
    committed: tuple[Word, ...] = ()
    async with recognizer.listen(language) as listener:
        for _ in range(seconds):
            listener.take(SPEECH.silence(1))
            words = await listener.partial(VOICED)
            assert words.committed[: len(committed)] == committed
            committed = words.committed
        final = await listener.final(VOICED)
    assert final.all[: len(committed)] == committed
    return final


def now() -> float:
    return asyncio.get_running_loop().time()


@given(st.integers(1, 12), st.frozensets(st.integers(1, 30)))
def test_whenever_the_first_engine_fails_every_word_is_heard_once(seconds: int, fails: frozenset[int]) -> None:
    async def story() -> Words:
        first, second = Scripted("first", fails), Scripted("second")
        words = await heard(Fallback([first, second], now), seconds)
        assert (first.open, second.open) == (0, 0)
        return words

    assert times(run(story())) == list(range(seconds))


@given(st.frozensets(st.integers(1, 8)), st.frozensets(st.integers(1, 8)))
def test_failures_reach_the_reader_only_where_no_engine_is_left(
    first_fails: frozenset[int], second_fails: frozenset[int]
) -> None:
    async def story() -> None:
        engines = [Scripted("first", first_fails), Scripted("second", second_fails)]
        said = ""
        try:
            words = await heard(Fallback(engines, now), 3)
        except RecognizerError as error:
            said = str(error)
        if said:
            assert said == "second is broken; mend it"
            assert all(engine.calls in engine.fails for engine in engines)
        else:
            assert times(words) == [0, 1, 2]
        assert [engine.open for engine in engines] == [0, 0]

    run(story())


def test_the_next_engine_gets_the_latest_sound_and_its_clock() -> None:
    """The first fails at the end of 40 s; the second hears the last 30 of them, and what was committed stays."""
    seconds = 40

    async def story() -> tuple[Words, Scripted]:
        second = Scripted("second")
        words = await heard(Fallback([Scripted("first", frozenset({seconds + 2})), second], now), seconds)
        return words, second

    words, second = run(story())
    assert times(words) == list(range(seconds))
    assert second.asked == [((0.0, VOICED[0][1] - (seconds - KEPT_S)),)]


def test_an_engine_that_failed_rests_and_is_asked_again_afterwards() -> None:
    async def story() -> list[str]:
        fallback = Fallback([Scripted("first", frozenset({1})), Scripted("second")], now)
        names = []
        for pause in (0.0, FIRST_REST_S - 5, 10.0):
            await asyncio.sleep(pause)
            names.append(fallback.name)
            await heard(fallback, 1)
        return names

    assert run(story()) == ["first", "second", "first"]


def test_what_rests_is_asked_where_nothing_else_is_left() -> None:
    async def story() -> str:
        fallback = Fallback([Scripted("first", frozenset({1})), Scripted("second", frozenset({1, 4}))], now)
        with pytest.raises(RecognizerError):
            await heard(fallback, 1)
        return (await heard(fallback, 1)).text

    assert run(story()) == "w0"


def test_its_ways_are_those_of_the_engine_that_will_listen() -> None:
    async def story() -> None:
        first = Scripted("first", ALWAYS, ("en", "de"), 0.5, True)
        fallback = Fallback([first, Scripted("second", step_s=0.1, promotes=False)], now)
        assert (fallback.name, fallback.languages, fallback.step_s, fallback.promotes) == (
            "first",
            ("en", "de"),
            0.5,
            True,
        )
        await heard(fallback, 1)
        assert (fallback.name, fallback.languages, fallback.step_s, fallback.promotes) == (
            "second",
            ("en",),
            0.1,
            False,
        )

    run(story())


def test_a_language_is_for_the_engines_that_know_it() -> None:
    async def story() -> None:
        english, german = Scripted("english"), Scripted("german", languages=("de",))
        fallback = Fallback([english, german], now)
        assert (await heard(fallback, 1, "de")).text == "w0"
        assert english.calls == 0
        with pytest.raises(RecognizerError, match="no speech engine here understands 'fr'"):
            await heard(fallback, 1, "fr")
        assert fallback.name == "english"

    run(story())


@given(st.floats(0, 3), st.frozensets(st.integers(1, 5)))
def test_leaving_at_any_moment_leaves_nothing_open(moment: float, fails: frozenset[int]) -> None:
    async def story() -> None:
        engines = [Scripted("first", fails), Scripted("second", fails), Scripted("third")]
        task = asyncio.ensure_future(heard(Fallback(engines, now), 8))
        await asyncio.sleep(moment)
        task.cancel()
        await asyncio.wait([task])
        assert [engine.open for engine in engines] == [0, 0, 0]

    run(story())


def test_a_pass_that_was_left_is_no_failure_and_the_next_one_hears_all() -> None:
    async def story() -> Words:
        fallback = Fallback([Scripted("first", ALWAYS), Scripted("second")], now)
        async with fallback.listen() as listener:
            listener.take(SPEECH.silence(4))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(listener.partial(VOICED), 2.5 * PASS_S)  # while the second is being opened
            return await listener.final(VOICED)

    assert times(run(story())) == [0, 1, 2, 3]


def test_the_same_failure_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        fallback = Fallback([Scripted("first", ALWAYS), Scripted("second")], now)
        for _ in range(5):
            await heard(fallback, 1)
            await asyncio.sleep(FIRST_REST_S)

    with caplog.at_level(logging.WARNING):
        run(story())
    assert [record.getMessage() for record in caplog.records] == [
        "first failed and rests for 30 s: first is broken; mend it"
    ]


@given(st.lists(st.tuples(st.floats(0, 1000), st.booleans()), max_size=30))
def test_rests_double_up_to_a_bound_and_end_with_success(events: list[tuple[float, bool]]) -> None:
    rest, time = Rest(), 0.0
    for pause, works in events:
        time += pause
        before, length = rest.until, rest.length_s
        if works:
            rest.worked()
            assert time >= rest.until
        else:
            rest.failed(time)
            due = length if time < before else min(max(2 * length, FIRST_REST_S), LONGEST_REST_S)
            assert rest.length_s == due
            assert rest.until == (before if time < before else time + due)


@given(st.lists(st.floats(0.1, 2), max_size=10), st.floats(0, 9), st.integers(0, 10))
def test_words_that_both_engines_heard_count_once(lengths: list[float], begin_s: float, settled: int) -> None:
    """The second engine hears the same words from where its sound begins."""
    ends = list(accumulate(lengths))
    spoken = [Word(str(number), end - lengths[number], end) for number, end in enumerate(ends)]
    later = [
        Word(word.text, word.start_s - begin_s, word.end_s - begin_s) for word in spoken if word.start_s >= begin_s
    ]
    both = joined(spoken[:settled], Words((), tuple(later), "en"), begin_s)
    numbers = [int(word.text) for word in both.all]
    assert numbers == sorted(set(numbers))
    assert set(numbers) == {int(word.text) for word in [*spoken[:settled], *later]}
    assert both.committed == tuple(spoken[:settled])
