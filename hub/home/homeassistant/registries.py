"""Home Assistant's registries as areas, floors and what the hub is told of each exposed entity. Pure.

Rules: an entity is known where it is exposed to the conversation assistant, and nowhere else. Its area is its own, else
its device's. What is of a wrong type or longer than any name is left out and counted, by kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from hub.home.home import Area, Floor
from hub.home.homeassistant.words import LONGEST_NAME, one_line
from hub.home.homefile import MOST_THINGS

MOST_AREAS = 500  # of areas and of floors: more rooms than any home that is spoken to
MOST_ALIASES = 20  # of one area or entity
ASSISTANT = "conversation"  # under which Home Assistant keeps what is exposed to its voice assistants
WYOMING = "wyoming"  # what identifies devices of that integration; its only devices are satellites
LONGEST_ID = 255  # characters; Home Assistant's own limit

_ENTITY_ID = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the registries add to an entity's state."""

    aliases: tuple[str, ...] = ()
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What Home Assistant answered, unchecked: four lists, and entities by their id."""

    areas: object = ()
    floors: object = ()
    devices: object = ()
    entities: object = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registries:
    """A home but for its states; `entries` are by entity id, in the order of what is exposed.

    `devices` are the areas of those devices that have one, by device id; `satellites` are the device ids of Wyoming
    satellites, each by the name that it has itself.
    """

    areas: tuple[Area, ...] = ()
    floors: tuple[Floor, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    devices: Mapping[str, str] = field(default_factory=dict)
    satellites: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)


class _Area(msgspec.Struct):
    area_id: str
    name: str
    aliases: list[object] = []
    floor_id: str | None = None


class _Floor(msgspec.Struct):
    floor_id: str
    name: str
    aliases: list[object] = []


class _Device(msgspec.Struct):
    id: str
    area_id: str | None = None
    name: object = None  # its own, whatever its owner calls it in Home Assistant
    identifiers: object = ()
    disabled_by: object = None


class _Entity(msgspec.Struct):
    aliases: list[object] = []
    area_id: str | None = None
    device_id: str | None = None


class _Exposed(msgspec.Struct):
    exposed_entities: dict[str, dict[str, object]]


R = TypeVar("R", bound=msgspec.Struct)


def exposed(answer: object) -> tuple[str, ...]:
    """The ids of the entities that voice may know of, at most MOST_THINGS; none where the answer is malformed."""
    try:
        listed = msgspec.convert(answer, _Exposed).exposed_entities
    except msgspec.ValidationError:
        return ()
    ids = (one for one, assistants in listed.items() if assistants.get(ASSISTANT) is True and _is_id(one))
    return tuple(sorted(ids))[:MOST_THINGS]


def read(answers: Answers, entity_ids: Iterable[str]) -> Registries:
    """The registries of a home of which these entities are exposed."""
    left_out: Counter[str] = Counter()
    areas = _named(_Area, answers.areas, "areas", left_out)
    floors = _named(_Floor, answers.floors, "floors", left_out)
    names = {area.area_id: area.name for area in areas}
    storeys = {floor.floor_id: floor.name for floor in floors}
    listed = _all(_Device, answers.devices, "devices", left_out)
    devices = {one.id: one.area_id for one in listed}
    entities = answers.entities if isinstance(answers.entities, Mapping) else {}
    return Registries(
        tuple(Area(area.name, _names(area.aliases), storeys.get(area.floor_id or "")) for area in areas),
        tuple(Floor(floor.name, _names(floor.aliases)) for floor in floors),
        {one: _entry(entities.get(one), devices, names, left_out) for one in entity_ids},
        {device: names[area] for device, area in devices.items() if area in names},
        _satellites(listed),
        dict(left_out),
    )


def _entry(raw: object, devices: Mapping[str, str | None], areas: Mapping[str, str], left_out: Counter[str]) -> Entry:
    """An entity's entry; without an alias or area where the registry has none that can be read."""
    if raw is None:  # it is set up in YAML without an id of its own
        return Entry()
    try:
        entity = msgspec.convert(raw, _Entity)
    except msgspec.ValidationError:
        left_out["entries"] += 1
        return Entry()
    area_id = entity.area_id or devices.get(entity.device_id or "")
    return Entry(_names(entity.aliases), areas.get(area_id or ""))


def _satellites(devices: Iterable[_Device]) -> dict[str, str]:
    """The ids of Wyoming's devices by name. Two of one name are not known by it: which is which, nothing tells."""
    ids: dict[str, list[str]] = {}
    for one in devices:
        if one.disabled_by is None and _is_wyoming(one.identifiers) and isinstance(one.name, str):
            ids.setdefault(one.name, []).append(one.id)
    return {name: found[0] for name, found in ids.items() if len(found) == 1 and len(name) <= LONGEST_NAME}


def _is_wyoming(identifiers: object) -> bool:
    pairs = identifiers if isinstance(identifiers, list | tuple) else ()
    return any(isinstance(pair, list) and pair[:1] == [WYOMING] for pair in pairs)


def _named(kind: type[R], raw: object, what: str, left_out: Counter[str]) -> list[R]:
    """Those with a name that can be said, the first MOST_AREAS of them."""
    found: list[R] = []
    for one in _all(kind, raw, what, left_out):
        name = one_line(getattr(one, "name"), LONGEST_NAME)  # noqa: B009 (both kinds have one)
        if name is None or len(found) == MOST_AREAS:
            left_out[what] += 1
        else:
            found.append(msgspec.structs.replace(one, name=name))
    return found


def _all(kind: type[R], raw: object, what: str, left_out: Counter[str]) -> list[R]:
    found: list[R] = []
    for one in raw if isinstance(raw, list | tuple) else (raw,):
        try:
            found.append(msgspec.convert(one, kind))
        except msgspec.ValidationError:
            left_out[what] += 1
    return found


def _names(raw: Iterable[object]) -> tuple[str, ...]:
    """Other names; None among an entity's stands for its own, which is known from its state."""
    names = (one_line(one, LONGEST_NAME) for one in raw)
    return tuple(dict.fromkeys(name for name in names if name is not None))[:MOST_ALIASES]


def _is_id(entity_id: str) -> bool:
    return len(entity_id) <= LONGEST_ID and _ENTITY_ID.fullmatch(entity_id) is not None
