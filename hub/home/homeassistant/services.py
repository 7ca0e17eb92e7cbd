"""Which of Home Assistant's services may be called, on what, and by which state it is confirmed. Pure.

Rules: the table is all there is. Some services of Home Assistant pass over the entity they are called on
(script.open_door runs that script, scene.apply sets any state) and are not in it; and no data may name another target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.home.home import Action, HomeError, Thing

TARGETS = frozenset({"entity_id", "device_id", "area_id", "floor_id", "label_id"})
"""What in a service's data would widen it to other things."""

SOON_S = 5.0  # a lamp on Zigbee or Wi-Fi tells within one
SLOW_S = 15.0  # the bolt of a lock takes up to ten


@dataclass(frozen=True, slots=True)
class Service:
    """The states that confirm a service (any, where there are none), and within which time one must be seen."""

    states: frozenset[str] = frozenset()
    within_s: float = SOON_S


def _switched(*domains: str) -> dict[str, Service]:
    return {f"{domain}.turn_{state}": Service(frozenset({state})) for domain in domains for state in ("on", "off")}


def _moved(domain: str) -> dict[str, Service]:
    return {
        f"{domain}.open_{domain}": Service(frozenset({"open", "opening"})),
        f"{domain}.close_{domain}": Service(frozenset({"closed", "closing"})),
        f"{domain}.set_{domain}_position": Service(),
        f"{domain}.stop_{domain}": Service(),
    }


def _armed(*modes: str) -> dict[str, Service]:
    return {
        f"alarm_control_panel.alarm_arm_{mode}": Service(frozenset({f"armed_{mode}", "arming"}), SLOW_S)
        for mode in modes
    }


SERVICES: Mapping[str, Service] = {
    **_switched("light", "switch", "fan", "input_boolean", "humidifier", "siren", "automation"),
    "lock.lock": Service(frozenset({"locked"}), SLOW_S),
    "lock.unlock": Service(frozenset({"unlocked", "open"}), SLOW_S),
    **_moved("cover"),
    **_moved("valve"),
    **_armed("home", "away", "night", "vacation"),
    "alarm_control_panel.alarm_disarm": Service(frozenset({"disarmed"}), SLOW_S),
    "climate.turn_off": Service(frozenset({"off"})),
    **dict.fromkeys(
        (
            "climate.turn_on",
            "climate.set_temperature",
            "climate.set_hvac_mode",
            "media_player.turn_on",
            "media_player.turn_off",
            "media_player.media_play",
            "media_player.media_pause",
            "media_player.media_stop",
            "media_player.media_next_track",
            "media_player.media_previous_track",
            "media_player.volume_up",
            "media_player.volume_down",
            "media_player.volume_set",
            "media_player.volume_mute",
            "humidifier.set_humidity",
            "vacuum.start",
            "vacuum.return_to_base",
            "lawn_mower.start_mowing",
            "lawn_mower.dock",
            "button.press",
            "input_button.press",
            "script.turn_on",
            "scene.turn_on",
            "todo.add_item",
            "todo.update_item",
            "todo.remove_item",
        ),
        Service(),
    ),
}
"""All that may be called, by the service's name."""


def allowed(thing: Thing, action: Action) -> Service:
    """What confirms the action on that thing; raises HomeError where it may not be, or cannot be now."""
    domain, _, name = action.service.partition(".")
    service = SERVICES.get(action.service)
    if service is None or domain != thing.domain or TARGETS & action.data.keys():
        raise HomeError(f"{thing.name} cannot do {name.replace('_', ' ') or 'that'}.")
    if thing.state == "unavailable":
        raise HomeError(f"{thing.name} is not available.")
    return service if _ends_so(action) else Service()


def _ends_so(action: Action) -> bool:
    """Whether the service's usual state comes of it: a lamp turned on at 0 percent goes off."""
    return all(isinstance(value, bool) or value != 0 for value in action.data.values())
