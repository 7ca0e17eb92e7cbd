"""Which things a sentence is about. Pure: from what was understood and the home as it stands to things, or a Refusal.

Rules: name, domain and class choose among all things, then area and floor. Of several things with the same name the
one in the satellite's area is meant, else the one on its floor. What was found must then be able to do it and, where it
matters, stand so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.home.home import Area, Floor, Place, Thing, called
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
    floors: Sequence[Floor] = ()

    def near(self) -> frozenset[str]:
        """The areas on the floor where it was said; none where that is not known."""
        floor = next((one.floor for one in self.areas if one.name == self.area), None)
        return frozenset() if floor is None else self.on(floor)

    def on(self, floor: str) -> frozenset[str]:
        """The areas on a floor, by their names."""
        return frozenset(one.name for one in self.areas if one.floor == floor)


def targets(match: Match, context: Context, domain: str | None = None) -> tuple[Thing, ...]:
    """The things meant, at least one; `domain` is that of the intent, where it is always the same."""
    domain = match.text("domain") or domain
    area, floor = _called("area", context.areas, match), _called("floor", context.floors, match)
    places = [place for place in (area, floor) if place is not None]
    fitting = [thing for thing in context.things if _fits(thing, match, domain, places)]
    inside = [frozenset({area.name})] if area else []
    inside += [context.on(floor.name)] if floor else []
    found = [thing for thing in fitting if all(thing.area in areas for areas in inside)]
    if not found:
        raise _missing(match, domain, places[0] if fitting and places else None)
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


def _called(slot: str, places: Iterable[Place], match: Match) -> Place | None:
    wanted = match.text(slot)
    if wanted is None:
        return None
    place = called(wanted, places)
    if place is None:
        raise Refusal(f"no_{slot}", **{slot: wanted})
    return place


def _fits(thing: Thing, match: Match, domain: str | None, places: Iterable[Area | Floor]) -> bool:
    name, kind = match.text("name"), match.text("device_class")
    return (
        (domain is None or thing.domain == domain)
        and (kind is None or thing.attributes.get("device_class") == kind)
        and (name is None or any(named(thing, one) for one in (name, *(f"{place.name} {name}" for place in places))))
    )


def _the_one_called_so(match: Match, found: Sequence[Thing], context: Context) -> Sequence[Thing]:
    here = [thing for thing in found if thing.area == context.area]
    near = here or [thing for thing in found if thing.area in context.near()]
    if len(found) > 1 and len(near) != 1:
        raise Refusal("duplicate_entities", entity=str(match.slots["name"]))
    return found if len(found) == 1 else near


def _missing(match: Match, domain: str | None, place: Area | Floor | None) -> Refusal:
    """Says what there is none of, as closely as it was asked for; with a place where there is one elsewhere."""
    name, kind = match.said.get("name", match.text("name")), match.text("device_class")
    slot = "area" if isinstance(place, Area) else "floor"
    where, values = ("", {}) if place is None else (f"_in_{slot}", {slot: place.name})
    if name is not None:
        return Refusal(f"no_entity{where}", entity=name, **values)
    if kind is not None:
        return Refusal(f"no_device_class{where}", device_class=kind, **values)
    return Refusal(f"no_domain{where}", domain=domain or "device", **values)
