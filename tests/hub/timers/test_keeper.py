"""Laws of the timers at work: real files, virtual time, and a satellite that only listens."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.event import Event
from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated

from hub.home.home import Action, HomeError
from hub.timers import actions
from hub.timers.book import LONGEST_S, Book
from hub.timers.keeper import KEEP_S, TimerKeeper
from hub.timers.kept import TimersFile
from hub.timers.timer import Now, State, Timer
from tests.hub.timers.test_book import BOOT, later
from tests.peers import run_clean

LATE_S = 60.0  # of real time: only a hanging test sees the end of it
EGGS = actions.start("kitchen", "Kitchen", "eggs", 300)


def clock() -> Now:
    passed = asyncio.get_running_loop().time()
    return Now(passed, BOOT.wall + passed)


def keeper(file: Path | None = None) -> TimerKeeper:
    return TimerKeeper(TimersFile(file), clock)


@asynccontextmanager
async def at_work(*tasks: Coroutine[None, None, None]) -> AsyncGenerator[None, None]:
    running = [asyncio.create_task(task) for task in tasks]
    await asyncio.sleep(0)
    yield
    for task in running:
        task.cancel()
    await asyncio.wait(running)


class Satellite:
    """Remembers what it is told, and when."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.at: list[float] = []

    async def send(self, event: Event) -> None:
        self.told.append(event)
        self.at.append(round(asyncio.get_running_loop().time(), 1))


async def written(path: Path, is_so: Callable[[list[Timer]], bool]) -> None:
    """Waits until the file is as it shall be; what writes it is a thread, for which virtual time does not wait."""
    until = time.monotonic() + LATE_S
    while not is_so(TimersFile(path).load()):
        assert time.monotonic() < until, "it was never written"
        await asyncio.to_thread(lambda: None)


def only(timers: TimerKeeper) -> Timer:
    (one,) = timers.seen_from("kitchen").going
    return one


def test_a_timer_is_told_at_once_and_finished_in_time() -> None:
    async def scenario() -> None:
        timers, satellite = keeper(), Satellite()
        async with at_work(timers.run(), timers.tell("kitchen", satellite.send)):
            await asyncio.sleep(1)
            await timers.act(EGGS)
            await asyncio.sleep(0)
            one = only(timers)
            await asyncio.sleep(500)
        assert satellite.told == [
            TimerStarted(one.id, 300, "eggs", None, 5, None).event(),
            TimerFinished(one.id).event(),
        ]
        assert satellite.at == [1.0, 301.0]

    run_clean(scenario)


def test_everything_that_can_be_done_is_told() -> None:
    async def scenario() -> None:
        timers, satellite = keeper(), Satellite()
        async with at_work(timers.run(), timers.tell("kitchen", satellite.send)):
            await timers.act(EGGS)
            for act in (actions.pause, actions.resume, lambda one: actions.add(one, -60), actions.cancel):
                await asyncio.sleep(1)
                await timers.act(act(only(timers)))
            await asyncio.sleep(1)
        ids = {event.data["id"] for event in satellite.told}
        (one,) = ids
        assert satellite.told[1:] == [
            TimerUpdated(one, False, 299).event(),
            TimerUpdated(one, True, 299).event(),
            TimerUpdated(one, True, 238).event(),
            TimerCancelled(one).event(),
        ]

    run_clean(scenario)


def test_a_short_timer_is_finished_in_time_beside_a_long_one() -> None:
    async def scenario() -> None:
        timers, satellite = keeper(), Satellite()
        async with at_work(timers.run(), timers.tell("kitchen", satellite.send)):
            await timers.act(EGGS)
            await asyncio.sleep(10)
            await timers.act(actions.start("kitchen", None, "", 5))
            await asyncio.sleep(10)
        assert satellite.at == [0.0, 10.0, 15.0]

    run_clean(scenario)


def test_an_end_is_kept_until_it_was_told(tmp_path: Path) -> None:
    path, satellite, now = tmp_path / "timers.json", Satellite(), BOOT

    def states(kept: list[Timer]) -> list[State]:
        return [one.state for one in kept]

    async def scenario() -> None:
        nonlocal now
        timers = TimerKeeper(TimersFile(path), lambda: now)
        async with at_work(timers.run()):
            await timers.act(EGGS)
            now = later(BOOT, 300)
            await timers.act(EGGS)
            await written(path, lambda kept: states(kept) == [State.FINISHED, State.RUNS])
            async with at_work(timers.tell("kitchen", satellite.send)):
                await written(path, lambda kept: states(kept) == [State.RUNS])

    asyncio.run(scenario())


def test_other_satellites_hear_nothing_of_it() -> None:
    async def scenario() -> None:
        timers, other = keeper(), Satellite()
        async with at_work(timers.run(), timers.tell("bedroom", other.send)):
            await timers.act(EGGS)
            await asyncio.sleep(400)
        assert other.told == []

    run_clean(scenario)


def test_only_a_satellite_that_is_told_can_be_asked_for_a_timer() -> None:
    async def scenario() -> None:
        timers, satellite = keeper(), Satellite()
        assert timers.seen_from("kitchen").here is None
        async with at_work(timers.tell("kitchen", satellite.send)):
            assert timers.seen_from("kitchen").here == "kitchen"
            assert timers.seen_from("bedroom").here is None
        assert timers.seen_from("kitchen").here is None

    run_clean(scenario)


