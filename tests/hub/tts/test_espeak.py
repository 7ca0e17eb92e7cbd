"""Laws of espeak-ng's voice, with the real engine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import pytest

from hub.load.need import SOME_DAY, Need
from hub.load.scheduler import Scheduler, T
from hub.tts.espeak import LONGEST_TEXT, Espeak
from hub.tts.voice import VoiceError
from wire.pcm import level_dbfs

SENTENCE = "The kitchen light is on."
OTHER = "Good night to everyone in the house."
LONG = "One two three four five six seven. " * 50
SPREAD = 0.02  # espeak-ng is not the same twice: a phase that runs on moves the length of a sentence by up to 1 %


def speaking(test: Callable[[Espeak], Awaitable[None]], scheduler: Scheduler | None = None) -> None:
    """Runs a test with a voice; afterwards no work is left."""
    engines = scheduler or Scheduler(4)

    async def scenario() -> None:
        async with asyncio.timeout(60), engines:
            await test(Espeak("en-us", 170, engines))
        assert engines.busy == 0

    asyncio.run(scenario())


async def spoken(voice: Espeak, text: str) -> bytes:
    return b"".join([piece async for piece in voice.speak(text)])


async def seconds(voice: Espeak, text: str) -> float:
    return voice.format.seconds(len(await spoken(voice, text)))


def test_a_sentence_is_sound_of_the_declared_format_in_pieces() -> None:
    async def scenario(voice: Espeak) -> None:
        pieces = [piece async for piece in voice.speak(SENTENCE)]
        assert len(pieces) > 5
        assert all(piece and len(piece) % voice.format.frame_bytes == 0 for piece in pieces)
        assert 1.0 < voice.format.seconds(len(b"".join(pieces))) < 3.0
        assert level_dbfs(b"".join(pieces)) > -30

    speaking(scenario)


def test_the_same_text_takes_the_same_time() -> None:
    async def scenario(voice: Espeak) -> None:
        lengths = [await seconds(voice, SENTENCE) for _ in range(5)]
        assert max(lengths) <= min(lengths) * (1 + SPREAD)

    speaking(scenario)


@pytest.mark.parametrize("text", ["", " ", "\n", "\0", "\x01", "\x7f\x85\x9f", "\u202e"])
def test_a_text_of_no_words_is_next_to_nothing(text: str) -> None:
    async def scenario(voice: Espeak) -> None:
        assert await seconds(voice, text) < 0.05

    speaking(scenario)


@pytest.mark.parametrize(
    "text", ["hello\0there", "\ud800 half a letter", "日本語", "\x1b[31m", "é" * 99, "x" * LONGEST_TEXT]
)
def test_any_text_can_be_spoken(text: str) -> None:
    async def scenario(voice: Espeak) -> None:
        assert await seconds(voice, text) > 0.1

    speaking(scenario)


def test_what_follows_a_nul_is_spoken() -> None:
    async def scenario(voice: Espeak) -> None:
        assert await seconds(voice, f"yes\0{LONG}") > 10

    speaking(scenario)


@pytest.mark.parametrize("command", ["\x01300S", "\x0199P", "\x015V", "\x0120A", "a\x01"])
def test_no_text_changes_the_voice_of_later_ones(command: str) -> None:
    """Used to pass espeak-ng's embedded commands on, which made the voice fast or high for good."""

    async def scenario(voice: Espeak) -> None:
        before = await spoken(voice, SENTENCE)
        await spoken(voice, f"{command} now")
        after = await spoken(voice, SENTENCE)
        assert abs(len(after) - len(before)) <= len(before) * SPREAD
        assert abs(level_dbfs(after) - level_dbfs(before)) < 1.0

    speaking(scenario)


def test_a_text_that_is_too_long_is_refused_with_the_remedy() -> None:
    async def scenario(voice: Espeak) -> None:
        with pytest.raises(VoiceError, match=rf"2001.*{LONGEST_TEXT}.*cut it"):
            await spoken(voice, "x" * (LONGEST_TEXT + 1))

    speaking(scenario)


class Watched(Scheduler):
    """Counts what streaming work emits, and holds its second piece back until it may go on."""

    def __init__(self) -> None:
        super().__init__(1)
        self.emitted = 0
        self.go_on = threading.Event()

    def stream(
        self, work: Callable[[Callable[[T], None]], None], limit: int, need: Need = SOME_DAY
    ) -> AsyncGenerator[T, None]:
        def watched(emit: Callable[[T], None]) -> None:
            def counted(piece: T) -> None:
                self.emitted += 1
                if self.emitted == 2:
                    assert self.go_on.wait(10)
                emit(piece)

            work(counted)

        return super().stream(watched, limit, need)


def test_a_reader_that_leaves_ends_the_work_at_its_next_piece() -> None:
    scheduler = Watched()

    async def scenario(voice: Espeak) -> None:
        async with aclosing(voice.speak(LONG)) as pieces:
            await anext(pieces)
        scheduler.go_on.set()

    speaking(scenario, scheduler)
    assert scheduler.emitted == 2


def test_the_voice_speaks_on_after_it_was_interrupted() -> None:
    async def scenario(voice: Espeak) -> None:
        before = await seconds(voice, SENTENCE)
        for _ in range(3):
            async with aclosing(voice.speak(LONG)) as pieces:
                await anext(pieces)
            assert abs(await seconds(voice, SENTENCE) - before) <= before * SPREAD

    speaking(scenario)


def test_two_at_once_do_not_mix() -> None:
    async def scenario(voice: Espeak) -> None:
        one, other = await seconds(voice, SENTENCE), await seconds(voice, OTHER)
        assert abs(one - other) > one * SPREAD * 2
        both = await asyncio.gather(*(seconds(voice, text) for text in (SENTENCE, OTHER) * 4))
        for alone, together in zip((one, other) * 4, both, strict=True):
            assert abs(together - alone) <= alone * SPREAD

    speaking(scenario)


def test_a_voice_that_is_not_there_is_refused_with_some_that_are() -> None:
    with pytest.raises(VoiceError) as error:
        Espeak("martian", 170, Scheduler(1))
    sentence = str(error.value)
    assert "'martian'" in sentence
    named = sentence.partition("such as ")[2].replace(",", " ").replace(" or ", " ").split()
    assert len(named) >= 2
    for voice in named:
        Espeak(voice, 170, Scheduler(1))  # used to name en-gb, which espeak-ng calls en
