"""A home as a TOML file: its floors, areas and things (config/home.toml documents every key by example).

Strategy: the file is read whole and checked against the table of domains before anything is built. What is wrong
is one SettingsError that names the file, the thing and the key, and says what was expected.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from config.loading import Layer, SettingsError, build, read
from hub.home import attributes, todo
from hub.home.attributes import Item
from hub.home.domains import DOMAINS, Domain
from hub.home.home import Action, Area, Floor, HomeError, Thing
from hub.home.services import check

Name = Annotated[str, msgspec.Meta(max_length=100, pattern=r"\S")]
"""What people call something; not empty."""

MOST_THINGS = 5000  # more than Home Assistant's largest homes expose to voice


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file."""


class FloorEntry(Entry, frozen=True):
    """A floor that has other names too."""

    name: Name
    aliases: tuple[Name, ...] = ()


class AreaEntry(Entry, frozen=True):
    """An area that has other names too, or is on a floor."""

    name: Name
    aliases: tuple[Name, ...] = ()
    floor: Name | None = None


class StepEntry(Entry, frozen=True):
    """One thing that a scene or script does."""

    service: str
    thing: Name
    data: dict[str, object] = {}


class ThingEntry(Entry, frozen=True):
    """A thing as it is written down."""

    name: Name
    domain: str
    kind: str | None = msgspec.field(default=None, name="class")
    area: Name | None = None
    aliases: tuple[Name, ...] = ()
    supports: frozenset[str] | None = None
    state: str | float | None = None
    unit: str | None = None
    attributes: dict[str, object] = {}
    items: tuple[Item, ...] = ()
    actions: tuple[StepEntry, ...] = ()


class HomeEntry(Entry, frozen=True):
    """The whole file; each thing is checked on its own, so that an error can name it."""

    floors: tuple[Name | FloorEntry, ...] = ()
    areas: tuple[Name | AreaEntry, ...] = ()
    things: Annotated[tuple[dict[str, object], ...], msgspec.Meta(max_length=MOST_THINGS)] = ()


@dataclass(frozen=True, slots=True)
class HomePlan:
    """What a file describes: areas, things as they stand at first, what each scene and script does, and floors."""

    areas: tuple[Area, ...]
    things: tuple[Thing, ...]
    routines: Mapping[str, tuple[Action, ...]]
    floors: tuple[Floor, ...] = ()


def read_home(path: Path) -> HomePlan:
    """Reads and checks a home's file; raises SettingsError."""
    layer = read(path)
    home = build(HomeEntry, [layer])
    floors = tuple(Floor(one) if isinstance(one, str) else Floor(one.name, one.aliases) for one in home.floors)
    areas = tuple(_area(layer.source, area, {floor.name for floor in floors}) for area in home.areas)
    tables = [(_place(layer.source, number, table), table) for number, table in enumerate(home.things, 1)]
    entries = [(place, build(ThingEntry, [Layer(place, table)])) for place, table in tables]
    ids = entity_ids([(entry.domain, entry.name) for _, entry in entries])
    known = {area.name for area in areas}
    things = tuple(_thing(place, entry, next(ids), known) for place, entry in entries)
    routines = {
        thing.entity_id: tuple(_step(place, thing, step, things) for step in entry.actions)
        for thing, (place, entry) in zip(things, entries, strict=True)
    }
    return HomePlan(areas, things, routines, floors)


def entity_ids(named: Sequence[tuple[str, str]]) -> Iterator[str]:
    """For each (domain, name) Home Assistant's id, "light.bed_light"; from the second of its kind on with a number.

    Letters lose their marks; what no Latin letter stands for is "unknown" (Home Assistant writes it out instead).
    """
    taken: set[str] = set()
    for domain, name in named:
        latin = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        slug = f"{domain}.{re.sub('[^a-z0-9]+', '_', latin).strip('_') or 'unknown'}"
        number = 2
        entity_id = slug
        while entity_id in taken:
            entity_id, number = f"{slug}_{number}", number + 1
        taken.add(entity_id)
        yield entity_id


def _place(source: str, number: int, table: Mapping[str, object]) -> str:
    return f"{source}: thing {number} ({table.get('name', 'without a name')})"


def _area(source: str, entry: str | AreaEntry, floors: Collection[str]) -> Area:
    if isinstance(entry, str):
        return Area(entry)
    if entry.floor is not None:
        _among(f"{source}: area {entry.name}", "floor", entry.floor, floors)
    return Area(entry.name, entry.aliases, entry.floor)


def _thing(place: str, entry: ThingEntry, entity_id: str, areas: Collection[str]) -> Thing:
    _among(place, "domain", entry.domain, DOMAINS)
    domain = DOMAINS[entry.domain]
    if entry.area is not None:
        _among(place, "area", entry.area, areas)
    if entry.kind is not None and domain.classes:
        _among(place, "class", entry.kind, domain.classes)
    for feature in entry.supports or ():
        _among(place, "supports", feature, domain.supports)
    return domain.settle(
        Thing(
            entity_id=entity_id,
            name=entry.name,
            domain=entry.domain,
            state=_state(place, entry, domain),
            area=entry.area,
            aliases=entry.aliases,
            attributes=_attributes(place, entry, domain),
            supports=domain.supports if entry.supports is None else entry.supports,
        )
    )


def _state(place: str, entry: ThingEntry, domain: Domain) -> str:
    """The state in words; a thermostat's number is the temperature it measures, and no state of its own."""
    if entry.state is None or _measures(entry):
        return domain.states[0] if domain.states else "unknown"
    state = entry.state if isinstance(entry.state, str) else _number(place, entry.state)
    if domain.states:
        _among(place, "state", state, domain.states)
    return state


def _measures(entry: ThingEntry) -> bool:
    return entry.domain == "climate" and isinstance(entry.state, float | int)


def _number(place: str, value: float) -> str:
    if not math.isfinite(value):
        raise SettingsError(f"{place}: state: expected a number or a word, got {value}")
    return str(int(value)) if value == int(value) else str(value)


def _attributes(place: str, entry: ThingEntry, domain: Domain) -> Mapping[str, object]:
    given = dict(entry.attributes)
    if _measures(entry):
        given["current_temperature"] = entry.state
    if entry.items:
        given["items"] = dict.fromkeys(entry.items, todo.OPEN)
    for name, value in (("device_class", entry.kind), ("unit_of_measurement", entry.unit)):
        if value is not None:
            given[name] = value
    return attributes.plain(build(domain.attributes, [Layer(f"{place}: attributes", given)]))


def _step(place: str, routine: Thing, step: StepEntry, things: Sequence[Thing]) -> Action:
    if routine.domain not in ("scene", "script"):
        raise SettingsError(f"{place}: actions: only scenes and scripts have them")
    named = [thing for thing in things if thing.name == step.thing and thing.domain not in ("scene", "script")]
    if len(named) != 1:
        raise SettingsError(f"{place}: actions: expected the name of one thing of this file, got {step.thing!r}")
    action = Action(step.service, named[0].entity_id, step.data)
    try:
        check(named[0], action)
    except HomeError as error:
        raise SettingsError(f"{place}: actions: {step.service}: {error}") from None
    return action


def _among(place: str, key: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        expected = f"one of {', '.join(sorted(known))}" if known else "none here"
        raise SettingsError(f"{place}: {key}: expected {expected}, got {value!r}")
