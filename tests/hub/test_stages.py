"""Laws of stages that overlap, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stages import ahead, latest
from tests.fakes import Steps
from tests.virtual_time import run

LIMIT = 3
CLOSE_S = 0.5  # a stage that ends may take its time: an engine's slot, a model's connection


class Broken(Exception):
    """What a stage raises."""


@dataclass
class Stage:
    """Makes numbers, one each `every_s`; may break after some; takes its time to close."""

    count: int = 100
    every_s: float = 0.0
    breaks_after: int = -1
    steps: Steps = field(default_factory=Steps)
    made: int = 0
    open: int = 0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        self.open += 1
        try:
            yield
        finally:
            try:
                await self.steps.wait(CLOSE_S)
            finally:
                self.open -= 1

    async def numbers(self) -> AsyncGenerator[int, None]:
        async with self.opened():
            for number in range(self.count):
                await self.steps.wait(self.every_s)
                if number == self.breaks_after:
                    raise Broken(number)
                self.made += 1
                yield number


@given(st.integers(0, 20), st.integers(1, 5), st.floats(0, 2), st.floats(0, 2))
def test_all_items_come_in_their_order(count: int, limit: int, made_s: float, read_s: float) -> None:
    async def scenario() -> list[int]:
        read = []
        async with ahead(Stage(count, made_s).numbers(), limit) as items:
            async for item in items:
                await asyncio.sleep(read_s)
                read.append(item)
        return read

    assert run(scenario()) == list(range(count))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=10), st.integers(1, 5))
def test_no_more_than_the_limit_wait_and_one_in_the_stages_hand(reads: list[int], limit: int) -> None:
    stage = Stage()

    async def scenario() -> None:
        taken = 0
        async with ahead(stage.numbers(), limit) as items:
            for read in reads:
                for _ in range(read):
                    await anext(items)
                taken += read
                await asyncio.sleep(10)
                assert stage.made == taken + limit + 1

    run(scenario())


def test_a_stage_works_while_its_reader_is_busy() -> None:
    async def scenario() -> float:
        async with ahead(Stage(10, every_s=1.0).numbers(), LIMIT) as items:
            async for _ in items:
                await asyncio.sleep(1.0)
        return asyncio.get_running_loop().time()

    assert run(scenario()) <= 10 * 1.0 + 1.0 + CLOSE_S  # and not 20


@given(st.integers(0, 10), st.integers(1, 5))
def test_an_error_comes_after_the_items_before_it(good: int, limit: int) -> None:
    stage = Stage(breaks_after=good)

    async def scenario() -> None:
        async with ahead(stage.numbers(), limit) as items:
            assert [await anext(items) for _ in range(good)] == list(range(good))
            with pytest.raises(Broken):
                await anext(items)

    run(scenario())
    assert stage.open == 0


def test_what_has_ended_stays_ended() -> None:
    """Used to wait for ever when asked once more after its end."""

    async def scenario() -> None:
        async with ahead(Stage(1).numbers(), LIMIT) as items, asyncio.timeout(10):
            assert await anext(items) == 0
            for _ in range(2):
                with pytest.raises(StopAsyncIteration):
                    await anext(items)
        async with ahead(Stage(breaks_after=0).numbers(), LIMIT) as items, asyncio.timeout(10):
            for _ in range(2):
                with pytest.raises(Broken):
                    await anext(items)

    run(scenario())


@pytest.mark.parametrize("taken", [0, 1, 50])
def test_leaving_early_closes_the_source(taken: int) -> None:
    stage = Stage()

    async def scenario() -> None:
        async with ahead(stage.numbers(), LIMIT) as items:
            for _ in range(taken):
                await anext(items)
            await asyncio.sleep(0)
        assert stage.open == 0

    run(scenario())


def test_an_error_of_the_reader_is_its_own() -> None:
    stage = Stage()

    async def fails() -> None:
        async with ahead(stage.numbers(), LIMIT) as items:
            await anext(items)
            raise KeyError

    with pytest.raises(KeyError):
        run(fails())
    assert stage.open == 0


def test_cancelling_at_each_await_leaves_no_task_and_closes_every_stage() -> None:
    async def chain(first: Stage, second: Stage) -> None:
        async def doubled(numbers: ahead[int]) -> AsyncGenerator[int, None]:
            async with second.opened():
                async for number in numbers:
                    await second.steps.wait(0.1)
                    yield 2 * number

        async with ahead(first.numbers(), 2) as numbers, ahead(doubled(numbers), 1) as results:
            async for _ in results:
                await second.steps.wait(0.3)

    whole = Steps()
    run(chain(Stage(8, 0.2, steps=whole), Stage(steps=whole)))

    for stop in range(whole.count):
        first, second = Stage(8, 0.2), Stage()

        async def scenario(first: Stage = first, second: Stage = second, stop: int = stop) -> None:
            task = asyncio.create_task(chain(first, second))
            first.steps = second.steps = Steps(stop, task.cancel)
            await asyncio.wait([task])
            assert task.cancelled()
            assert asyncio.all_tasks() == {asyncio.current_task()}

        run(scenario())
        assert (first.open, second.open) == (0, 0)


def test_a_cancellation_while_the_stage_is_closing_waits_for_it() -> None:
    """Used to leave the stage's task behind, still closing."""
    stage = Stage()

    async def leave() -> None:
        async with ahead(stage.numbers(), LIMIT) as items:
            await anext(items)

    async def scenario() -> None:
        task = asyncio.create_task(leave())
        await asyncio.sleep(CLOSE_S / 2)
        task.cancel()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert stage.open == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(scenario())


def test_a_stage_can_be_closed_by_its_reader_while_it_is_read_ahead() -> None:
    """As turn.py stacks them: the pacing that reads from `ahead` is closed first, then what it reads from."""
    stage = Stage()

    async def passed_on(items: ahead[int]) -> AsyncGenerator[int, None]:
        async for item in items:
            yield item

    async def scenario() -> None:
        async with ahead(stage.numbers(), LIMIT) as items, aclosing(passed_on(items)) as passed:
            assert await anext(passed) == 0
        assert stage.open == 0

    run(scenario())


def test_work_that_is_replaced_before_its_first_step_is_let_go() -> None:
    """Used to be warned of as never awaited."""

    async def work() -> None:
        raise AssertionError("it was replaced")

    async def scenario() -> None:
        async with latest() as running:
            await running.replace(work())
            await running.replace(work())
            await running.replace(None)
            await running.replace(work())

    run(scenario())
