"""Texts that come from the home, made fit to be shown to a language model: data, never layout.

A name is one line of bounded length without control, format or line-breaking characters, so that it cannot look like
anything but a name. Things keep their entity_id; what the model calls them is what it was shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hub.home.home import Area, Floor, Home, Thing

LONGEST_NAME = 60  # characters; a name that people say has some 20
MOST_ALIASES = 4  # of one thing, area or floor; all of them cost tokens in each turn


def plain(text: str, longest: int = LONGEST_NAME) -> str:
    """One line of at most `longest` printable characters."""
    shown = "".join(character if character.isprintable() else " " for character in text[: 4 * longest])
    return " ".join(shown.split())[:longest].rstrip()


def plain_floors(home: Home) -> tuple[Floor, ...]:
    """The home's floors, by name."""
    floors = (Floor(plain(floor.name), _aliases(floor.aliases)) for floor in home.floors)
    return tuple(sorted(floors, key=lambda floor: floor.name))


def plain_areas(home: Home) -> tuple[Area, ...]:
    """The home's areas, by name."""
    areas = (Area(plain(area.name), _aliases(area.aliases), _name(area.floor)) for area in home.areas)
    return tuple(sorted(areas, key=lambda area: area.name))


def plain_things(home: Home) -> tuple[Thing, ...]:
    """The home's things, by entity_id, which stays when a state changes or the home lists them in another order."""
    return tuple(_plain(thing) for thing in sorted(home.things, key=lambda thing: thing.entity_id))


def _plain(thing: Thing) -> Thing:
    return replace(thing, name=plain(thing.name), area=_name(thing.area), aliases=_aliases(thing.aliases))


def _name(of: str | None) -> str | None:
    return None if of is None else plain(of)


def _aliases(aliases: Iterable[str]) -> tuple[str, ...]:
    return tuple(plain(alias) for alias in tuple(aliases)[:MOST_ALIASES])
