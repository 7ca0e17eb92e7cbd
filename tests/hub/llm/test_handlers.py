"""Laws of the handlers: which of several thermostats, thermometers, players and lists is meant, and when none is."""

from __future__ import annotations

from datetime import datetime

import pytest

from hub.home.home import Action, Area, Thing
from hub.home.homeassistant.services import SERVICES
from hub.llm.handlers import HANDLERS, plan
from hub.llm.language import load
from hub.llm.match import Match, Refusal
from hub.llm.plan import Plan
from hub.llm.targets import Context
from hub.sentences import OWN

AREAS = (Area("Hall"), Area("Office"))
STOVE = Thing("climate.stove", "Stove", "climate", "heat", "Hall")
HEATER = Thing("climate.heater", "Heater", "climate", "heat", "Office")
AIR = Thing("sensor.air", "Air", "sensor", "20", "Hall", attributes={"device_class": "temperature"})
FRIDGE = Thing("sensor.fridge", "Fridge", "sensor", "4", "Hall", attributes={"device_class": "temperature"})


def player(name: str, state: str) -> Thing:
    return Thing(f"media_player.{name}", name, "media_player", state, "Hall", attributes={"volume_level": 0.95})


def todo(name: str) -> Thing:
    return Thing(f"todo.{name}", name, "todo", "0")


def planned(things: tuple[Thing, ...], intent: str, said: dict[str, str] | None = None, **slots: object) -> Plan:
    context = Context(AREAS, things, datetime(2026, 11, 21), "Hall")
    return plan(Match(intent, "default", {**slots, **(said or {})}, said or {}), context)


def entities(plan: Plan) -> list[str]:
    return [action.entity_id for action in plan.actions]


def test_the_thermostat_of_the_area_is_meant() -> None:
    asked = planned((STOVE, HEATER), "HassClimateSetTemperature", area="Office", temperature=21)
    assert asked.actions == (Action("climate.set_temperature", "climate.heater", {"temperature": 21.0}),)


def test_where_the_satellites_area_has_none_the_homes_only_thermostat_is_meant() -> None:
    assert entities(planned((HEATER,), "HassClimateSetTemperature", area="Hall", temperature=21)) == ["climate.heater"]


@pytest.mark.parametrize(
    ("things", "said", "key"),
    [
        ((HEATER,), {"area": "Hall"}, "no_domain_in_area"),
        ((HEATER,), {"name": "Stove"}, "no_entity"),
        ((), {}, "no_domain"),
        ((STOVE, HEATER), {}, "duplicate_targets"),
    ],
)
def test_where_another_was_named_or_none_is_the_only_one_no_thermostat_is_meant(
    things: tuple[Thing, ...], said: dict[str, str], key: str
) -> None:
    with pytest.raises(Refusal, match=f"^{key}$"):
        planned(things, "HassClimateSetTemperature", said, temperature=21)


@pytest.mark.parametrize(
    ("things", "measures"),
    [((STOVE, AIR), AIR), ((STOVE, AIR, FRIDGE), STOVE), ((STOVE,), STOVE), ((HEATER, AIR), AIR), ((HEATER,), HEATER)],
)
def test_the_one_thermometer_of_an_area_goes_before_its_thermostat(things: tuple[Thing, ...], measures: Thing) -> None:
    assert planned(things, "HassClimateGetTemperature", area="Hall").matched == (measures,)


def test_players_that_were_paused_go_on_and_others_stay_off() -> None:
    players = (player("tv", "off"), player("radio", "paused"))
    assert entities(planned(players, "HassMediaUnpause", area="Hall")) == ["media_player.radio"]


def test_where_nothing_was_paused_something_begins() -> None:
    assert entities(planned((player("tv", "off"),), "HassMediaUnpause", area="Hall")) == ["media_player.tv"]


def test_of_several_players_those_that_play_are_made_louder() -> None:
    players = (player("tv", "off"), player("radio", "playing"))
    for step in ("up", 10):
        assert entities(planned(players, "HassSetVolumeRelative", area="Hall", volume_step=step)) == [
            "media_player.radio"
        ]
    with pytest.raises(Refusal, match="entity_wrong_state"):
        planned((players[0], player("radio", "paused")), "HassSetVolumeRelative", area="Hall", volume_step="up")


