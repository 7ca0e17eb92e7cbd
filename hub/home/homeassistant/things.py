"""An entity of Home Assistant as a Thing: its name, what it can do, and the attributes that can be spoken of. Pure.

Attributes are an allow-list with their types: what Home Assistant has besides (access tokens of cameras, where people
are) is nobody's business here.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hub.home.attributes import Byte, Percent, Volume
from hub.home.home import Thing
from hub.home.homeassistant.registries import Entry
from hub.home.homeassistant.words import LONGEST_NAME, LONGEST_STATE, one_line

MOST_VALUES = 32  # of a list; a light has three colour values and up to nine modes
MOST = 1e12  # of any number: more is no measurement, and takes minutes to say

_COLORS = {"hs", "xy", "rgb", "rgbw", "rgbww"}
_BRIGHT = {"brightness", "color_temp", "white", *_COLORS}

_FEATURES: Mapping[str, Mapping[int, str]] = {
    "cover": {4: "position"},
    "valve": {4: "position"},
    "fan": {1: "percentage"},
}
"""For each domain the bits of `supported_features` that are more than its basics."""

_NUMBER = int | float
_ATTRIBUTES: Mapping[str, object] = {
    "brightness": Byte,
    "rgb_color": tuple[Byte, Byte, Byte],
    "color_temp_kelvin": int,
    **dict.fromkeys(("current_position", "percentage"), Percent),
    **dict.fromkeys(("current_temperature", "temperature", "target_temp_low", "target_temp_high"), _NUMBER),
    **dict.fromkeys(("min_temp", "max_temp", "current_humidity", "humidity"), _NUMBER),
    **dict.fromkeys(("wind_speed", "pressure", "battery_level"), _NUMBER),
    "volume_level": Volume,
    "is_volume_muted": bool,
    "media_track": int,
    **dict.fromkeys(("media_title", "media_artist", "media_album_name", "source"), str),
    **dict.fromkeys(("hvac_action", "fan_mode", "preset_mode"), str),
    **dict.fromkeys(("device_class", "unit_of_measurement", "temperature_unit", "wind_speed_unit"), str),
    "assumed_state": bool,
}
"""Attributes that a thing keeps, with their types."""

_KEPT = {*_ATTRIBUTES, "friendly_name", "supported_color_modes", "supported_features"}


def kept(attributes: Mapping[str, object]) -> dict[str, object]:
    """Those that a thing is made of, so that memory stays bounded; what is too large is None."""
    return {name: small(value) for name, value in attributes.items() if name in _KEPT}


def small(value: object) -> object:
    """A number, a short text or a short list of those; None for everything else."""
    if isinstance(value, list):
        return [small(one) for one in value if not isinstance(one, list)] if len(value) <= MOST_VALUES else None
    fits = isinstance(value, int | float) or (isinstance(value, str) and len(value) <= LONGEST_STATE)
    return value if fits else None


def thing(entity_id: str, entry: Entry, state: object, attributes: Mapping[str, object]) -> Thing | None:
    """The thing as it stands; None where its state or its name is nothing that can be said."""
    domain, _, object_id = entity_id.partition(".")
    name = one_line(attributes.get("friendly_name", object_id.replace("_", " ")), LONGEST_NAME)
    word = one_line(state, LONGEST_STATE)
    if name is None or word is None:
        return None
    return Thing(
        entity_id=entity_id,
        name=name,
        domain=domain,
        state=word,
        area=entry.area,
        aliases=tuple(alias for alias in entry.aliases if alias != name),
        attributes=spoken_of(attributes),
        supports=supports(domain, attributes),
    )


def supports(domain: str, attributes: Mapping[str, object]) -> frozenset[str]:
    """What an entity can do beyond its domain's basics, as Thing.supports has it."""
    if domain == "light":
        return _light(attributes.get("supported_color_modes"))
    held = attributes.get("supported_features")
    bits = held if isinstance(held, int) else 0
    return frozenset(name for bit, name in _FEATURES.get(domain, {}).items() if bits & bit)


def spoken_of(attributes: Mapping[str, object]) -> Mapping[str, object]:
    """Those attributes that can be spoken of and are what they should be."""
    known = {name: _value(attributes[name], kind) for name, kind in _ATTRIBUTES.items() if name in attributes}
    return {name: value for name, value in known.items() if value is not None}


def _light(raw: object) -> frozenset[str]:
    modes = {mode for mode in raw if isinstance(mode, str)} if isinstance(raw, list | tuple) else set()
    able = {"brightness": modes & _BRIGHT, "color": modes & _COLORS, "color_temp": modes & {"color_temp"}}
    return frozenset(name for name, any_of_these in able.items() if any_of_these)


def _value(raw: object, kind: object) -> object:
    """The value as its type; None where it is of another, or beyond all bounds."""
    try:
        value: object = msgspec.convert(raw, kind)
    except msgspec.ValidationError:
        return None
    if isinstance(value, str):
        return one_line(value, LONGEST_STATE)
    if isinstance(value, int | float) and not abs(value) <= MOST:
        return None
    return value
