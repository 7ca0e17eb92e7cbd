"""Laws of finding a timer: what was said must fit, and the nearest of those is meant, where it is one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hub.timers.finding import Wanted, fitting, nearest, the_one
from hub.timers.timer import Now, Timer, Timers

NOW = Now(1000.0, 1.7e9)
AREAS = ("Kitchen", "Bedroom", None)
TIMER = st.builds(
    lambda name, length_s, satellite, area, ago: Timer(
        "", satellite, area, name, length_s, length_s, Now(NOW.mono - ago, NOW.wall)
    ),
    name=st.sampled_from(["", "pizza", "Roast beef"]),
    length_s=st.sampled_from([60, 300]),
    satellite=st.sampled_from(["k1", "k2", "b"]),
    area=st.sampled_from(AREAS),
    ago=st.integers(0, 59),
)
TIMERS = st.lists(TIMER, max_size=6).map(
    lambda timers: tuple(replace(timer, id=str(number)) for number, timer in enumerate(timers))
)
SOME = TIMERS.filter(bool)
HERE = st.sampled_from(["k1", "elsewhere", None])
PLACE = st.sampled_from([frozenset(), frozenset({"kitchen", "galley"})])


@given(TIMERS)
def test_where_nothing_was_said_all_fit(timers: tuple[Timer, ...]) -> None:
    assert fitting(timers, Wanted()) == list(timers)


@given(TIMERS)
def test_a_name_is_found_however_it_is_written(timers: tuple[Timer, ...]) -> None:
    assert fitting(timers, Wanted(" roast  BEEF ")) == [one for one in timers if one.name == "Roast beef"]


@given(TIMERS)
def test_what_it_was_started_for_finds_it_however_much_is_left(timers: tuple[Timer, ...]) -> None:
    assert fitting(timers, Wanted(length_s=300)) == [one for one in timers if one.length_s == 300]


@given(TIMERS)
def test_an_area_finds_what_rings_there_and_what_is_called_so(timers: tuple[Timer, ...]) -> None:
    named = (*timers, Timer("named", "b", "Bedroom", "galley", 60, 60, NOW))
    found = fitting(named, Wanted(areas=frozenset({"Kitchen", "Galley"})))
    assert found == [one for one in named if one.area == "Kitchen" or one.id == "named"]


@given(SOME, HERE, PLACE)
def test_the_nearest_are_the_satellites_own_then_its_areas_then_all(
    timers: tuple[Timer, ...], here: str | None, areas: frozenset[str]
) -> None:
    near = nearest(timers, here, areas)
    own = [one for one in timers if one.satellite == here]
    there = [one for one in timers if areas and one.area == "Kitchen"]
    assert list(near) == (own or there or list(timers))


@given(TIMER, HERE, PLACE)
def test_the_only_one_is_meant_wherever_it_rings(timer: Timer, here: str | None, areas: frozenset[str]) -> None:
    assert the_one([timer], Timers((timer,), NOW, here), areas) is timer


@given(SOME, HERE, PLACE)
def test_of_several_one_is_meant_only_where_nothing_could_tell_them_apart(
    timers: tuple[Timer, ...], here: str | None, areas: frozenset[str]
) -> None:
    meant = the_one(timers, Timers(timers, NOW, here), areas)
    near = nearest(timers, here, areas)
    if len({(one.name, one.length_s, one.satellite) for one in near}) > 1:
        assert meant is None
    else:
        assert meant is not None
        assert meant in near
        assert all(meant.left(NOW) <= one.left(NOW) for one in near)
