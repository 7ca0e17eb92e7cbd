"""What people will probably say to a home, in plain sentences: after what was just done, and at any time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hub.home.home import Action, Area, Thing
from hub.timers.actions import DOMAIN as TIMERS

Domains = Mapping[str, tuple[str, ...]]

_SWITCHED = ("turn on the {}", "turn off the {}")
COMMANDS: Mapping[str, Domains] = {
    "en": {
        "light": _SWITCHED,
        "switch": _SWITCHED,
        "fan": _SWITCHED,
        "cover": ("open the {}", "close the {}"),
        "lock": ("lock the {}", "unlock the {}"),
    }
}
"""By language and domain: what is said of a thing by its name."""

AREA_COMMANDS: Mapping[str, tuple[str, ...]] = {"en": ("turn on the lights in the {}", "turn off the lights in the {}")}
TIMER_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "en": tuple(
        f"set a timer for {minutes} minutes"
        for minutes in ("two", "three", "five", "ten", "fifteen", "twenty", "thirty", "forty five")
    )
}
TIMER_QUESTION: Mapping[str, str] = {"en": "how much time is left"}

UNDO: Mapping[str, Mapping[str, str]] = {
    "en": {
        "turn_on": "turn off the {}",
        "turn_off": "turn on the {}",
        "open_cover": "close the {}",
        "close_cover": "open the {}",
        "lock": "unlock the {}",
        "unlock": "lock the {}",
    }
}
"""By language and service: what is said to have it undone."""


def anytime(areas: Iterable[Area], things: Iterable[Thing], language: str) -> Iterator[str]:
    """The commands that a home hears most, thing by thing."""
    commands = COMMANDS.get(language, {})
    for thing in things:
        yield from (command.format(thing.name) for command in commands.get(thing.domain, ()))
    for area in areas:
        yield from (command.format(area.name) for command in AREA_COMMANDS.get(language, ()))
    yield from TIMER_COMMANDS.get(language, ())


def after(action: Action, things: Iterable[Thing], language: str) -> Iterator[str]:
    """What is said next to a home in which this was done: to undo it, or how long it takes."""
    domain, _, service = action.service.partition(".")
    if domain == TIMERS and service == "start" and language in TIMER_QUESTION:
        yield TIMER_QUESTION[language]
    command = UNDO.get(language, {}).get(service)
    name = next((thing.name for thing in things if thing.entity_id == action.entity_id), None)
    if command is not None and name is not None:
        yield command.format(name)
