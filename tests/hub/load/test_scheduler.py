"""Laws of the scheduler, with real threads that shake hands and never sleep."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.load.need import Kind, Need
from hub.load.order import OLDEST_PARTIAL_S
from hub.load.scheduler import Abandoned, Scheduler, Superseded
from tests import virtual_time

LATE_S = 60.0  # only a hanging test sees the end of it


class Broken(Exception):
    """What work raises."""


class Work:
    """A blocking call that tells when it begins and ends when it may."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.ended = False

    def __call__(self) -> str:
        self.begun.set()
        assert self.may_end.wait(LATE_S)
        self.ended = True
        return "done"


async def wait_for(event: threading.Event) -> None:
    """Waits for a thread's event without holding the loop up."""
    assert await asyncio.get_running_loop().run_in_executor(None, event.wait, LATE_S)


def scheduling(test: Callable[[Scheduler], Awaitable[None]], slots: int = 1) -> None:
    """Runs a test with a scheduler; afterwards nothing waits or runs."""
    scheduler = Scheduler(slots)

    async def scenario() -> None:
        async with asyncio.timeout(LATE_S), scheduler:
            await test(scheduler)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())
    assert scheduler.busy == 0


def test_what_comes_first_runs_first() -> None:
    async def scenario(scheduler: Scheduler) -> None:
        gate, order = Work(), list[int]()
        first = asyncio.create_task(scheduler.run(gate))
        await wait_for(gate.begun)
        later = [asyncio.create_task(scheduler.run(partial(order.append, number))) for number in range(20)]
        await asyncio.sleep(0)
        assert scheduler.busy == 21
        gate.may_end.set()
        await asyncio.gather(first, *later)
        assert order == list(range(20))

    scheduling(scenario)


def test_no_more_run_than_there_are_slots() -> None:
    async def scenario(scheduler: Scheduler) -> None:
        works = [Work() for _ in range(3)]
        tasks = [asyncio.create_task(scheduler.run(work)) for work in works]
        await wait_for(works[0].begun)
        await wait_for(works[1].begun)
        assert not works[2].begun.is_set()
        works[0].may_end.set()
        await wait_for(works[2].begun)
        for work in works:
            work.may_end.set()
        assert await asyncio.gather(*tasks) == ["done"] * 3

    scheduling(scenario, slots=2)


def test_work_returns_to_its_caller_and_raises_there() -> None:
    def fail() -> None:
        raise Broken

    async def scenario(scheduler: Scheduler) -> None:
        assert await scheduler.run(lambda: 42) == 42
        with pytest.raises(Broken):
            await scheduler.run(fail)
        assert await scheduler.run(lambda: 43) == 43

    scheduling(scenario)


def test_waiting_work_that_is_cancelled_never_runs() -> None:
    async def scenario(scheduler: Scheduler) -> None:
        gate, ran = Work(), list[str]()
        first = asyncio.create_task(scheduler.run(gate))
        await wait_for(gate.begun)
        waiting = asyncio.create_task(scheduler.run(lambda: ran.append("cancelled")))
        streaming = asyncio.create_task(all_of(scheduler.stream(lambda emit: ran.append("cancelled too"), 1)))
        last = asyncio.create_task(scheduler.run(lambda: ran.append("last")))
        await asyncio.sleep(0)
        waiting.cancel()
        streaming.cancel()
        await asyncio.wait([waiting, streaming])
        assert waiting.cancelled()
        assert streaming.cancelled()
        assert scheduler.busy == 2
        gate.may_end.set()
        await asyncio.gather(first, last)
        assert ran == ["last"]

    scheduling(scenario)


def test_running_work_that_is_cancelled_keeps_its_slot_and_its_result_is_dropped() -> None:
    async def scenario(scheduler: Scheduler) -> None:
        work, following = Work(), Work()
        running = asyncio.create_task(scheduler.run(work))
        await wait_for(work.begun)
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()
        next_one = asyncio.create_task(scheduler.run(following))
        await asyncio.sleep(0)
        assert scheduler.busy == 2
        assert not following.begun.is_set()
        work.may_end.set()
        await wait_for(following.begun)
        assert work.ended
        following.may_end.set()
        assert await next_one == "done"

    scheduling(scenario)


def test_leaving_the_context_waits_for_what_still_runs() -> None:
    work = Work()

    async def scenario(scheduler: Scheduler) -> None:
        running = asyncio.create_task(scheduler.run(work))
        await wait_for(work.begun)
        running.cancel()
        await asyncio.wait([running])
        asyncio.get_running_loop().call_soon(work.may_end.set)  # comes when the context is already being left

    scheduling(scenario)
    assert work.ended


# Work that streams


