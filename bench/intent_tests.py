"""The test sentences of a checkout of OHF-Voice/intents, each with the home it is said in and what it should mean.

Rules, after the checkout's own tests/test_slot_combinations.py: every file describes a home of its own. The satellite
stands in the area that the file marks, else in one of its own (HERE). Where a sentence is about the satellite's area,
or about a domain that it only implies, intents.yaml says so. The homes' things can do all that things can.

The sentences are CC BY 4.0 (Home Assistant contributors): they are read here, and never kept in this project.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.home.home import Area, Floor, Thing
from hub.home.homefile import HomePlan
from hub.llm.match import Match
from hub.timers.timer import Now, Timer

HERE = "Hallway"  # an area that no test speaks of
STARTED = Now(0, 0)  # when the tests' timers had left what they say
ABILITIES = frozenset({"brightness", "color", "color_temp", "position", "percentage"})

Slot = str | int | float | bool | list[str]
T = TypeVar("T")


class TestsError(Exception):
    """A checkout cannot be read; says which file, and why."""

    __test__ = False  # for pytest, which would take it for a test


class Storey(msgspec.Struct, frozen=True):
    """A floor of a test file."""

    name: str


class Place(msgspec.Struct, frozen=True):
    """An area of a test file; its floor need not be among the file's."""

    name: str
    floor: str | None = None
    context_area: bool = False


class Entity(msgspec.Struct, frozen=True):
    """A thing of a test file."""

    name: str
    domain: str
    state: str | int | float | None = None
    state_with_unit: str | None = None
    area: str | None = None
    attributes: dict[str, object] = {}
    is_exposed: bool = True


class Going(msgspec.Struct, frozen=True):
    """A timer of a test file."""

    name: str = ""
    area: str | None = None
    start_hours: int = 0
    start_minutes: int = 0
    start_seconds: int = 0
    total_seconds_left: int = 0


class Group(msgspec.Struct, frozen=True):
    """Sentences that mean the same."""

    sentences: list[str]
    response: str
    slots: dict[str, Slot] = {}
    timers: list[Going] = []


class TestFile(msgspec.Struct, frozen=True):
    """A file of tests/LANGUAGE/INTENT, named for its combination of slots."""

    __test__ = False

    tests: list[Group]
    floors: list[Storey] = []
    areas: list[Place] = []
    entities: list[Entity] = []
    timers: list[Going] = []


class Combination(msgspec.Struct, frozen=True):
    """What intents.yaml tells of a combination of slots."""

    context_area: bool = False
    inferred_domains: dict[str, list[str]] = {}


class Schema(msgspec.Struct, frozen=True):
    """An intent of intents.yaml."""

    slot_combinations: dict[str, Combination]


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence, said in `area` of `home`; a slot that may have several values has a list of them."""

    intent: str
    combination: str
    sentence: str
    slots: Mapping[str, Slot]
    reply: str
    home: HomePlan
    area: str
    timers: tuple[Timer, ...] = ()

    def expects(self, heard: Match) -> bool:
        """Whether intent and slots are those that the test expects, and no others."""
        slots = dict(heard.slots)
        if "name" in slots and "domain" not in self.slots:
            slots.pop("domain", None)  # recognition tells it of whatever is named
        same = heard.intent == self.intent and slots.keys() == self.slots.keys()
        return same and all(_fits(slots[name], wanted) for name, wanted in self.slots.items())


def read_cases(checkout: Path, language: str) -> list[Case]:
    """All test sentences of a language; raises TestsError."""
    schemas = _read(checkout / "intents.yaml", dict[str, Schema])
    files = sorted((checkout / "tests" / language).glob("*/*.yaml"))
    if not files:
        raise TestsError(f"no tests/{language}/INTENT/*.yaml in {checkout}; name a checkout of OHF-Voice/intents")
    return [case for path in files for case in _cases(path, schemas)]


def _fits(heard: object, wanted: Slot) -> bool:
    return heard in wanted if isinstance(wanted, list) else heard == wanted


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError) as error:
        raise TestsError(f"{path}: {error}") from error


def _cases(path: Path, schemas: Mapping[str, Schema]) -> Iterator[Case]:
    intent, combination, tests = path.parent.name, path.stem, _read(path, TestFile)
    if intent not in schemas or combination not in schemas[intent].slot_combinations:
        raise TestsError(f"{path}: intents.yaml has no {intent}, {combination}")
    schema, home = schemas[intent].slot_combinations[combination], _home(tests)
    area = next((place.name for place in tests.areas if place.context_area), HERE)
    for group in tests.tests:
        slots, timers = _slots(group, schema, area), tuple(map(_timer, group.timers or tests.timers))
        for sentence in group.sentences:
            yield Case(intent, combination, sentence, slots, " ".join(group.response.split()), home, area, timers)


def _slots(group: Group, schema: Combination, area: str) -> dict[str, Slot]:
    """What should be heard: what the test tells, and what it leaves to intents.yaml."""
    domains = [domain for some in schema.inferred_domains.values() for domain in some]
    implied: dict[str, Slot] = {"domain": domains} if domains else {}
    return {**implied, **({"area": area} if schema.context_area else {}), **group.slots}


def _home(tests: TestFile) -> HomePlan:
    areas = {place.name: Area(place.name, floor=place.floor) for place in (Place(HERE), *tests.areas)}
    floors = dict.fromkeys((*(one.name for one in tests.floors), *(one.floor for one in areas.values())))
    things = tuple(_thing(entity) for entity in tests.entities if entity.is_exposed)
    return HomePlan(tuple(areas.values()), things, {}, tuple(Floor(name) for name in floors if name))


def _thing(entity: Entity) -> Thing:
    state = entity.state_with_unit if entity.state is None else str(entity.state)
    return Thing(
        f"{entity.domain}.{entity.name}",
        entity.name,
        entity.domain,
        state or "off",
        entity.area,
        attributes=entity.attributes,
        supports=ABILITIES,
    )


def _timer(going: Going) -> Timer:
    length_s = going.start_hours * 3600 + going.start_minutes * 60 + going.start_seconds
    return Timer(going.name, "another", going.area, going.name, length_s, going.total_seconds_left, STARTED)
