"""Laws of who is let in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.load.admission import Admission, Place

MOST_TURNS, MOST_BYTES = 4, 1000
EVENTS = st.lists(st.sampled_from(["admit", "close"]) | st.integers(-200, 400))


@given(EVENTS)
def test_only_above_the_bound_is_anybody_refused_and_all_are_counted(events: list[str | int]) -> None:
    admission, places, held, refused = Admission(MOST_TURNS, MOST_BYTES), list[Place](), dict[Place, int](), 0
    for event in events:
        if event == "admit":
            full = len(places) == MOST_TURNS or sum(held.values()) >= MOST_BYTES
            place = admission.admit()
            assert (place is None) == full
            refused += full
            if place is not None:
                places.append(place)
                held[place] = 0
        elif places and event == "close":
            held.pop(places[0])
            places.pop(0).close()
        elif places and isinstance(event, int):
            places[-1].hold(event)
            held[places[-1]] += event
        assert (admission.turns, admission.bytes) == (len(places), sum(held.values()))
        assert admission.refused == refused


@given(st.lists(st.integers(0, 200)))
def test_a_turn_that_ends_gives_back_all_that_it_held_and_only_once(sizes: list[int]) -> None:
    admission = Admission(MOST_TURNS, 10**9)
    with admitted(admission) as place:
        for size in sizes:
            place.hold(size)
        assert (admission.turns, admission.bytes) == (1, sum(sizes))
    place.close()
    place.hold(100)
    assert (admission.turns, admission.bytes, admission.admitted) == (0, 0, 1)


def admitted(admission: Admission) -> Place:
    place = admission.admit()
    assert place is not None
    return place
