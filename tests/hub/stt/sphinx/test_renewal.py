"""Laws of a home whose names change while speech-to-text runs, with the real engine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import psutil

from hub.load.scheduler import Scheduler
from hub.stt.recognizer import Listener
from hub.stt.sphinx.pocketsphinx import PocketSphinx
from tests.hub.stt.sphinx.homes import NamedHome, thing
from tests.hub.stt.sphinx.test_pocketsphinx import QUESTION, SAID, VOICED

LIGHT = thing("Kitchen Light", "light")
RENEWED_S = 30.0  # more than enough for a model to be built and loaded on a busy machine


def homely(law: Callable[[NamedHome, PocketSphinx], Awaitable[None]], decoders: int = 1) -> None:
    """Runs a law on an engine whose home knows no kitchen light; afterwards no process is left."""

    async def scenario() -> None:
        home = NamedHome([thing("Front Door", "lock"), thing("Ceiling Fan", "fan")], [])
        async with Scheduler(3) as scheduler, PocketSphinx(home, scheduler, decoders=decoders) as engine:
            await law(home, engine)

    asyncio.run(scenario())
    assert psutil.Process().children() == []


async def said(listener: Listener) -> str:
    listener.take(QUESTION)
    return (await listener.final(VOICED)).text


async def turn(engine: PocketSphinx) -> str:
    async with engine.listen() as listener:
        return await said(listener)


async def known(engine: PocketSphinx) -> None:
    """Utterances until one has heard the new name."""
    async with asyncio.timeout(RENEWED_S):
        while await turn(engine) != SAID:
            pass


def test_a_new_name_is_known_once_its_model_is_loaded() -> None:
    async def law(home: NamedHome, engine: PocketSphinx) -> None:
        assert await turn(engine) != SAID
        home.things = [LIGHT]
        await known(engine)
        assert len(psutil.Process().children()) == 1

    homely(law)


def test_a_new_name_is_known_before_anybody_has_spoken() -> None:
    """Used not to be: a hub that was up before its home misheard the first command, whenever that came."""

    async def law(home: NamedHome, engine: PocketSphinx) -> None:
        [old] = psutil.Process().children()
        home.things = [LIGHT]
        async with asyncio.timeout(RENEWED_S):
            while old.is_running():  # noqa: ASYNC110 - a process tells nobody that it has ended
                await asyncio.sleep(0.01)
        assert await turn(engine) == SAID

    homely(law)


def test_an_utterance_that_runs_while_decoders_change_is_heard_to_its_end() -> None:
    async def law(home: NamedHome, engine: PocketSphinx) -> None:
        async with engine.listen() as old:
            before = await said(old)
            home.things = [LIGHT]
            waiting = asyncio.create_task(turn(engine))
            async with asyncio.timeout(RENEWED_S):
                while len(psutil.Process().children()) < 2:  # noqa: ASYNC110 - a process tells nobody that it is there
                    await asyncio.sleep(0.01)
            assert (await old.final(VOICED)).text == before
        await waiting
        await known(engine)

    homely(law)


def test_every_decoder_is_changed() -> None:
    async def law(home: NamedHome, engine: PocketSphinx) -> None:
        home.things = [LIGHT]
        await known(engine)
        async with asyncio.timeout(RENEWED_S):
            while set(await asyncio.gather(turn(engine), turn(engine))) != {SAID}:
                pass

    homely(law, decoders=2)


def test_leaving_while_a_model_is_loaded_leaves_no_process() -> None:
    async def law(home: NamedHome, engine: PocketSphinx) -> None:
        home.things = [LIGHT]
        await turn(engine)

    homely(law)
