"""What can be done with the demo home's things: Home Assistant's services, their data and what they change, a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from hub.home import changes, todo
from hub.home.attributes import Item, Kelvin, Percent, Volume
from hub.home.home import Action, HomeError, Thing


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said along with a service; this one takes nothing."""


class Shine(Data, frozen=True):
    """How a light is to shine; what is left out stays as it was."""

    brightness_pct: Percent | None = None
    color_name: str | None = None
    color_temp_kelvin: Kelvin | None = None


class Position(Data, frozen=True):
    """Of a cover."""

    position: Percent


class Speed(Data, frozen=True):
    """Of a fan, which runs fully where nothing is said."""

    percentage: Percent = 100


class Temperature(Data, frozen=True):
    """That a thermostat shall reach."""

    temperature: float


class Loudness(Data, frozen=True):
    """Of a player."""

    volume_level: Volume


class Mute(Data, frozen=True):
    """Whether a player is to be silent."""

    is_volume_muted: bool


class Entry(Data, frozen=True):
    """An item of a list."""

    item: Item


class Status(Entry, frozen=True):
    """An item of a list and how it stands from now on."""

    status: Literal["needs_action", "completed"]


@dataclass(frozen=True, slots=True)
class Service:
    """What one service changes, the data it takes, and what a thing must support for a part of that data."""

    change: Callable[[Thing, Any], Thing]
    data: type[Data] = Data
    needs: Mapping[str, str] = field(default_factory=dict)


def perform(thing: Thing, action: Action) -> Thing:
    """The thing after the action; raises HomeError where they do not go together, or not as the thing stands."""
    service, data = check(thing, action)
    return service.change(thing, data)


def check(thing: Thing, action: Action) -> tuple[Service, Data]:
    """The action's service and data, once both are known to suit the thing however it stands; raises HomeError."""
    service = SERVICES.get(action.service)
    domain, _, name = action.service.partition(".")
    if service is None or domain != thing.domain:
        raise HomeError(f"{thing.name} cannot do {name.replace('_', ' ') or 'that'}.")
    missing = {service.needs[key] for key in action.data if key in service.needs} - thing.supports
    if missing:
        raise HomeError(f"{thing.name} does not support {min(missing).replace('_', ' ')}.")
    try:
        return service, msgspec.convert(dict(action.data), service.data)
    except msgspec.ValidationError as error:
        raise HomeError(f"{thing.name} cannot do {name.replace('_', ' ')} so: {error}.") from None


def _become(state: str) -> Service:
    return Service(lambda thing, _: changes.stand(thing, state))


def _shine(thing: Thing, how: Shine) -> Thing:
    thing = changes.stand(thing, "on")
    if how.color_name is not None:
        thing = changes.color(thing, how.color_name)
    if how.color_temp_kelvin is not None:
        thing = changes.warmth(thing, how.color_temp_kelvin)
    return thing if how.brightness_pct is None else changes.brightness(thing, how.brightness_pct)


_SHINE = Service(
    _shine, Shine, {"brightness_pct": "brightness", "color_name": "color", "color_temp_kelvin": "color_temp"}
)

SERVICES: Mapping[str, Service] = {
    "light.turn_on": _SHINE,
    "light.turn_off": _become("off"),
    "switch.turn_on": _become("on"),
    "switch.turn_off": _become("off"),
    "lock.lock": _become("locked"),
    "lock.unlock": _become("unlocked"),
    "cover.open_cover": Service(lambda cover, _: changes.position(cover, 100)),
    "cover.close_cover": Service(lambda cover, _: changes.position(cover, 0)),
    "cover.set_cover_position": Service(
        lambda cover, to: changes.position(cover, to.position), Position, {"position": "position"}
    ),
    "fan.turn_on": Service(lambda fan, to: changes.speed(fan, to.percentage), Speed, {"percentage": "percentage"}),
    "fan.turn_off": Service(lambda fan, _: changes.speed(fan, 0)),
    "climate.set_temperature": Service(lambda one, to: changes.temperature(one, to.temperature), Temperature),
    "climate.turn_on": _become("heat"),
    "climate.turn_off": _become("off"),
    "media_player.turn_on": _become("playing"),
    "media_player.turn_off": _become("off"),
    "media_player.media_play": _become("playing"),
    "media_player.media_pause": Service(lambda player, _: changes.pause(player)),
    "media_player.media_next_track": Service(lambda player, _: changes.skip(player, 1)),
    "media_player.media_previous_track": Service(lambda player, _: changes.skip(player, -1)),
    "media_player.volume_up": Service(lambda player, _: changes.louder(player, changes.VOLUME_STEP)),
    "media_player.volume_down": Service(lambda player, _: changes.louder(player, -changes.VOLUME_STEP)),
    "media_player.volume_set": Service(
        lambda player, to: changes.stand(player, volume_level=to.volume_level), Loudness
    ),
    "media_player.volume_mute": Service(
        lambda player, to: changes.stand(player, is_volume_muted=to.is_volume_muted), Mute
    ),
    "script.turn_on": Service(lambda script, _: script),
    "scene.turn_on": Service(lambda scene, _: scene),
    "todo.add_item": Service(lambda one, entry: todo.add(one, entry.item), Entry),
    "todo.update_item": Service(lambda one, entry: todo.update(one, entry.item, entry.status), Status),
    "todo.remove_item": Service(lambda one, entry: todo.remove(one, entry.item), Entry),
}
"""All that the demo home can do; a scene or script changes other things, by actions of its own (DemoHome)."""
