"""Laws of the forecast."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from hub.load.arrivals import LONG_S, SHORT_S, Arrivals
from hub.load.forecast import Course, Line, Step, course, first_sound_s, holding_s
from hub.load.ladder import Rung
from hub.load.need import Stage, Tier

LINES = st.builds(Line, st.integers(1, 4), st.integers(0, 4), st.integers(0, 20), st.floats(0, 2))
STEPS = st.builds(Step, st.sampled_from(["gpu", "cpu"]), st.floats(0, 1), st.floats(0, 1), st.floats(1, 5))
COURSES = st.builds(Course, st.lists(STEPS, min_size=1).map(tuple), st.lists(STEPS).map(tuple))
SLOTS = {"gpu": 1, "cpu": 2, "llm": 16}


def step(stage: Stage, tier: Tier) -> Step:
    """As an engine on the GPU takes, and a smaller one half of it on the CPU."""
    seconds = {Stage.STT: 0.15, Stage.LLM: 0.3, Stage.FIRST_CLAUSE: 0.12, Stage.CLAUSE: 0.12}[stage]
    device = {Tier.FULL: "gpu", Tier.SMALL: "cpu"}[tier]
    return Step("llm" if stage is Stage.LLM else device, seconds / (1 + (tier is Tier.SMALL)), 2 * seconds)


def test_an_idle_hub_costs_the_turns_own_steps() -> None:
    lines = {name: Line(slots, slots - 1, 0, 5.0) for name, slots in SLOTS.items()}
    assert first_sound_s(course(Rung.FULL, step, 3), lines) == 0.15 + 0.3 + 0.12


def test_who_waits_before_and_half_of_what_runs_is_waited_for() -> None:
    assert Line(slots=2, running=2, pressing=3, busy_s=1.0).wait_s == 1.75
    assert Line(slots=1, running=0, pressing=0, busy_s=1.0).wait_s == 0.0


@given(COURSES, LINES, LINES)
def test_the_more_wait_the_later_is_the_first_sound(made: Course, gpu: Line, cpu: Line) -> None:
    longer = Line(gpu.slots, gpu.slots, gpu.pressing + 1, gpu.busy_s)
    assert first_sound_s(made, {"gpu": gpu, "cpu": cpu}) <= first_sound_s(made, {"gpu": longer, "cpu": cpu})


@given(COURSES, st.floats(0, 5), st.floats(0, 5))
def test_the_more_turns_the_later_they_settle_and_alone_each_takes_its_own_time(
    made: Course, some: float, more: float
) -> None:
    fewer, most = sorted([some, more])
    assert holding_s(made, SLOTS, fewer) <= holding_s(made, SLOTS, most)
    assert holding_s(made, SLOTS, 0.0) == sum(step.seconds for step in made.path)


def test_more_turns_than_a_device_can_do_settle_nowhere() -> None:
    voice = Course((Step("gpu", 0.1, 0.2),), (Step("gpu", 0.1, 0.4, jobs=2),))
    assert holding_s(voice, SLOTS, 0.99) < math.inf
    assert holding_s(voice, SLOTS, 1.0) == math.inf


@given(st.floats(1, 10))
def test_each_rung_takes_what_it_says_off_the_better_device(clauses: float) -> None:
    def busy_s(rung: Rung, device: str) -> float:
        made = course(rung, step, clauses)
        return sum(one.busy_s * one.jobs for one in made.path + made.rest if one.device == device)

    taken = [busy_s(rung, "gpu") for rung in Rung]
    assert taken == sorted(taken, reverse=True)
    assert taken[Rung.FULL] == taken[Rung.NO_PARTIALS] > taken[Rung.SMALL_STT] > taken[Rung.SMALL_VOICE]
    assert taken[Rung.SMALL_VOICE] == 0.0
    assert busy_s(Rung.SMALL_VOICE, "llm") > busy_s(Rung.SHORT_REPLY, "llm") == 0.0


def test_a_reply_before_any_was_heard_is_one_clause() -> None:
    assert course(Rung.FULL, step, 0.0).rest[0].jobs == 0.0


@given(st.lists(st.floats(0, 2)))
def test_turns_are_counted_over_a_short_and_a_long_time(gaps: list[float]) -> None:
    arrivals, times, now = Arrivals(), list[float](), 0.0
    for gap in gaps:
        now += gap
        arrivals.add(now)
        times.append(now)
        for seconds in (SHORT_S, LONG_S):
            assert arrivals.per_s(now) >= sum(at > now - seconds for at in times) / seconds
    assert arrivals.per_s(now + LONG_S + 1) == 0.0
