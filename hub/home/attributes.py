"""What the demo home's things carry besides their state: Home Assistant's attributes, one checked type for each domain.

A default is what a thing starts with where the home's file says nothing. An attribute that is None is absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeVar

import msgspec

from hub.home.home import Thing

Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]
Kelvin = Annotated[int, msgspec.Meta(ge=1000, le=10_000)]
Volume = Annotated[float, msgspec.Meta(ge=0, le=1)]
"""Of full volume."""
Item = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Attributes(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every thing may carry."""

    device_class: str | None = None
    unit_of_measurement: str | None = None


class Light(Attributes, frozen=True):
    """A light remembers how it shone while it is off."""

    brightness: Annotated[int, msgspec.Meta(ge=1, le=255)] | None = None
    rgb_color: tuple[Byte, Byte, Byte] | None = None
    color_temp_kelvin: Kelvin | None = None


class Cover(Attributes, frozen=True):
    """0 is closed, 100 fully open."""

    current_position: Percent = 0


class Fan(Attributes, frozen=True):
    """0 is off."""

    percentage: Percent = 0


class Climate(Attributes, frozen=True):
    """Temperatures in the thermostat's own unit: as it is, as it shall be, and between which it can be set."""

    current_temperature: float = 20.0
    temperature: float = 20.0
    min_temp: float = 7.0
    max_temp: float = 35.0


class Weather(Attributes, frozen=True):
    """The air outside."""

    temperature: float = 18.0
    temperature_unit: str = "°C"
    humidity: Percent | None = None


class Player(Attributes, frozen=True):
    """What is heard, and which piece of how many nobody knows."""

    volume_level: Volume = 0.5
    is_volume_muted: bool = False
    media_track: Annotated[int, msgspec.Meta(ge=1)] = 1
    media_title: str | None = None


class Todo(Attributes, frozen=True):
    """A list's items in their order, each "needs_action" or "completed"."""

    items: dict[Item, str] = {}


A = TypeVar("A", bound=Attributes)


def read(thing: Thing, kind: type[A]) -> A:
    """A thing's attributes as the type of its domain; raises msgspec.ValidationError where they are not."""
    return msgspec.convert(dict(thing.attributes), kind)


def plain(attributes: Attributes) -> Mapping[str, object]:
    """Attributes as a thing holds them."""
    return {name: value for name, value in msgspec.structs.asdict(attributes).items() if value is not None}
