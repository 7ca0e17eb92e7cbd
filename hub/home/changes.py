"""How the demo home's things change, as pure functions from a thing to the thing as it stands afterwards.

What cannot be done, by this thing or as it stands, is a HomeError.
"""

from __future__ import annotations

from dataclasses import replace

from hub.home import attributes
from hub.home.home import HomeError, Thing

VOLUME_STEP = 0.1  # of full volume; Home Assistant's own where a player names none

COLORS = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "orange": (255, 165, 0),
    "yellow": (255, 255, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "purple": (128, 0, 128),
    "brown": (165, 42, 42),
    "pink": (255, 192, 203),
    "turquoise": (64, 224, 208),
}
"""The colours that people can ask for, with their red, green and blue as CSS has them."""


def stand(thing: Thing, state: str | None = None, **changed: object) -> Thing:
    """The thing with another state or other attributes; an attribute that becomes None goes."""
    kept = {name: value for name, value in {**thing.attributes, **changed}.items() if value is not None}
    return replace(thing, state=thing.state if state is None else state, attributes=kept)


def brightness(thing: Thing, percent: int) -> Thing:
    """A light at a share of its full brightness; none of it is off."""
    return stand(thing, brightness=round(percent * 255 / 100)) if percent else stand(thing, "off")


def color(thing: Thing, name: str) -> Thing:
    """A light in a colour of COLORS, which ends any shade of white."""
    if name not in COLORS:
        raise HomeError(f"{thing.name} does not know that color.")
    return stand(thing, rgb_color=COLORS[name], color_temp_kelvin=None)


def warmth(thing: Thing, kelvin: int) -> Thing:
    """A light in a shade of white, which ends any colour."""
    return stand(thing, color_temp_kelvin=kelvin, rgb_color=None)


def position(thing: Thing, percent: int) -> Thing:
    """A cover that is anything but shut is open."""
    return stand(thing, "open" if percent else "closed", current_position=percent)


def speed(thing: Thing, percent: int) -> Thing:
    """A fan at no speed is off."""
    return stand(thing, "on" if percent else "off", percentage=percent)


def temperature(thing: Thing, degrees: float) -> Thing:
    """A thermostat that shall reach a temperature."""
    held = attributes.read(thing, attributes.Climate)
    if not held.min_temp <= degrees <= held.max_temp:
        raise HomeError(f"{thing.name} can be set from {held.min_temp:g} to {held.max_temp:g} degrees.")
    return stand(thing, temperature=degrees)


def pause(thing: Thing) -> Thing:
    """A player that pauses what it plays."""
    return stand(_playing(thing), "paused")


def skip(thing: Thing, by: int) -> Thing:
    """A player that goes on to a later piece, or back to an earlier one down to the first."""
    return stand(thing, media_track=max(1, attributes.read(_playing(thing), attributes.Player).media_track + by))


def louder(thing: Thing, by: float) -> Thing:
    """A player that is louder (or, below 0, softer) by a share of full volume."""
    level = attributes.read(thing, attributes.Player).volume_level + by
    return stand(thing, volume_level=min(1.0, max(0.0, round(level, 2))))


def _playing(thing: Thing) -> Thing:
    if thing.state != "playing":
        raise HomeError(f"{thing.name} is not playing.")
    return thing
