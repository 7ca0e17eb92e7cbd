"""Laws of targets: name, kind and area choose the things meant; what is missing is said as closely as it was asked."""

from __future__ import annotations

from datetime import datetime

import pytest

from hub.home.home import Area, Thing
from hub.llm.match import Match, Refusal
from hub.llm.targets import Context, standing, supporting, targets, the_only

NOW = datetime(2026, 11, 21, 15, 7)
LAMP = Thing("light.lamp", "Lamp", "light", "off", "Office", ("Lantern",), supports=frozenset({"brightness"}))
BULB = Thing("light.bulb", "Bulb", "light", "on", "Kitchen")
BLIND = Thing("cover.blind", "Blind", "cover", "open", "Office", attributes={"device_class": "blind"})
TV = Thing("media_player.tv", "TV", "media_player", "playing", "Office")
KITCHEN_TV = Thing("media_player.kitchen_tv", "Kitchen TV", "media_player", "off", "Kitchen")
AREAS = (Area("Kitchen", ("Galley",)), Area("Office"), Area("Hall"))


def context(*things: Thing, area: str | None = None) -> Context:
    return Context(AREAS, things or (LAMP, BULB, BLIND, TV, KITCHEN_TV), NOW, area)


def meant(slots: dict[str, object]) -> tuple[Thing, ...]:
    return targets(Match("HassTurnOn", "default", slots), context())


@pytest.mark.parametrize(
    ("slots", "things"),
    [
        ({"name": "Lamp"}, (LAMP,)),
        ({"name": "lantern"}, (LAMP,)),
        ({"domain": "light"}, (LAMP, BULB)),
        ({"domain": "light", "area": "Kitchen"}, (BULB,)),
        ({"domain": "light", "area": "galley"}, (BULB,)),
        ({"domain": "cover", "device_class": "blind"}, (BLIND,)),
        ({"name": "TV"}, (TV,)),
        ({"name": "TV", "area": "Kitchen"}, (KITCHEN_TV,)),
        ({"name": "TV", "area": "Office"}, (TV,)),
    ],
)
def test_name_kind_and_area_choose_the_things(slots: dict[str, object], things: tuple[Thing, ...]) -> None:
    assert meant(slots) == things


@pytest.mark.parametrize(
    ("slots", "key", "values"),
    [
        ({"name": "Sauna"}, "no_entity", {"entity": "Sauna"}),
        ({"name": "Lamp", "area": "Hall"}, "no_entity_in_area", {"entity": "Lamp", "area": "Hall"}),
        ({"name": "Lamp", "domain": "lock"}, "no_entity", {"entity": "Lamp"}),
        ({"domain": "vacuum"}, "no_domain", {"domain": "vacuum"}),
        ({"domain": "light", "area": "Hall"}, "no_domain_in_area", {"domain": "light", "area": "Hall"}),
        ({"domain": "cover", "device_class": "gate"}, "no_device_class", {"device_class": "gate"}),
        (
            {"domain": "cover", "device_class": "blind", "area": "Kitchen"},
            "no_device_class_in_area",
            {"device_class": "blind", "area": "Kitchen"},
        ),
        ({"domain": "light", "area": "Attic"}, "no_area", {"area": "Attic"}),
    ],
)
def test_what_there_is_none_of_is_said(slots: dict[str, object], key: str, values: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        meant(slots)
    assert (refused.value.key, refused.value.values) == (key, values)


TWINS = (Thing("light.a", "Lamp", "light", "off", "Office"), Thing("light.b", "Lamp", "light", "off", "Kitchen"))


def test_of_two_with_one_name_the_one_where_it_was_said_is_meant() -> None:
    match = Match("HassTurnOn", "default", {"name": "Lamp"})
    assert targets(match, context(*TWINS, area="Kitchen")) == (TWINS[1],)


@pytest.mark.parametrize("area", [None, "Hall"])
def test_of_two_with_one_name_elsewhere_neither_is_meant(area: str | None) -> None:
    with pytest.raises(Refusal, match="duplicate_entities"):
        targets(Match("HassTurnOn", "default", {"name": "Lamp"}), context(*TWINS, area=area))


def test_one_alone_is_meant_or_nothing() -> None:
    assert the_only((LAMP,)) == LAMP
    with pytest.raises(Refusal, match="duplicate_targets"):
        the_only((LAMP, BULB))


def test_those_that_cannot_do_it_are_passed_over_until_none_is_left() -> None:
    assert supporting((LAMP, BULB), ["brightness"]) == (LAMP,)
    assert supporting((LAMP, BULB), []) == (LAMP, BULB)
    with pytest.raises(Refusal, match="feature_not_supported"):
        supporting((LAMP, BULB), ["color"])


def test_those_that_stand_otherwise_are_passed_over_until_none_is_left() -> None:
    assert standing((TV, KITCHEN_TV), "playing") == (TV,)
    with pytest.raises(Refusal, match="entity_wrong_state"):
        standing((KITCHEN_TV,), "playing")
