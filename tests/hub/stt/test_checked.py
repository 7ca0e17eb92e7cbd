"""Laws of the guard around speech-to-text engines, on virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from hub.load.scheduler import Superseded
from hub.stt.checked import WORDS_S, Checked
from hub.stt.fallback import Fallback
from hub.stt.recognizer import RecognizerError, Voiced, Words
from hub.turn import NOT_HEARD
from tests.fakes import FakeListener, FakeRecognizer
from tests.hub.loaded import Loaded, clock
from tests.virtual_time import run

WORDS = "turn on the light"
VOICED = ((0.0, 1.0),)


@dataclass
class Odd(FakeRecognizer):
    """Hangs, or raises what it is told to, the first `times` times that it is asked."""

    error: Exception | None = None
    times: int = 10**9

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncIterator[FakeListener]:
        """See hub.stt.recognizer.Recognizer."""
        odd = self

        class Listener(FakeListener):
            async def partial(self, voiced: Voiced) -> Words:
                return await odd.be(super().partial(voiced))

            async def final(self, voiced: Voiced) -> Words:
                return await odd.be(super().final(voiced))

        async with super().listen(language):
            yield Listener(self.text.split(), self.final_s, self.steps)

    async def be(self, words: Coroutine[object, object, Words]) -> Words:
        """As told, and then as any other."""
        self.times -= 1
        if self.times >= 0:
            words.close()
            if self.error is not None:
                raise self.error
            await asyncio.sleep(10_000)
        return await words


def test_an_engine_that_hangs_is_one_that_failed() -> None:
    async def scenario() -> None:
        engine = Odd(WORDS)
        async with Checked(engine).listen() as listener:
            for ask in (listener.partial, listener.final):
                began = clock()
                with pytest.raises(RecognizerError, match="scripted had no words for 20 s; "):
                    await ask(VOICED)
                assert clock() - began == pytest.approx(WORDS_S)
        assert engine.open == 0

    run(scenario())


def test_whatever_it_raises_is_typed_and_tells_no_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def scenario() -> None:
        async with Checked(Odd(WORDS, error=KeyError("swordfish"))).listen() as listener:
            with pytest.raises(RecognizerError, match="KeyError") as raised:
                await listener.final(VOICED)
            assert "swordfish" not in str(raised.value)

    run(scenario())
    assert caplog.text == ""


@pytest.mark.parametrize("error", [Superseded(), RecognizerError("no disk; make room")])
def test_what_has_a_meaning_keeps_it(error: Exception) -> None:
    async def scenario() -> None:
        async with Checked(Odd(WORDS, error=error)).listen() as listener:
            with pytest.raises(type(error)) as raised:
                await listener.partial(VOICED)
            assert raised.value is error

    run(scenario())


def test_where_one_hangs_the_next_hears_the_whole_question() -> None:
    async def scenario() -> None:
        async with Fallback([Checked(Odd("")), Checked(FakeRecognizer(WORDS))]).listen() as listener:
            assert (await listener.final(VOICED)).text == WORDS

    run(scenario())


def test_a_person_whom_nobody_hears_is_told_so_in_words() -> None:
    """A turn used to wait for ever, without a sound."""
    scene = Loaded(recognizer=Checked(Odd(WORDS)))  # type: ignore[arg-type]
    run(scene.play())
    assert " ".join(text for text, _ in scene.voice.spoken) == NOT_HEARD
    assert scene.responder.asked == []


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_partial_that_gave_up_its_place_is_asked_again_and_the_final_is_right(times: int) -> None:
    scene = Loaded(recognizer=Odd(WORDS, error=Superseded(), times=times))
    run(scene.play())
    assert [seen["text"] for seen in scene.seen if seen["event"] == "question"] == [WORDS]
    assert [request.text for request in scene.responder.asked] == [WORDS]