class Counting:
    """Emits numbers without end; tells how many it has begun to emit and how it was ended."""

    def __init__(self, count: int = 1_000_000) -> None:
        self.count = count
        self.emitted = 0
        self.abandoned = threading.Event()

    def __call__(self, emit: Callable[[int], None]) -> None:
        for number in range(self.count):
            self.emitted += 1
            try:
                emit(number)
            except Abandoned:
                self.abandoned.set()
                raise


async def all_of(stream: AsyncGenerator[int, None]) -> list[int]:
    async with aclosing(stream) as pieces:
        return [piece async for piece in pieces]


@pytest.mark.parametrize("limit", [1, 2, 7, 1000])
def test_pieces_come_in_their_order_whatever_the_limit(limit: int) -> None:
    async def scenario(scheduler: Scheduler) -> None:
        streams = [all_of(scheduler.stream(Counting(300), limit)) for _ in range(4)]
        assert await asyncio.gather(*streams) == [list(range(300))] * 4

    scheduling(scenario, slots=2)


def test_a_piece_is_read_while_the_work_goes_on() -> None:
    work = Work()

    def emits(emit: Callable[[str], None]) -> None:
        emit("first")
        emit(work())

    async def scenario(scheduler: Scheduler) -> None:
        async with aclosing(scheduler.stream(emits, 10)) as pieces:
            assert await anext(pieces) == "first"
            await wait_for(work.begun)
            assert not work.ended
            work.may_end.set()
            assert await anext(pieces) == "done"

    scheduling(scenario)


@pytest.mark.parametrize("limit", [1, 5])
def test_the_lead_of_the_work_is_bounded(limit: int) -> None:
    counting = Counting()

    async def scenario(scheduler: Scheduler) -> None:
        async with aclosing(scheduler.stream(counting, limit)) as pieces:
            for read in range(1, 200):
                await anext(pieces)
                assert counting.emitted <= read + limit + 1  # and the one that waits in `emit`

    scheduling(scenario)
    assert counting.abandoned.is_set()


def test_abandoning_ends_the_work_at_its_next_piece() -> None:
    work = Work()
    counting = Counting()

    def emits(emit: Callable[[int], None]) -> None:
        emit(-1)
        work()
        counting(emit)

    async def scenario(scheduler: Scheduler) -> None:
        async with aclosing(scheduler.stream(emits, 100)) as pieces:
            await anext(pieces)
            await wait_for(work.begun)
        work.may_end.set()

    scheduling(scenario)
    assert counting.abandoned.is_set()
    assert counting.emitted == 1


def test_work_that_waits_for_its_reader_is_freed_when_that_one_leaves() -> None:
    counting = Counting()

    async def scenario(scheduler: Scheduler) -> None:
        async with aclosing(scheduler.stream(counting, 1)) as pieces:
            await anext(pieces)
        await wait_for(counting.abandoned)

    scheduling(scenario)
    assert counting.emitted <= 3


def test_work_that_overhears_that_it_was_abandoned_is_told_again() -> None:
    """A library's callback may be called once more after it asked to stop; that used to wait for ever, slot and all."""
    told = list[bool]()

    def stubborn(emit: Callable[[int], None]) -> None:
        for number in range(10):
            try:
                emit(number)
            except Abandoned:
                told.append(True)

    async def scenario(scheduler: Scheduler) -> None:
        async with aclosing(scheduler.stream(stubborn, 1)) as pieces:
            await anext(pieces)

    scheduling(scenario)
    assert len(told) >= 7


def test_an_error_reaches_the_reader_after_the_pieces_before_it() -> None:
    def emits(emit: Callable[[int], None]) -> None:
        emit(1)
        emit(2)
        raise Broken

    async def scenario(scheduler: Scheduler) -> None:
        async with aclosing(scheduler.stream(emits, 10)) as pieces:
            assert [await anext(pieces), await anext(pieces)] == [1, 2]
            with pytest.raises(Broken):
                await anext(pieces)

    scheduling(scenario)


def test_work_that_emits_nothing_is_an_empty_stream() -> None:
    async def scenario(scheduler: Scheduler) -> None:
        assert await all_of(scheduler.stream(Counting(0), 1)) == []

    scheduling(scenario)


def test_a_stream_that_nobody_reads_costs_no_work() -> None:
    counting = Counting()

    async def scenario(scheduler: Scheduler) -> None:
        await scheduler.stream(counting, 1).aclose()

    scheduling(scenario)
    assert counting.emitted == 0


# In order