@pytest.mark.parametrize(("step", "level"), [(20, 1.0), (-20, 0.75), (-100, 0.0)])
def test_a_volume_that_goes_up_or_down_by_percent_stays_one(step: int, level: float) -> None:
    (action,) = planned((player("tv", "off"),), "HassSetVolumeRelative", area="Hall", volume_step=step).actions
    assert action.data["volume_level"] == pytest.approx(level)


@pytest.mark.parametrize("names", [("Shopping List", "Chores"), ("Chores", "shopping list"), ("Groceries",)])
def test_the_list_is_the_one_for_shopping_or_the_only_one(names: tuple[str, ...]) -> None:
    meant = next((name for name in names if name.casefold() == "shopping list"), names[0])
    asked = planned(tuple(todo(name) for name in names), "HassShoppingListAddItem", item="milk")
    assert asked.actions == (Action("todo.add_item", f"todo.{meant}", {"item": "milk"}),)


def test_of_several_lists_without_shopping_none_is_the_list() -> None:
    with pytest.raises(Refusal, match="duplicate_targets"):
        planned((todo("Chores"), todo("Wishes")), "HassShoppingListAddItem", item="milk")


@pytest.mark.parametrize(
    ("intent", "domain", "service"),
    [
        ("HassTurnOn", "light", "light.turn_on"),
        ("HassTurnOff", "media_player", "media_player.turn_off"),
        ("HassTurnOn", "lock", "lock.lock"),
        ("HassTurnOff", "lock", "lock.unlock"),
        ("HassTurnOn", "cover", "cover.open_cover"),
        ("HassTurnOff", "cover", "cover.close_cover"),
        ("HassTurnOn", "valve", "valve.open_valve"),
        ("HassTurnOff", "valve", "valve.close_valve"),
        ("HassTurnOn", "button", "button.press"),
        ("HassTurnOn", "input_button", "input_button.press"),
        ("HassSetPosition", "cover", "cover.set_cover_position"),
        ("HassSetPosition", "valve", "valve.set_valve_position"),
    ],
)
def test_a_thing_is_told_what_its_domain_calls_it(intent: str, domain: str, service: str) -> None:
    thing = Thing(f"{domain}.it", "It", domain, "on", supports=frozenset({"position"}))
    (action,) = planned((thing,), intent, {"name": "It"}, domain=domain, position=30).actions
    assert (action.service, action.entity_id) == (service, thing.entity_id)


ENGLISH = load("en")
WORDS_ALONE = {"HassGetCurrentTime", "HassGetCurrentDate", "HassNevermind", "HassRespond", *OWN["en"]}


@pytest.mark.parametrize("intent", sorted(WORDS_ALONE))
def test_what_needs_no_thing_is_planned_in_an_empty_home(intent: str) -> None:
    assert planned((), intent).actions == ()


@pytest.mark.parametrize("intent", sorted(ENGLISH.intents["intents"].keys() - WORDS_ALONE))
def test_every_other_intent_of_the_language_is_refused_there_in_words(intent: str) -> None:
    with pytest.raises(Refusal) as refused:
        planned((), intent, domain="light", volume_level=5)
    assert refused.value.key in ENGLISH.errors


def test_every_handler_is_for_an_intent_of_the_language() -> None:
    assert HANDLERS.keys() <= ENGLISH.intents["intents"].keys()


def _named() -> list[tuple[str, str]]:
    """All intents with a handler, and the domains of what the language lets people name for them."""
    blocks = [(intent, block) for intent in HANDLERS for block in ENGLISH.intents["intents"][intent]["data"]]
    domains = ((intent, block.get("requires_context", {}).get("domain", [])) for intent, block in blocks)
    return sorted({(intent, domain) for intent, some in domains for domain in some})


@pytest.mark.parametrize(("intent", "domain"), _named())
def test_whatever_may_be_named_is_told_what_home_assistant_can_do_with_it(intent: str, domain: str) -> None:
    able = frozenset({"brightness", "color", "color_temp", "position", "percentage"})
    thing = Thing(f"{domain}.it", "It", domain, "playing", supports=able)
    numbers = dict.fromkeys(("position", "percentage", "brightness", "temperature", "volume_level", "volume_step"), 5)
    for action in planned((thing,), intent, {"name": "It"}, domain=domain, **numbers).actions:
        assert action.service in SERVICES
        assert action.service.partition(".")[0] == domain
