"""Laws of the embedded speech-to-text engine, with the real one and questions spoken by flite."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.home.home import Area
from hub.load.scheduler import Scheduler
from hub.stt.recognizer import Listener, RecognizerError, Words
from hub.stt.sphinx.pocketsphinx import LONGEST_S, PocketSphinx
from tests.hub.stt.sphinx.homes import NamedHome, thing
from wire.pcm import SPEECH

QUESTIONS = Path(__file__).parents[4] / "bench" / "questions"
HOME = NamedHome([thing("Kitchen Light", "light"), thing("Front Door", "lock")], [Area("Kitchen"), Area("Bedroom")])


def sound(name: str) -> bytes:
    with wave.open(str(QUESTIONS / f"{name}.wav")) as file:
        return SPEECH.silence(0.2) + bytes(file.readframes(file.getnframes())) + SPEECH.silence(0.2)


QUESTION, SAID = sound("turn-on-the-kitchen-light"), "turn on the kitchen light"
OTHER, OTHER_SAID = sound("is-the-front-door-locked"), "is the front door locked"
BATCH = SPEECH.bytes(PocketSphinx.step_s)
VOICED = [(0.2, 1.5)]

Law = Callable[[PocketSphinx], Coroutine[None, None, None]]


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[[Law], None]]:
    """Runs a law on one engine with two decoders, in one event loop."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        scheduler = runner.run(stack.enter_async_context(Scheduler(3)))
        engine = PocketSphinx(HOME, scheduler, decoders=2, wake_phrases=["hey jarvis"])
        runner.run(stack.enter_async_context(engine))
        yield lambda law: runner.run(law(engine))
        runner.run(stack.aclose())
    assert psutil.Process().children() == []


def batches(pcm: bytes) -> list[bytes]:
    return [pcm[start : start + BATCH] for start in range(0, len(pcm), BATCH)]


async def listen(listener: Listener, pieces: Iterable[bytes]) -> list[str]:
    partials = []
    for piece in pieces:
        listener.take(piece)
        partials.append((await listener.partial(VOICED)).text)
    return partials


async def heard(engine: PocketSphinx, pieces: Iterable[bytes]) -> Words:
    async with engine.listen() as listener:
        await listen(listener, pieces)
        return await listener.final(VOICED)


async def transcript(engine: PocketSphinx, pieces: Iterable[bytes]) -> str:
    return (await heard(engine, pieces)).text


def cut(pcm: bytes, at: Sequence[int]) -> list[bytes]:
    return [pcm[start:end] for start, end in pairwise([0, *sorted(at), len(pcm)])]


