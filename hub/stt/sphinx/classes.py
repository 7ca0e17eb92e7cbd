"""The words of a home that a language model treats as classes: names of things by domain, floors, areas, numbers.

Rules: a class is named in braces (`{light}`, `{area}`, `{number}`) and gives each of its members a weight. A member
is one token in lower case, its words joined by `_`, so that a name is heard as a whole or not at all. Numbers are
written in digits and spoken in words (pronunciation.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from hub.home.home import Area, Floor, Home, Thing

Classes = Mapping[str, Mapping[str, float]]

FLOOR, AREA, NUMBER, TIME, TEMPERATURE, KELVIN = "{floor}", "{area}", "{number}", "{time}", "{temperature}", "{kelvin}"

USUAL_NUMBER = 10.0  # how much likelier than others are numbers up to ten and multiples of five
ADDED_FLOOR = 0.1  # how much less likely than its name alone is a floor's that "floor" is added to ("attic floor")
HALVES = range(5, 31)  # temperatures that thermostats set in half degrees


def home_classes(home: Home) -> Classes:
    """Every class of this home, by name; one that nothing belongs to is missing."""
    numbers = {str(number): _usual(number) for number in range(101)}
    classes: dict[str, Mapping[str, float]] = {
        FLOOR: _floors(home.floors),
        AREA: _members(home.areas),
        NUMBER: numbers,
        TIME: {str(number): _usual(number) for number in (*range(2, 61), 90)},
        TEMPERATURE: numbers | {f"{number}.5": 1.0 for number in HALVES},
        KELVIN: {str(kelvin): 1.0 for kelvin in range(1000, 10_001, 100)},
    }
    for domain in {thing.domain for thing in home.things}:
        classes[domain_class(domain)] = _members([thing for thing in home.things if thing.domain == domain])
    return {name: members for name, members in classes.items() if members}


def names(home: Home) -> tuple[object, ...]:
    """All of a home that its sentences depend on: where this is the same, they are."""
    things = ((thing.name, thing.aliases, thing.domain, thing.attributes.get("device_class")) for thing in home.things)
    return (*home.floors, *home.areas, *things)


def domain_class(domain: str) -> str:
    """The class of the names of all things of one domain."""
    return f"{{{domain}}}"


def token(name: str) -> str:
    """The one token that stands for a name: "Mum's Bed-Light" is `mum's_bed_light`; "" where nothing can be spoken."""
    plain = unicodedata.normalize("NFKD", name.replace("’", "'")).encode("ascii", "ignore").decode().lower()
    return "_".join(re.findall(r"[a-z0-9][a-z0-9']*", plain))


def _members(named: Sequence[Floor] | Sequence[Area] | Sequence[Thing]) -> dict[str, float]:
    names: Iterable[str] = (token(name) for one in named for name in (one.name, *one.aliases))
    return dict.fromkeys(filter(None, names), 1.0)


def _floors(floors: Sequence[Floor]) -> dict[str, float]:
    names = _members(floors)
    longer = (f"{name}_floor" for name in names if not name.endswith("floor"))
    return {**dict.fromkeys(longer, ADDED_FLOOR), **names}


def _usual(number: int) -> float:
    return USUAL_NUMBER if number <= 10 or number % 5 == 0 else 1.0
