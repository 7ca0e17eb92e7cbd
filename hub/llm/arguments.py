"""The arguments of each tool, as checked types: a model's JSON becomes one of these or nothing is done.

A field is the slot of the same name that a sentence would have filled, so hub.llm.handlers takes both alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal

import msgspec

from hub.llm.match import Match, Refusal
from hub.llm.responder import ControlAction

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Switched = Literal["light", "switch", "fan", "cover", "lock", "climate", "media_player", "scene", "script"]
"""Domains of what can be turned on and off."""


_INTENTS: Mapping[ControlAction, str] = {
    "volume_up": "HarkVolumeUp",
    "volume_down": "HarkVolumeDown",
    "volume_set": "HarkSetVolume",
    "mute": "HarkMute",
    "unmute": "HarkUnmute",
    "stop": "HarkStop",
}


def _in(area: str, match: Match) -> Match:
    """The same in an area that nobody named."""
    return replace(match, slots={**match.slots, "area": area})


class Arguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What a tool is given; this one takes nothing."""

    def match(self, intent: str, here: str | None = None) -> Match:
        """What a sentence with this meaning, said in the area `here`, would have been understood as; raises Refusal."""
        slots = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        said = {"area": str(slots["area"])} if "area" in slots else {}
        return Match(intent, "default", slots, said)


class Somewhere(Arguments, frozen=True, kw_only=True):
    """The things of an area or a floor, one by its name, or where none of these is given all that fit."""

    name: Text | None = None
    area: Text | None = None
    floor: Text | None = None

    def placed(self) -> bool:
        """Whether it says where."""
        return not (self.name is None and self.area is None and self.floor is None)


class Here(Somewhere, frozen=True, kw_only=True):
    """Things to be changed: where nothing says which, those of the person's own room."""

    everywhere: Annotated[bool, msgspec.Meta(description="all of the home, where the person says so")] = False

    def match(self, intent: str, here: str | None = None) -> Match:
        """See Arguments."""
        match = super().match(intent)
        match = replace(match, slots={name: value for name, value in match.slots.items() if name != "everywhere"})
        if self.everywhere or self.placed():
            return match
        if here is None:
            raise Refusal("no_room", say="which room is not known, so give name, area or everywhere")
        return _in(here, match)


class Stand(Somewhere, frozen=True, kw_only=True):
    """Things asked about."""

    domain: Text | None = None
    device_class: Text | None = None


class Switch(Here, frozen=True, kw_only=True):
    """One thing by its name, or all of a domain."""

    domain: Switched | None = None
    device_class: Text | None = None

    def __post_init__(self) -> None:
        """Refuses a call that would mean everything there is."""
        if self.name is None and self.domain is None:
            raise ValueError("say what: give name or domain")


class Shine(Here, frozen=True, kw_only=True):
    """How a light is to shine."""

    brightness: Percent | None = None
    color: Annotated[str, msgspec.Meta(min_length=1, max_length=30, description="a color's English name")] | None = None
    temperature: Annotated[int, msgspec.Meta(ge=1000, le=10_000, description="of white, in kelvin")] | None = None

    def __post_init__(self) -> None:
        """Refuses a call without an effect."""
        if self.brightness is None and self.color is None and self.temperature is None:
            raise ValueError("say how: give brightness, color or temperature")


class Position(Here, frozen=True, kw_only=True):
    """Of a cover."""

    position: Annotated[Percent, msgspec.Meta(description="0 is closed, 100 is open")]


class Speed(Here, frozen=True, kw_only=True):
    """Of a fan."""

    percentage: Percent


class Temperature(Somewhere, frozen=True, kw_only=True):
    """That a thermostat shall reach: the room's, or where that has none and nothing says which, the home's only one."""

    temperature: Annotated[float, msgspec.Meta(ge=-50, le=150, description="in the home's unit")]

    def match(self, intent: str, here: str | None = None) -> Match:
        """See Arguments."""
        match = super().match(intent)
        return match if here is None or self.placed() else _in(here, match)


class Volume(Here, frozen=True, kw_only=True):
    """Of media players."""

    volume_level: Annotated[Percent, msgspec.Meta(description="percent of full volume")]


class VolumeStep(Here, frozen=True, kw_only=True):
    """Of media players."""

    volume_step: Literal["up", "down"]


class SatelliteVolume(Arguments, frozen=True, kw_only=True):
    """Of the satellite itself."""

    action: ControlAction
    level: Annotated[Percent, msgspec.Meta(description="the volume, or how much louder or quieter")] | None = None

    def __post_init__(self) -> None:
        """Refuses a volume of nothing, and a level of what has none."""
        if self.action == "volume_set" and self.level is None:
            raise ValueError("say how loud: give level")
        if not self.action.startswith("volume_") and self.level is not None:
            raise ValueError(f"{self.action} has no level")

    def match(self, intent: str, here: str | None = None) -> Match:
        """See Arguments: each action is an intent of its own."""
        return Match(_INTENTS[self.action], "default", {} if self.level is None else {"level": self.level})


class Item(Arguments, frozen=True, kw_only=True):
    """Of a to-do list."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100, description="the list's name")]
    item: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class WhichTimer(Arguments, frozen=True, kw_only=True):
    """One by its name, or the only one there is."""

    name: Text | None = None


class Length(WhichTimer, frozen=True, kw_only=True):
    """Of a timer, or what it gets more or less."""

    hours: Annotated[int, msgspec.Meta(ge=0, le=99)] | None = None
    minutes: Annotated[int, msgspec.Meta(ge=0, le=999)] | None = None
    seconds: Annotated[int, msgspec.Meta(ge=0, le=9999)] | None = None

    def __post_init__(self) -> None:
        """Refuses no time at all."""
        if not (self.hours or self.minutes or self.seconds):
            raise ValueError("say how long: give hours, minutes or seconds")
