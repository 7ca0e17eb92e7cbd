"""Laws of the registries: whatever Home Assistant answers, what is understood of it is bounded and can be said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home.home import Area, Floor
from hub.home.homeassistant import registries
from hub.home.homeassistant.registries import MOST_ALIASES, MOST_AREAS, Answers, Entry
from hub.home.homeassistant.words import LONGEST_NAME
from hub.home.homefile import MOST_THINGS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)
KEYS = ("area_id", "floor_id", "device_id", "id", "name", "aliases", "identifiers")
IDENTIFIERS = st.just([["wyoming", "x"]])
RECORD = st.dictionaries(st.sampled_from(KEYS), JSON | st.sampled_from(["a", "b", "Kitchen"]) | IDENTIFIERS, max_size=7)
LIST = JSON | st.lists(JSON | RECORD, max_size=8)


def sayable(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and text == text.strip()


@given(LIST, LIST, LIST, JSON | st.dictionaries(st.sampled_from(["light.a", "light.b"]), JSON | RECORD))
def test_whatever_is_answered_every_name_can_be_said(
    areas: object, floors: object, devices: object, of: object
) -> None:
    read = registries.read(Answers(areas, floors, devices, of), ["light.a", "light.b"])
    assert list(read.entries) == ["light.a", "light.b"]
    names = {area.name for area in read.areas}
    named: tuple[Area | Floor, ...] = (*read.areas, *read.floors)
    assert all(sayable(name) for one in named for name in (one.name, *one.aliases))
    for entry in read.entries.values():
        assert entry.area is None or entry.area in names
        assert all(sayable(alias) for alias in entry.aliases)
    assert {area.floor for area in read.areas} <= {floor.name for floor in read.floors} | {None}
    assert all(len(name) <= LONGEST_NAME for name in read.satellites)


@given(JSON | st.fixed_dictionaries({"exposed_entities": st.dictionaries(st.text(), JSON)}))
def test_nothing_is_exposed_that_is_not_said_to_be(answer: object) -> None:
    assert registries.exposed(answer) == ()


def test_only_what_voice_may_know_is_exposed() -> None:
    listed: dict[str, object] = {
        "light.b": {"conversation": True, "cloud.alexa": True},
        "light.a": {"conversation": True},
        "light.c": {"conversation": False},
        "light.d": {"cloud.alexa": True},
        "Light.E": {"conversation": True},
        "light": {"conversation": True},
        "light.f\n": {"conversation": True},
    }
    assert registries.exposed({"exposed_entities": listed}) == ("light.a", "light.b")


def test_a_home_without_end_is_cut() -> None:
    listed = {f"light.l{number}": {"conversation": True} for number in range(MOST_THINGS + 10)}
    assert len(registries.exposed({"exposed_entities": listed})) == MOST_THINGS
    areas = [
        {"area_id": str(number), "name": f"Room {number}", "aliases": [f"R{n}" for n in range(MOST_ALIASES + 5)]}
        for number in range(MOST_AREAS + 3)
    ]
    read = registries.read(Answers(areas), ())
    assert len(read.areas) == MOST_AREAS
    assert len(read.areas[0].aliases) == MOST_ALIASES
    assert read.left_out["areas"] == 3


def test_an_areas_floor_is_known_by_its_name() -> None:
    areas = [{"area_id": "d", "name": "Den", "floor_id": "up"}, {"area_id": "p", "name": "Pit", "floor_id": "gone"}]
    floors = [{"floor_id": "up", "name": "Upstairs", "aliases": ["first floor"]}]
    read = registries.read(Answers(areas, floors), ())
    assert read.floors == (Floor("Upstairs", ("first floor",)),)
    assert read.areas == (Area("Den", floor="Upstairs"), Area("Pit"))


def test_an_entitys_area_is_its_own_before_its_devices() -> None:
    areas = [{"area_id": "k", "name": "Kitchen"}, {"area_id": "b", "name": "Bedroom"}]
    entities = {
        "light.own": {"area_id": "k", "device_id": "lamp", "aliases": [None, "Mine", "Mine"]},
        "light.its": {"area_id": None, "device_id": "lamp"},
        "light.lost": {"area_id": "gone", "device_id": "gone"},
        "light.yaml": None,
    }
    read = registries.read(Answers(areas, (), [{"id": "lamp", "area_id": "b"}], entities), entities)
    assert read.areas == (Area("Kitchen"), Area("Bedroom"))
    assert list(read.entries.values()) == [Entry(("Mine",), "Kitchen"), Entry(area="Bedroom"), Entry(), Entry()]
    assert not read.left_out


def test_a_devices_area_is_known_by_its_id() -> None:
    devices = [{"id": "lamp", "area_id": "b"}, {"id": "lost", "area_id": "gone"}, {"id": "hub"}, {"area_id": "b"}]
    read = registries.read(Answers([{"area_id": "b", "name": "Bedroom"}], (), devices, {}), [])
    assert read.devices == {"lamp": "Bedroom"}


def satellite(device: str, name: object = "Den", **fields: object) -> dict[str, object]:
    return {"id": device, "name": name, "identifiers": [["wyoming", f"entry of {device}"]], **fields}


def test_a_satellite_is_known_by_the_name_it_has_itself_whatever_its_owner_calls_it() -> None:
    devices = [satellite("d", name_by_user="Throne"), {"id": "lamp", "name": "Lamp", "identifiers": [["hue", "x"]]}]
    assert registries.read(Answers((), (), devices), ()).satellites == {"Den": "d"}


def test_of_two_satellites_with_one_name_neither_is_known_by_it() -> None:
    devices = [satellite("a"), satellite("b"), satellite("c", "Hall")]
    assert registries.read(Answers((), (), devices), ()).satellites == {"Hall": "c"}


def test_a_satellite_that_is_disabled_stands_in_nobodys_way() -> None:
    devices = [satellite("a"), satellite("b", disabled_by="user")]
    assert registries.read(Answers((), (), devices), ()).satellites == {"Den": "a"}


@pytest.mark.parametrize(
    "fields", [{"identifiers": [[]]}, {"identifiers": "wyoming"}, {"name": 7}, {"name": "x" * 999}]
)
def test_a_device_that_is_no_satellite_keeps_its_area(fields: dict[str, object]) -> None:
    areas = [{"area_id": "b", "name": "Bedroom"}]
    read = registries.read(Answers(areas, (), [satellite("d", area_id="b") | fields]), ())
    assert (read.satellites, read.devices, read.left_out) == ({}, {"d": "Bedroom"}, {})