def test_threads_take_the_jobs_in_the_order_of_their_needs() -> None:
    async def scenario(scheduler: Scheduler) -> None:
        gate, order, by = Work(), list[Kind](), asyncio.get_running_loop().time() + LATE_S
        first = asyncio.create_task(scheduler.run(gate))
        await wait_for(gate.begun)
        kinds = [Kind.AHEAD, Kind.SPECULATION, Kind.SPEECH, Kind.ANSWER]
        needs = [Need(kind, deadline=by) for kind in kinds]
        later = [asyncio.create_task(scheduler.run(partial(order.append, need.kind), need)) for need in needs]
        await asyncio.sleep(0)
        assert [scheduler.waiting(kind) for kind in Kind] == [1, 1, 1, 0, 1]
        assert scheduler.pressing() == 1
        gate.may_end.set()
        await asyncio.gather(first, *later)
        assert order == [Kind.ANSWER, Kind.SPECULATION, Kind.SPEECH, Kind.AHEAD]  # the reply has plenty left to play

    scheduling(scenario)


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(Kind), st.floats(0, 5), st.floats(0.01, 2), st.none() | st.floats(0, 5))),
)
def test_slots_are_never_more_never_idle_and_nobody_is_forgotten(
    slots: int, jobs: list[tuple[Kind, float, float, float | None]]
) -> None:
    """Each job comes at a time, takes its seconds, and is cancelled at another time, if at all."""
    waits, scheduler = list[float](), Scheduler(slots, lambda need, seconds: waits.append(seconds))
    begun, ended, superseded = [0], [0], [0]

    async def job(kind: Kind, at: float, takes: float) -> None:
        await asyncio.sleep(at)
        try:
            async with scheduler.slot(Need(kind, deadline=at + 1)):
                begun[0] += 1
                assert scheduler.running <= slots
                await asyncio.sleep(takes)
                assert scheduler.running == slots or scheduler.busy == scheduler.running
                ended[0] += 1
        except Superseded:
            superseded[0] += 1
            assert kind is Kind.PARTIAL

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        tasks = [asyncio.create_task(job(kind, at, takes)) for kind, at, takes, _ in jobs]
        for task, (_, _, _, cancelled_at) in zip(tasks, jobs, strict=True):
            if cancelled_at is not None:
                loop.call_at(cancelled_at, task.cancel)
        done = await asyncio.gather(*tasks, return_exceptions=True)
        cancelled = sum(isinstance(result, asyncio.CancelledError) for result in done)
        assert ended[0] + superseded[0] + cancelled == len(jobs)
        assert scheduler.busy == 0
        assert begun[0] <= len(waits) <= len(jobs)  # who is cancelled as it may begin has waited, too

    virtual_time.run(scenario())


def test_a_partial_that_waits_too_long_is_told_so_and_never_runs() -> None:
    async def scenario() -> None:
        scheduler, loop = Scheduler(1), asyncio.get_running_loop()
        async with scheduler.slot():
            with pytest.raises(Superseded):
                await scheduler.run(lambda: pytest.fail("it ran"), Need(Kind.PARTIAL))
            assert OLDEST_PARTIAL_S <= loop.time() <= OLDEST_PARTIAL_S + 0.1
        assert scheduler.busy == 0

    virtual_time.run(scenario())


def test_how_long_each_job_has_waited_is_told() -> None:
    told = list[tuple[str, float]]()

    async def job(scheduler: Scheduler, satellite: str) -> None:
        async with scheduler.slot(Need(Kind.ANSWER, satellite)):
            await asyncio.sleep(2)

    async def scenario() -> None:
        scheduler = Scheduler(1, lambda need, seconds: told.append((need.satellite, seconds)))
        await asyncio.gather(*(job(scheduler, satellite) for satellite in "abc"))

    virtual_time.run(scenario())
    assert told == [("a", 0.0), ("b", 2.0), ("c", 4.0)]


def test_work_that_was_cancelled_as_it_might_have_begun_gives_its_slot_back() -> None:
    async def scenario() -> None:
        scheduler = Scheduler(1)
        async with scheduler.slot():
            waiting = asyncio.create_task(scheduler.run(lambda: pytest.fail("it ran")))
            await asyncio.sleep(0)
        waiting.cancel()  # it has been given the slot, and does not know it yet
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert scheduler.busy == 0

    virtual_time.run(scenario())


def test_a_scheduler_outlives_a_loop_that_was_closed_before_its_work_ended() -> None:
    work, scheduler = Work(), Scheduler(1)

    async def leaves() -> None:
        running = asyncio.create_task(scheduler.run(work))
        await wait_for(work.begun)
        running.cancel()
        await asyncio.wait([running])

    async def comes_again() -> None:
        async with asyncio.timeout(LATE_S), scheduler:
            assert scheduler.busy == 1
            work.may_end.set()
        assert scheduler.busy == 0

    asyncio.run(leaves())
    asyncio.run(comes_again())


def test_a_scheduler_that_was_left_says_so_and_holds_no_slot() -> None:
    async def scenario() -> None:
        async with Scheduler(1) as scheduler:
            pass
        with pytest.raises(RuntimeError):
            await scheduler.run(lambda: None)
        assert scheduler.busy == 0

    asyncio.run(scenario())
