"""What each domain of the demo home can be, as a table: states, classes, what may be supported, attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.home import attributes, changes, todo
from hub.home.attributes import Attributes
from hub.home.home import Thing


def _as_it_stands(thing: Thing) -> Thing:
    return thing


@dataclass(frozen=True, slots=True)
class Domain:
    """One kind of thing. The first state is how a thing starts; no states or classes means any.

    `settle` makes state and attributes agree where one follows from the other; a number goes before a word.
    """

    states: tuple[str, ...] = ()
    attributes: type[Attributes] = Attributes
    supports: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    settle: Callable[[Thing], Thing] = _as_it_stands


def _cover(thing: Thing) -> Thing:
    held = attributes.read(thing, attributes.Cover).current_position
    return changes.position(thing, held or (100 if thing.state == "open" else 0))


def _fan(thing: Thing) -> Thing:
    held = attributes.read(thing, attributes.Fan).percentage
    return changes.speed(thing, held or (100 if thing.state == "on" else 0))


def _todo(thing: Thing) -> Thing:
    return todo.holding(thing, todo.items(thing))


ON_OFF = ("off", "on")
COVERS = frozenset({"awning", "blind", "curtain", "damper", "door", "garage", "gate", "shade", "shutter", "window"})
CONDITIONS = (
    "sunny",
    "clear-night",
    "cloudy",
    "exceptional",
    "fog",
    "hail",
    "lightning",
    "lightning-rainy",
    "partlycloudy",
    "pouring",
    "rainy",
    "snowy",
    "snowy-rainy",
    "windy",
    "windy-variant",
)

DOMAINS: Mapping[str, Domain] = {
    "light": Domain(ON_OFF, attributes.Light, frozenset({"brightness", "color", "color_temp"})),
    "switch": Domain(ON_OFF),
    "lock": Domain(("locked", "unlocked")),
    "cover": Domain(("closed", "open"), attributes.Cover, frozenset({"position"}), COVERS, _cover),
    "fan": Domain(ON_OFF, attributes.Fan, frozenset({"percentage"}), settle=_fan),
    "climate": Domain(("heat", "off", "cool", "heat_cool", "auto", "dry", "fan_only"), attributes.Climate),
    "sensor": Domain(),
    "binary_sensor": Domain(ON_OFF),
    "weather": Domain(CONDITIONS, attributes.Weather),
    "media_player": Domain(("off", "on", "idle", "playing", "paused"), attributes.Player),
    "script": Domain(ON_OFF),
    "scene": Domain(("unknown",)),
    "todo": Domain((), attributes.Todo, settle=_todo),
}
"""Every domain that a home's file may name, with Home Assistant's words."""
