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
from hub.stt.pocketsphinx import LONGEST_S, PocketSphinx
from hub.stt.recognizer import RecognizerError, Utterance
from tests.hub.stt.homes import NamedHome, thing
from wire.pcm import SPEECH

QUESTIONS = Path(__file__).parents[3] / "bench" / "questions"
HOME = NamedHome([thing("Kitchen Light", "light"), thing("Front Door", "lock")], [Area("Kitchen"), Area("Bedroom")])


def sound(name: str) -> bytes:
    with wave.open(str(QUESTIONS / f"{name}.wav")) as file:
        return SPEECH.silence(0.2) + bytes(file.readframes(file.getnframes())) + SPEECH.silence(0.2)


QUESTION, SAID = sound("turn-on-the-kitchen-light"), "turn on the kitchen light"
OTHER, OTHER_SAID = sound("is-the-front-door-locked"), "is the front door locked"
BATCH = SPEECH.bytes(0.1)

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


async def listen(utterance: Utterance, pieces: Iterable[bytes]) -> list[str]:
    return [await utterance.hear(piece) for piece in pieces]


async def transcript(engine: PocketSphinx, pieces: Iterable[bytes]) -> str:
    async with engine.utterance() as utterance:
        await listen(utterance, pieces)
        return await utterance.final()


def cut(pcm: bytes, at: Sequence[int]) -> list[bytes]:
    return [pcm[start:end] for start, end in pairwise([0, *sorted(at), len(pcm)])]


def test_words_are_heard_while_they_are_spoken_and_then_for_good(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        async with engine.utterance() as utterance:
            partials = await listen(utterance, batches(QUESTION))
            assert "" in partials
            assert any(partial and partial != SAID and SAID.startswith(partial) for partial in partials)
            assert await utterance.final() == SAID

    run(law)


def test_any_cutting_of_the_sound_gives_the_same_words(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        loop = asyncio.get_running_loop()

        @settings(max_examples=6)
        @given(st.lists(st.integers(0, len(QUESTION)), max_size=12))
        def same(at: list[int]) -> None:
            heard = asyncio.run_coroutine_threadsafe(transcript(engine, cut(QUESTION, at)), loop)
            assert heard.result(30) == SAID

        await asyncio.to_thread(same)

    run(law)


def test_hearing_more_after_a_final_is_hearing_it_all(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        half = BATCH * 8
        async with engine.utterance() as utterance:
            await listen(utterance, batches(QUESTION[:half]))
            assert await utterance.final() != SAID
            await listen(utterance, batches(QUESTION[half:]))
            assert await utterance.final() == SAID
            assert await utterance.final() == SAID

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
        assert await transcript(engine, [b"", b"\1"]) == ""

    run(law)


def test_a_wake_phrase_before_the_words_is_left_out(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        assert await transcript(engine, batches(sound("hey-jarvis") + QUESTION)) == SAID

    run(law)


def test_leaving_in_the_middle_of_a_call_leaves_a_usable_decoder(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        async def interrupted() -> None:
            async with engine.utterance() as utterance:
                await utterance.hear(QUESTION)
                await utterance.final()

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
            async with engine.utterance() as utterance:
                begun.append(number)
                await listen(utterance, batches(OTHER if number % 2 else QUESTION))
                return await utterance.final()

        async with engine.utterance():  # which keeps one of the two decoders
            heard = await asyncio.gather(*(turn(number) for number in range(4)))
        assert heard == [SAID, OTHER_SAID, SAID, OTHER_SAID]
        assert begun == [0, 1, 2, 3]

    run(law)


def test_a_killed_decoder_costs_one_utterance_only(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        async with engine.utterance() as utterance:
            await utterance.hear(QUESTION)
            for child in psutil.Process().children():
                child.kill()
            with pytest.raises(RecognizerError, match="ended unexpectedly"):
                await utterance.final()
        assert await transcript(engine, batches(QUESTION)) == SAID

    run(law)


def test_an_utterance_without_end_is_refused(run: Callable[[Law], None]) -> None:
    async def law(engine: PocketSphinx) -> None:
        async with engine.utterance() as utterance:
            with pytest.raises(RecognizerError, match="nobody speaks for 30 s"):
                await utterance.hear(SPEECH.silence(LONGEST_S) + b"\0\0")

    run(law)