@pytest.mark.parametrize("restarted", [False, True])
def test_what_becomes_of_timers_while_a_satellite_is_away_is_told_when_it_is_back(
    tmp_path: Path, restarted: bool
) -> None:
    async def scenario() -> None:
        timers, satellite = keeper(tmp_path / "timers.json"), Satellite()
        async with at_work(timers.run()):
            async with at_work(timers.tell("kitchen", satellite.send)):
                await timers.act(EGGS)
                await timers.act(actions.start("kitchen", None, "tea", 60))
                await asyncio.sleep(1)
            eggs, tea = timers.seen_from("kitchen").going
            await timers.act(actions.cancel(eggs))
            await asyncio.sleep(100)
        timers = keeper(tmp_path / "timers.json") if restarted else timers
        satellite = Satellite()
        async with at_work(timers.run(), timers.tell("kitchen", satellite.send)):
            await asyncio.sleep(1)
        assert satellite.told == [TimerCancelled(eggs.id).event(), TimerFinished(tea.id).event()]
        assert TimersFile(tmp_path / "timers.json").load() == []

    run_clean(scenario)


def test_a_send_that_fails_is_raised_and_told_again_on_the_next_connection() -> None:
    async def scenario() -> None:
        async def broken(_: Event) -> None:
            raise ConnectionError("gone")

        timers, satellite = keeper(), Satellite()
        await timers.act(EGGS)
        await timers.act(actions.cancel(only(timers)))
        with pytest.raises(ConnectionError):
            await timers.tell("kitchen", broken)
        async with at_work(timers.run(), timers.tell("kitchen", satellite.send)):
            await asyncio.sleep(1)
        assert [event.type for event in satellite.told] == ["timer-cancelled"]

    run_clean(scenario)


def test_a_timer_survives_a_restart_with_what_is_left(tmp_path: Path) -> None:
    async def scenario() -> None:
        timers = keeper(tmp_path / "timers.json")
        async with at_work(timers.run()):
            await timers.act(EGGS)
            await asyncio.sleep(100)
        await asyncio.sleep(100)
        again, satellite = keeper(tmp_path / "timers.json"), Satellite()
        assert only(again).left(clock()) == pytest.approx(100)
        async with at_work(again.run(), again.tell("kitchen", satellite.send)):
            await asyncio.sleep(200)
        assert [event.type for event in satellite.told] == ["timer-started", "timer-finished"]
        assert satellite.at[-1] == 300.0

    run_clean(scenario)


def test_what_changed_last_is_written_even_at_the_end(tmp_path: Path) -> None:
    async def scenario() -> None:
        timers = keeper(tmp_path / "timers.json")
        async with at_work(timers.run()):
            await timers.act(EGGS)
        assert [one.name for one in TimersFile(tmp_path / "timers.json").load()] == ["eggs"]

    run_clean(scenario)


def test_what_is_left_is_written_each_minute(tmp_path: Path) -> None:
    path = tmp_path / "timers.json"

    async def scenario() -> None:
        timers = keeper(path)
        async with at_work(timers.run()):
            await timers.act(actions.start("kitchen", None, "", LONGEST_S))
            await written(path, lambda kept: any(one.left_s <= LONGEST_S - KEEP_S for one in kept))
            assert only(timers).state is State.RUNS

    run_clean(scenario)


def test_a_broken_file_costs_the_timers_in_it_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        (tmp_path / "timers.json").write_text("{")
        timers = keeper(tmp_path / "timers.json")
        async with at_work(timers.run()):
            await timers.act(EGGS)
        assert only(timers).name == "eggs"
        assert (tmp_path / "timers.broken").read_text() == "{"

    run_clean(scenario)


def test_what_cannot_be_done_is_a_reason_to_speak_and_tells_nobody() -> None:
    async def scenario() -> None:
        timers, satellite = keeper(), Satellite()
        async with at_work(timers.run(), timers.tell("kitchen", satellite.send)):
            with pytest.raises(HomeError, match="over already"):
                await timers.act(Action("hark_timer.cancel", "hark_timer.nothing"))
            await asyncio.sleep(1)
        assert satellite.told == []

    run_clean(scenario)


@given(
    st.sampled_from(["start", "add", "cancel", "explode", ""]),
    st.dictionaries(st.sampled_from(["satellite", "area", "name", "seconds"]), st.text() | st.none() | st.floats()),
)
def test_whatever_else_is_asked_of_a_timer_changes_none(service: str, data: dict[str, object]) -> None:
    book = Book()
    book.start(Timer("eggs", "kitchen", None, "", 300, 300, BOOT))
    before = book.going
    with contextlib.suppress(HomeError):
        actions.perform(Action(f"hark_timer.{service}", "hark_timer.tea", data), book, BOOT, "new")
        raise AssertionError("it was done")
    assert book.going == before


def test_ids_are_never_used_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        seen: list[str] = []
        for _ in range(3):
            timers = keeper(tmp_path / "timers.json")
            async with at_work(timers.run()):
                await timers.act(EGGS)
                seen.append(only(timers).id)
                await timers.act(actions.cancel(only(timers)))
        assert len(set(seen)) == 3

    run_clean(scenario)
