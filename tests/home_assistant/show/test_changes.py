"""What changed in a home, from Home Assistant's events."""

from __future__ import annotations

from typing import Any

from tests.home_assistant.show.changes import changes


def event(entity: str, old: tuple[str, int | None] | None, new: tuple[str, int | None] | None) -> dict[str, Any]:
    """An event of type state_changed."""
    told = [None if one is None else {"state": one[0], "attributes": {"brightness": one[1]}} for one in (old, new)]
    return {"entity_id": entity, "old_state": told[0], "new_state": told[1]}


LIGHT = "light.bedroom_light"
OFF, ON, HALF = ("off", None), ("on", 255), ("on", 128)


def test_several_events_of_one_thing_are_one_change_at_the_last_of_them() -> None:
    """A light that comes on and is then dimmed."""
    [found] = changes([(1.0, event(LIGHT, OFF, ON)), (2.0, event(LIGHT, ON, HALF))])
    assert (str(found), found.at) == ("light.bedroom_light: off > on, 50 %", 2.0)


def test_what_stands_as_before_has_not_changed() -> None:
    """Another attribute, or there and back."""
    assert not changes([(1.0, event(LIGHT, ON, ON))])
    assert not changes([(1.0, event(LIGHT, OFF, ON)), (2.0, event(LIGHT, ON, OFF))])


def test_what_is_no_thing_of_the_home_is_left_out() -> None:
    """The satellite's own entities change with every question."""
    assert not changes([(1.0, event("assist_satellite.kitchen", ("idle", None), ("listening", None)))])


def test_what_comes_or_goes_has_changed() -> None:
    """Its state is none then."""
    assert [str(one) for one in changes([(1.0, event(LIGHT, None, OFF))])] == ["light.bedroom_light: absent > off"]
