"""Laws of the shelf: the bound holds, and what goes is what was not used for longest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.tts.piper.shelf import Shelf

BOUND = 10


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 15), st.booleans())))
def test_the_bound_holds_and_the_latest_used_stay(uses: list[tuple[str, int, bool]]) -> None:
    shelf: Shelf[int] = Shelf(BOUND)
    latest: list[str] = []
    for name, size, asks in uses:
        before = shelf.names
        if asks and shelf.take(name) is None:
            continue
        gone = [] if asks else shelf.put(name, size, size)
        latest = [other for other in latest if other != name] + [name]
        assert shelf.size <= BOUND or shelf.names == [name]
        assert shelf.names == latest[len(latest) - len(shelf.names) :]
        assert set(gone) == set(before) - set(shelf.names)
        latest = shelf.names


def test_what_is_kept_is_what_was_put_there_last() -> None:
    shelf: Shelf[str] = Shelf(BOUND)
    shelf.put("a", "old", 4)
    shelf.put("a", "new", 5)
    assert (shelf.take("a"), shelf.take("b"), shelf.size) == ("new", None, 5)


def test_one_makes_room_for_no_more_than_it_needs() -> None:
    shelf: Shelf[str] = Shelf(BOUND)
    for name in "abc":
        shelf.put(name, name, 3)
    shelf.take("a")
    assert shelf.put("d", "d", 4) == ["b"]
    assert shelf.put("e", "e", 11) == ["c", "a", "d"]
