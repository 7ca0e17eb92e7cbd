"""Laws of making ready when things go wrong or change meanwhile, on virtual time."""

from __future__ import annotations

import asyncio
import logging

import pytest

from hub.foresight.foresight import CHANGED_S, MOST_PHRASES, Foresight
from hub.home.home import Thing
from hub.llm.responder import Request
from tests.hub.foresight.test_foresight import LAMP, Ready, SmallHome
from tests.virtual_time import run

SECRET = "turn on the swordfish"


class Failing(Ready):
    """Breaks on some words."""

    async def expect(self, request: Request) -> str:
        if request.text in (SECRET, LAMP[0]):
            raise KeyError(request.text)
        return await super().expect(request)


def test_a_bug_costs_that_reply_alone_is_said_once_and_without_words(caplog: pytest.LogCaptureFixture) -> None:
    """It used to end the hub."""
    caplog.set_level(logging.INFO)

    async def scenario() -> None:
        ready = Failing()
        async with ready.working() as foresight:
            for _ in range(3):
                foresight.saying(Request(SECRET, "den"))
                await asyncio.sleep(1)
            foresight.saying(Request("turn it off", "den"))
            await asyncio.sleep(1)
        assert {f"reply to: {words}" for words in ("turn it off", *LAMP[1:])} <= set(ready.at)

    run(scenario())
    [record] = caplog.records
    assert "KeyError" in record.getMessage()
    assert "swordfish" not in caplog.text


def test_of_many_satellites_that_speak_at_once_each_has_its_turn_with_its_latest_words() -> None:
    async def scenario() -> None:
        ready = Ready(busy=True)
        async with ready.working() as foresight:
            for count in range(20):  # twice as fast as any reply is made ready
                for room in range(5):
                    foresight.saying(Request(f"{room} says {count}", f"room {room}"))
                await asyncio.sleep(0.05)
            told = list(ready.at)
            rooms = [text.removeprefix("reply to: ")[0] for text in told]
            assert rooms == [*"01234" * 2][: len(rooms)]
            assert len(rooms) >= 9
            await asyncio.sleep(0.51)
            assert len(ready.at) <= len(told) + 5 + 1
            assert {f"reply to: {room} says 19" for room in range(5)} <= set(ready.at)

    run(scenario())


def test_a_home_that_changes_while_its_replies_are_made_ready_is_made_ready_as_it_is_then() -> None:
    async def scenario() -> None:
        ready = Ready()
        async with ready.working():
            await asyncio.sleep(0.35)  # between two things
            ready.home.things = [Thing("fan.new", "Breeze", "fan", "off")]
            ready.home.areas = []
            await asyncio.sleep(CHANGED_S + 10)
        assert "reply to: turn off the Breeze" in ready.at

    run(scenario())


def test_a_home_without_end_is_made_ready_to_a_bound() -> None:
    async def scenario() -> None:
        ready = Ready()
        ready.home.things = [Thing(f"light.{each}", f"Lamp {each}", "light", "off") for each in range(3 * MOST_PHRASES)]
        async with ready.working():
            await asyncio.sleep(0.15 * 2 * MOST_PHRASES)
        assert len(ready.texts) == MOST_PHRASES

    run(scenario())


def test_nothing_turns_in_a_circle_while_there_is_nothing_to_do() -> None:
    looks = 0

    def busy() -> bool:
        nonlocal looks
        looks += 1
        return False

    async def scenario() -> None:
        ready = Ready(SmallHome(areas=[], things=[]))
        task = asyncio.create_task(Foresight(ready.expect, ready.prepare, ready.home, "xx", busy).run())
        await asyncio.sleep(100 * CHANGED_S)
        task.cancel()
        await asyncio.wait([task])

    run(scenario())
    assert looks <= 101
