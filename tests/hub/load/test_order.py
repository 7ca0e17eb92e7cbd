"""Laws of the order in which the jobs of a device are done."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from hub.load.need import Kind, Need
from hub.load.order import ANSWERS, DRY_S, OLDEST_PARTIAL_S, TIE_S, Job, Order, late, path, rank

SECONDS = st.floats(0, 20)
NEEDS = st.builds(Need, st.sampled_from(Kind), st.sampled_from("abcde"), SECONDS | st.just(math.inf), SECONDS, SECONDS)
ANSWER = st.builds(Need, st.just(Kind.ANSWER), st.sampled_from("abcde"), SECONDS, SECONDS, SECONDS)


def order_of(needs: Iterable[Need], now: float = 0.0) -> tuple[Order, list[Job]]:
    order = Order()
    return order, [order.put(need, now) for need in needs]


def drained(order: Order, now: float = 0.0) -> list[Need]:
    """All that wait, in the order in which they would be done at once."""
    done = []
    while (job := order.next(now)) is not None:
        done.append(job.need)
    return done


def feasible(deadlines: Iterable[float], each_s: float) -> list[Need]:
    """Answers of as many satellites that can all be in time, one after the other."""
    spaced = enumerate(sorted(deadlines), 1)
    return [
        Need(Kind.ANSWER, str(place), max(at, place * each_s) + 2 * TIE_S * place, 0, each_s) for place, at in spaced
    ]


@given(st.lists(st.one_of(NEEDS, st.sampled_from(["next", "withdraw"]))), SECONDS)
def test_no_job_is_lost_or_done_twice_and_a_device_is_idle_only_when_nothing_waits(
    events: list[Need | str], step_s: float
) -> None:
    order, put, gone, now = Order(), list[Job](), list[Job](), 0.0
    for event in events:
        now += step_s
        if isinstance(event, Need):
            put.append(order.put(event, now))
        elif event == "next":
            job = order.next(now)
            assert (job is None) == (len(put) == len(gone))
            gone.extend([job] if job is not None else [])
        elif put:
            order.withdraw(put[-1])
            gone.extend([put[-1]] if put[-1] not in gone else [])
        assert len(order) == len(put) - len(gone)
    while (job := order.next(now)) is not None:
        gone.append(job)
    assert Counter(map(id, gone)) == Counter(map(id, put))


@given(st.lists(NEEDS, min_size=1), st.data())
def test_withdrawn_jobs_are_never_next(needs: list[Need], data: st.DataObject) -> None:
    order, jobs = order_of(needs)
    withdrawn = data.draw(st.sets(st.sampled_from(range(len(jobs)))))
    for place in withdrawn:
        order.withdraw(jobs[place])
        order.withdraw(jobs[place])
    done = []
    while (job := order.next(0.0)) is not None:
        done.append(job)
    assert {id(job) for job in done} == {id(job) for place, job in enumerate(jobs) if place not in withdrawn}


@given(st.lists(NEEDS), SECONDS)
def test_no_class_waits_for_a_lower_one(needs: list[Need], now: float) -> None:
    ranks = [rank(need, now) for need in drained(order_of(needs)[0], now)]
    assert ranks == sorted(ranks)


@given(st.lists(SECONDS, unique=True), st.floats(0.01, 2), st.randoms())
def test_what_can_all_be_in_time_is_done_by_deadline_and_is_in_time(
    deadlines: list[float], each_s: float, mix: random.Random
) -> None:
    needs = feasible(deadlines, each_s)
    mixed = list(needs)
    mix.shuffle(mixed)
    order, _ = order_of(mixed)
    for place, need in enumerate(needs, 1):
        job = order.next((place - 1) * each_s)
        assert job is not None
        assert job.need == need
        assert place * each_s <= need.deadline


@given(st.lists(ANSWER, min_size=1), SECONDS)
def test_a_deadline_waits_at_most_for_those_that_are_nearly_the_same(needs: list[Need], now: float) -> None:
    job = order_of(needs)[0].next(now)
    assert job is not None
    if not all(late(need, now) for need in needs):
        assert job.need.deadline <= min(need.deadline for need in needs) + TIE_S


@given(st.lists(ANSWER, min_size=1))
def test_when_all_are_late_the_shortest_path_goes_first(needs: list[Need]) -> None:
    job = order_of(needs)[0].next(100.0)
    assert job is not None
    assert path(job.need) <= min(path(need) for need in needs) + TIE_S


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), SECONDS)
def test_while_a_satellite_waits_no_other_is_served_twice_before_it(satellites: list[str], deadline: float) -> None:
    order, _ = order_of(Need(Kind.ANSWER, satellite, deadline) for satellite in satellites)
    served = [need.satellite for need in drained(order)]
    for place, satellite in enumerate(served):
        before = max((at for at in range(place) if served[at] == satellite), default=-1)
        between = Counter(served[before + 1 : place])
        assert max(between.values(), default=0) <= 1


def test_of_one_satellite_what_came_first_goes_first() -> None:
    needs = [Need(Kind.AHEAD, "", rest_s=number) for number in range(10)]
    assert drained(order_of(needs)[0]) == needs


def test_who_was_served_goes_after_a_newcomer() -> None:
    order, _ = order_of([Need(Kind.ANSWER, "a", 5), Need(Kind.ANSWER, "a", 5)])
    order.next(0)
    order.put(Need(Kind.ANSWER, "b", 5 + TIE_S / 2), 0)
    assert [need.satellite for need in drained(order)] == ["b", "a"]


# Speech


@given(st.lists(ANSWER), st.floats(0, 10), st.floats(0, 2), SECONDS)
def test_speech_with_sound_left_to_play_is_never_ahead_of_an_answer(
    answers: list[Need], left_s: float, work_s: float, now: float
) -> None:
    speech = Need(Kind.SPEECH, "talker", now + work_s + left_s + 1e-6, work_s=work_s)
    done = drained(order_of([speech, *answers])[0], now)
    assert done[-1] == speech


@given(st.lists(st.builds(Need, st.just(Kind.ANSWER), st.just("a"), st.floats(10, 20)), min_size=1))
def test_speech_that_is_bound_to_run_dry_does_not_starve_behind_those_who_have_time(answers: list[Need]) -> None:
    speech = Need(Kind.SPEECH, "talker", 5.0)
    assert drained(order_of([*answers, speech])[0], 6.0)[0] == speech


def test_speculation_whose_words_have_become_certain_is_an_answer() -> None:
    certain = False
    expected = Need(Kind.SPECULATION, "a", 5.0, certain=lambda: certain)
    later = Need(Kind.ANSWER, "b", 6.0)
    order, _ = order_of([expected, later, Need(Kind.PARTIAL)])
    assert order.pressing(0.0) == 1
    certain = True
    assert order.pressing(0.0) == 2
    assert drained(order, 0.0)[0] == expected


def test_speech_gives_way_to_speculation_and_partials_until_it_presses() -> None:
    others = [Need(Kind.SPECULATION), Need(Kind.PARTIAL), Need(Kind.AHEAD)]
    speech = Need(Kind.SPEECH, deadline=10.0)
    assert drained(order_of([speech, *others])[0], 0.0) == [*others[:2], speech, others[2]]
    assert drained(order_of([*others, speech])[0], 10.0 - DRY_S / 2) == [speech, *others]


@given(st.lists(NEEDS), SECONDS)
def test_those_who_press_are_those_for_whom_somebody_waits_in_silence(needs: list[Need], now: float) -> None:
    order, _ = order_of(needs)
    pressing = [need for need in needs if need.kind is Kind.ANSWER or (need.kind is Kind.SPEECH and late(need, now))]
    assert order.pressing(now) == len(pressing) == sum(rank(need, now) == ANSWERS for need in needs)
    assert sum(order.waiting(kind) for kind in Kind) == len(needs)


# Partials


@given(st.lists(NEEDS), st.floats(0, 2 * OLDEST_PARTIAL_S))
def test_partials_that_are_too_old_are_given_up_and_nothing_else_is(needs: list[Need], age_s: float) -> None:
    order, _ = order_of(needs)
    expired = [job.need for job in order.expired(age_s)]
    old = age_s >= OLDEST_PARTIAL_S
    assert expired == [need for need in needs if old and need.kind is Kind.PARTIAL]
    assert len(order) == len(needs) - len(expired)


def test_what_may_be_wanted_one_day_is_done_when_nothing_else_waits() -> None:
    order, _ = order_of([Need(Kind.AHEAD)])
    assert order.next(0.0) is not None
    assert order.next(0.0) is None
