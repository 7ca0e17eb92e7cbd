"""Laws of what a turn asks of the load, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hub.load.admission import Admission
from hub.load.ladder import Ladder, Rung
from hub.load.load import Load
from hub.load.need import Kind, Need, Stage, Tier
from tests import virtual_time

SLOTS = {"gpu": 1, "cpu": 2, "llm": 4}


WHERE = {(stage, tier): {Tier.FULL: "gpu", Tier.SMALL: "cpu"}[tier] for stage in Stage for tier in Tier} | {
    (Stage.LLM, Tier.FULL): "llm",
}


def loading(test: Callable[[Load], Awaitable[None]]) -> None:
    """Runs a test with the load of a hub whose engines have been measured."""

    async def scenario() -> None:
        ladder, clock = Ladder(budget_s=1.0), asyncio.get_running_loop().time
        async with Load(SLOTS, WHERE, ladder, Admission(8, 10**6), clock) as load:
            load.took(Stage.LLM, Tier.FULL, 0.3, 1.0)
            for tier in Tier:
                load.took(Stage.STT, tier, 0.2, 0.2)
                load.took(Stage.FIRST_CLAUSE, tier, 0.1, 0.2, 20)
                load.took(Stage.CLAUSE, tier, 0.1, 0.2, 60)
            await test(load)

    virtual_time.run(scenario())


async def hold(load: Load, device: str, seconds: float, need: Need) -> None:
    async with load.devices[device].slot(need):
        await asyncio.sleep(seconds)


def test_an_idle_hub_forecasts_what_its_stages_take() -> None:
    async def scenario(load: Load) -> None:
        assert round(load.forecast(), 6) == 0.6
        assert round(load.forecast(Rung.SHORT_REPLY), 6) == 0.3

    loading(scenario)


def test_who_waits_on_a_device_makes_it_later_there_and_the_ladder_avoids_it() -> None:
    async def scenario(load: Load) -> None:
        async with asyncio.TaskGroup() as group:
            for satellite in "abcdefgh":
                group.create_task(hold(load, "gpu", 0.5, Need(Kind.ANSWER, satellite, 10.0)))
            await asyncio.sleep(0)
            assert load.devices["gpu"].waiting(Kind.ANSWER) == 7
            assert load.forecast() > 2.0
            assert round(load.forecast(Rung.SMALL_VOICE), 6) == 0.6
            assert load.begin() is Rung.SMALL_VOICE
            assert round(load.forecast(), 6) == 0.6

    loading(scenario)


def test_what_gives_way_makes_nobody_wait() -> None:
    async def scenario(load: Load) -> None:
        async with asyncio.TaskGroup() as group:
            for kind in (Kind.AHEAD, Kind.PARTIAL, Kind.SPECULATION):
                group.create_task(hold(load, "llm", 0.1, Need(kind)))
            await asyncio.sleep(0)
            assert round(load.forecast(), 6) == 0.6

    loading(scenario)


def test_who_watches_sees_rung_waits_and_counts_and_an_idle_hub_comes_back() -> None:
    async def scenario(load: Load) -> None:
        async with asyncio.TaskGroup() as group:
            for satellite in "ab":
                group.create_task(hold(load, "gpu", 2.0, Need(Kind.ANSWER, satellite, 10.0)))
            await asyncio.sleep(0)
            load.took(Stage.CLAUSE, Tier.FULL, 0.1, 20.0, 60)
            load.begin()
            places = [load.admission.admit() for _ in range(9)]
            report = load.report()
        assert report["rung"] == "small_voice"
        assert (report["admitted"], report["refused"], report["turns"]) == (8, 1, 8)
        assert places[-1] is None
        await asyncio.sleep(60)
        assert load.observe() is Rung.FULL
        report = load.report()
        assert report["rung"] == "full"
        assert report["forecast_ms"] == 600.0
        assert report["devices"] == {
            "gpu": {"running": 0, "waiting": 0, "wait_ms": pytest.approx(1000, rel=0.05), "wait_p95_ms": 2000.0},
            "cpu": {"running": 0, "waiting": 0, "wait_ms": 0.0, "wait_p95_ms": 0.0},
            "llm": {"running": 0, "waiting": 0, "wait_ms": 0.0, "wait_p95_ms": 0.0},
        }

    loading(scenario)


def test_the_full_engine_does_the_work_of_a_smaller_one_that_is_missing() -> None:
    where = {engine: device for engine, device in WHERE.items() if engine[1] is Tier.FULL}
    load = Load(SLOTS, where, Ladder(1.0), Admission(8, 10**6))
    load.took(Stage.STT, Tier.FULL, 0.2, 0.2)
    assert load.step(Stage.STT, Tier.SMALL) == load.step(Stage.STT, Tier.FULL) == ("gpu", 0.2, 0.2, 1.0)


def test_an_engine_that_was_never_used_is_tried() -> None:
    load = Load(SLOTS, WHERE, Ladder(1.0), Admission(8, 10**6))
    load.took(Stage.STT, Tier.FULL, 0.2, 0.2)
    assert load.step(Stage.STT, Tier.SMALL) == ("cpu", 0.0, 0.0, 1.0)