def test_words_are_heard_while_they_are_spoken_and_then_for_good(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        async with engine.listen() as listener:
            partials = await listen(listener, batches(QUESTION))
            assert "" in partials
            assert any(partial and partial != SAID and SAID.startswith(partial) for partial in partials)
            assert (await listener.final(VOICED)).text == SAID

    run(law)


def test_any_cutting_of_the_sound_gives_the_same_words(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        loop = asyncio.get_running_loop()

        @settings(max_examples=6)
        @given(st.lists(st.integers(0, len(QUESTION) // 2).map(lambda sample: 2 * sample), max_size=12))
        def same(at: list[int]) -> None:
            words = asyncio.run_coroutine_threadsafe(transcript(engine, cut(QUESTION, at)), loop)
            assert words.result(30) == SAID

        await asyncio.to_thread(same)

    run(law)


def test_hearing_more_after_a_final_is_hearing_it_all(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        half = BATCH * 8
        async with engine.listen() as listener:
            await listen(listener, batches(QUESTION[:half]))
            assert (await listener.final(VOICED)).text != SAID
            await listen(listener, batches(QUESTION[half:]))
            assert (await listener.final(VOICED)).text == SAID
            assert (await listener.final(VOICED)).text == SAID

    run(law)


def test_nothing_of_one_utterance_is_left_in_the_next(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        first = await transcript(engine, batches(QUESTION))
        assert await transcript(engine, batches(OTHER)) == OTHER_SAID
        assert await transcript(engine, batches(QUESTION)) == first == SAID

    run(law)


def test_silence_and_nothing_at_all_have_no_words(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        assert await transcript(engine, batches(SPEECH.silence(2.0))) == ""
        assert await transcript(engine, [b"", b""]) == ""

    run(law)


def test_a_wake_phrase_before_the_words_is_left_out(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        assert await transcript(engine, batches(sound("hey-jarvis") + QUESTION)) == SAID

    run(law)


def test_leaving_in_the_middle_of_a_call_leaves_a_usable_decoder(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        async def interrupted() -> None:
            async with engine.listen() as listener:
                listener.take(QUESTION)
                await listener.partial(VOICED)
                await listener.final(VOICED)

        for steps in range(8):
            call = asyncio.create_task(interrupted())
            for _ in range(steps):
                await asyncio.sleep(0.02)
            call.cancel()
            await asyncio.wait([call])  # cancelled, or over already on a quick machine
        assert await transcript(engine, batches(OTHER)) == OTHER_SAID

    run(law)


def test_more_utterances_than_decoders_wait_in_order(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        begun: list[int] = []

        async def turn(number: int) -> str:
            async with engine.listen() as listener:
                begun.append(number)
                await listen(listener, batches(OTHER if number % 2 else QUESTION))
                return (await listener.final(VOICED)).text

        async with engine.listen():  # which keeps one of the two decoders
            said = await asyncio.gather(*(turn(number) for number in range(4)))
        assert said == [SAID, OTHER_SAID, SAID, OTHER_SAID]
        assert begun == [0, 1, 2, 3]

    run(law)


def test_a_killed_decoder_costs_one_utterance_only(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        async with engine.listen() as listener:
            listener.take(QUESTION)
            await listener.partial(VOICED)
            for child in psutil.Process().children():
                child.kill()
            with pytest.raises(RecognizerError, match="ended unexpectedly"):
                await listener.final(VOICED)
        assert await transcript(engine, batches(QUESTION)) == SAID

    run(law)


def test_an_utterance_without_end_is_refused(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        async with engine.listen() as listener:
            listener.take(SPEECH.silence(LONGEST_S))
            listener.take(b"\0\0")
            with pytest.raises(RecognizerError, match="nobody speaks for 30 s"):
                await listener.partial(VOICED)

    run(law)


def test_sound_that_no_partial_has_heard_is_heard_by_the_final(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        async with engine.listen("en") as listener:
            for piece in batches(QUESTION):
                listener.take(piece)
            assert (await listener.final(VOICED)).text == SAID

    run(law)


def test_words_follow_each_other_in_the_time_that_they_were_spoken(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        early, late = [await heard(engine, batches(SPEECH.silence(gap) + QUESTION)) for gap in (0.0, 1.0)]
        assert early.committed == ()
        assert early.language == "en"
        for one, other in zip(early.all, late.all, strict=True):
            assert other.start_s == pytest.approx(one.start_s + 1.0, abs=0.1)
            assert 0 <= one.start_s < one.end_s <= SPEECH.seconds(len(QUESTION))
            assert 0 <= one.probability <= 1
        assert all(one.end_s <= other.start_s for one, other in pairwise(early.all))

    run(law)


def test_where_nobody_spoke_there_are_no_words(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        async with engine.listen() as listener:
            listener.take(QUESTION)
            assert (await listener.final([])).all == ()
            assert (await listener.final(VOICED)).text == SAID

    run(law)


def test_a_language_that_the_model_lacks_is_refused(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        with pytest.raises(RecognizerError, match="understands English, not 'de'"):
            async with engine.listen("de"):
                pass

    run(law)


def test_what_is_cut_short_is_heard_as_cut_short(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        whole = await heard(engine, batches(QUESTION))
        end = SPEECH.bytes(next(word.start_s for word in whole.all if word.text == "kitchen"))
        assert await transcript(engine, [QUESTION[:end], SPEECH.silence(0.3)]) == "turn on the"

    run(law)


def test_a_pause_before_a_name_changes_no_word(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        whole = await heard(engine, batches(QUESTION))
        pause = SPEECH.bytes(next(word.start_s for word in whole.all if word.text == "kitchen"))
        assert await transcript(engine, [QUESTION[:pause], SPEECH.silence(0.6), QUESTION[pause:]]) == SAID

    run(law)


def test_a_final_is_given_to_what_knows_what_was_meant_and_a_partial_is_not() -> None:
    given: list[Words] = []

    def snap(words: Words) -> Words:
        given.append(words)
        return Words((), words.tail[:2], words.language)

    async def scenario() -> None:
        async with Scheduler(1) as scheduler, PocketSphinx(HOME, scheduler, snap=snap) as engine:
            async with engine.listen() as listener:
                assert await listen(listener, batches(QUESTION))
                assert given == []
                assert (await listener.final(VOICED)).text == "turn on"
            assert [words.text for words in given] == [SAID]

    asyncio.run(scenario())
