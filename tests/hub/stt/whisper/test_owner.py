"""Laws of the thread that owns a model, with a decoder that ends when it may."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from hub.load.scheduler import Scheduler
from hub.stt.recognizer import RecognizerError
from hub.stt.rolling.transcriber import Ask, Transcription
from hub.stt.whisper.owner import Owner

LATE_S = 60.0  # only a hanging test sees the end of it
PARTIAL, FINAL = Ask("en"), Ask("en", final=True)


@dataclass
class Decoder:
    """Takes down what it decodes; the first batch ends when it may, a sound `bad` fails."""

    batches: list[tuple[bool, list[bytes]]] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    may_end: threading.Event = field(default_factory=threading.Event)
    inside: int = 0

    def __call__(self, sounds: Sequence[bytes], ask: Ask) -> list[Transcription]:
        self.inside += 1
        assert self.inside == 1, "the model was called twice at the same time"
        self.batches.append((ask.final, list(sounds)))
        self.begun.set()
        assert self.may_end.wait(LATE_S)
        self.inside -= 1
        if b"bad" in sounds:
            raise RecognizerError("it does not fit; take less")
        if b"odd" in sounds:
            raise KeyError("a mistake of ours")
        return [Transcription((), sound.decode()) for sound in sounds]

    async def has_begun(self) -> None:
        assert await asyncio.get_running_loop().run_in_executor(None, self.begun.wait, LATE_S)


def owning(test: Callable[[Owner, Decoder], Awaitable[None]], clock: Callable[[], float] = time.monotonic) -> Decoder:
    """Runs a test with an owner of a decoder; afterwards nothing waits or runs."""
    decoder = Decoder()

    async def scenario() -> None:
        async with (
            asyncio.timeout(LATE_S),
            Scheduler(1) as scheduler,
            Owner(decoder, scheduler, clock=clock) as owner,
        ):
            try:
                await test(owner, decoder)
            finally:
                decoder.may_end.set()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())
    return decoder


async def asking(owner: Owner, decoder: Decoder, *asked: tuple[bytes, Ask]) -> list[asyncio.Task[Transcription]]:
    """A first partial that runs, and what came after it and waits."""
    tasks = [asyncio.create_task(owner.transcribe(b"first", PARTIAL))]
    await decoder.has_begun()
    for pcm, ask in asked:
        tasks.append(asyncio.create_task(owner.transcribe(pcm, ask)))
        await asyncio.sleep(0)
    return tasks


def test_everyone_gets_their_own_answer() -> None:
    async def scenario(owner: Owner, decoder: Decoder) -> None:
        tasks = await asking(owner, decoder, *((f"room {number}".encode(), FINAL) for number in range(20)))
        decoder.may_end.set()
        answers = [answer.language for answer in await asyncio.gather(*tasks)]
        assert answers == ["first", *(f"room {number}" for number in range(20))]

    owning(scenario)


def test_an_idle_model_begins_at_once_and_what_waits_meanwhile_is_one_batch() -> None:
    async def scenario(owner: Owner, decoder: Decoder) -> None:
        tasks = await asking(owner, decoder, *((b"%d" % number, FINAL) for number in range(3)))
        decoder.may_end.set()
        await asyncio.gather(*tasks)

    assert owning(scenario).batches == [(False, [b"first"]), (True, [b"0", b"1", b"2"])]


def test_finals_overtake_partials() -> None:
    async def scenario(owner: Owner, decoder: Decoder) -> None:
        tasks = await asking(owner, decoder, (b"partial", PARTIAL), (b"final", FINAL))
        decoder.may_end.set()
        await asyncio.gather(*tasks)

    assert owning(scenario).batches[1:] == [(True, [b"final"]), (False, [b"partial"])]


def test_who_goes_before_their_turn_is_never_decoded() -> None:
    async def scenario(owner: Owner, decoder: Decoder) -> None:
        tasks = await asking(owner, decoder, (b"older", PARTIAL), (b"newer", PARTIAL))
        tasks[1].cancel()
        await asyncio.sleep(0)
        decoder.may_end.set()
        assert (await tasks[2]).language == "newer"

    assert owning(scenario).batches[1:] == [(False, [b"newer"])]


def test_who_goes_while_it_is_decoded_only_loses_the_answer() -> None:
    async def scenario(owner: Owner, decoder: Decoder) -> None:
        first, second = await asking(owner, decoder, (b"second", PARTIAL))
        first.cancel()
        decoder.may_end.set()
        assert (await second).language == "second"

    assert len(owning(scenario).batches) == 2


@pytest.mark.parametrize(("sound", "error"), [(b"bad", RecognizerError), (b"odd", KeyError)])
def test_a_batch_that_fails_fails_for_all_in_it_and_the_next_is_decoded(sound: bytes, error: type[Exception]) -> None:
    async def scenario(owner: Owner, decoder: Decoder) -> None:
        tasks = await asking(owner, decoder, (sound, FINAL), (b"beside", FINAL), (b"next", PARTIAL))
        decoder.may_end.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(answer) for answer in answers] == [Transcription, error, error, Transcription]
        assert (await owner.transcribe(b"later", FINAL)).language == "later"

    owning(scenario)


def test_a_final_would_wait_for_what_runs_and_for_the_finals_it_cannot_join() -> None:
    now = [0.0]

    async def scenario(owner: Owner, decoder: Decoder) -> None:
        first = await asking(owner, decoder)
        assert owner.wait_s(FINAL) == 0  # nothing is known yet
        now[0] = 4.0
        decoder.may_end.set()
        await asyncio.gather(*first)
        await asyncio.sleep(0)  # its task ends behind the answer
        assert owner.wait_s(FINAL) == 0  # it is idle
        decoder.begun.clear()
        decoder.may_end.clear()
        second = await asking(owner, decoder, (b"", Ask("de", final=True)), (b"", FINAL), (b"", PARTIAL))
        now[0] = 5.0
        assert owner.wait_s(FINAL) == 3.0 + 4.0
        decoder.may_end.set()
        await asyncio.gather(*second)

    owning(scenario, clock=lambda: now[0])
