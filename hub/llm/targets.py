"""Which things a sentence is about. Pure: from what was understood and the home as it stands to things, or a Refusal.

Rules: name, domain and class choose among all things, then the area. Of several things with the same name the one in
the satellite's area is meant. What was found must then be able to do it and, where it matters, stand so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.home.home import Area, Thing
from hub.llm.match import Match, Refusal
from hub.timers.timer import Timers


@dataclass(frozen=True, slots=True)
class Context:
    """The home at the moment of the sentence; `area` is where it was said, if that is known.

    `timers` are the hub's, None where it keeps none. `controls` says whether the satellite can be asked to do
    something itself, `reply` is what it said last.
    """

    areas: Sequence[Area]
    things: Sequence[Thing]
    now: datetime
    area: str | None = None
    timers: Timers | None = None
    controls: bool = True
    reply: str = ""


def targets(match: Match, context: Context, domain: str | None = None) -> tuple[Thing, ...]:
    """The things meant, at least one; `domain` is that of the intent, where it is always the same."""
    domain = match.text("domain") or domain
    area = _area(match, context)
    fitting = [thing for thing in context.things if _fits(thing, match, domain, area)]
    found = [thing for thing in fitting if area is None or thing.area == area.name]
    if not found:
        raise _missing(match, domain, area if fitting else None)
    return tuple(_the_one_called_so(match, found, context) if "name" in match.slots else found)


def the_only(things: Sequence[Thing]) -> Thing:
    """The one thing meant, for what can be asked of one alone."""
    if len(things) > 1:
        raise Refusal("duplicate_targets")
    return things[0]


def supporting(things: Iterable[Thing], features: Iterable[str]) -> tuple[Thing, ...]:
    """Those that can do it: a lamp without colour in a room of coloured ones is passed over."""
    able = tuple(thing for thing in things if thing.supports.issuperset(features))
    if not able:
        raise Refusal("feature_not_supported")
    return able


def standing(things: Iterable[Thing], state: str) -> tuple[Thing, ...]:
    """Those in a state without which there is nothing to do."""
    ready = tuple(thing for thing in things if thing.state == state)
    if not ready:
        raise Refusal("entity_wrong_state", state=state)
    return ready


def named(thing: Thing, name: str) -> bool:
    """Whether people call the thing so."""
    return name.casefold() in (called.casefold() for called in (thing.name, *thing.aliases))


def _area(match: Match, context: Context) -> Area | None:
    wanted = match.text("area")
    if wanted is None:
        return None
    for area in context.areas:
        if wanted.casefold() in (name.casefold() for name in (area.name, *area.aliases)):
            return area
    raise Refusal("no_area", area=wanted)


def _fits(thing: Thing, match: Match, domain: str | None, area: Area | None) -> bool:
    name, kind = match.text("name"), match.text("device_class")
    return (
        (domain is None or thing.domain == domain)
        and (kind is None or thing.attributes.get("device_class") == kind)
        and (name is None or named(thing, name) or (area is not None and named(thing, f"{area.name} {name}")))
    )


def _the_one_called_so(match: Match, found: Sequence[Thing], context: Context) -> Sequence[Thing]:
    near = [thing for thing in found if thing.area == context.area]
    if len(found) > 1 and len(near) != 1:
        raise Refusal("duplicate_entities", entity=str(match.slots["name"]))
    return found if len(found) == 1 else near


def _missing(match: Match, domain: str | None, area: Area | None) -> Refusal:
    """Says what there is none of, as closely as it was asked for; with an area where there is one elsewhere."""
    name, kind = match.said.get("name", match.text("name")), match.text("device_class")
    where, values = ("", {}) if area is None else ("_in_area", {"area": area.name})
    if name is not None:
        return Refusal(f"no_entity{where}", entity=name, **values)
    if kind is not None:
        return Refusal(f"no_device_class{where}", device_class=kind, **values)
    return Refusal(f"no_domain{where}", domain=domain or "device", **values)
