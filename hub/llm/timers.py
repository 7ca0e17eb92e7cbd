"""What is done for the intents about timers: which one is meant, and what the reply tells of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from hub.home.home import Action
from hub.llm.match import Match, Refusal
from hub.llm.plan import Plan
from hub.llm.targets import Context
from hub.timers import actions
from hub.timers.finding import Wanted, fitting, nearest, the_one
from hub.timers.timer import State, Timer, Timers

_UNITS = {"hours": 3600, "minutes": 60, "seconds": 1}
_ROUNDED = ((3600, 300), (600, 60), (60, 5))
"""From so many seconds on, what is left is told in steps of so many."""


def start(match: Match, context: Context) -> Plan:
    """Starts a timer where it was asked for; what else shall happen at its end cannot be done yet."""
    here = _timers(context).here
    if here is None:
        raise Refusal("no_timer_support")
    if "conversation_command" in match.slots:
        raise Refusal("feature_not_supported")
    return Plan(timers=(actions.start(here, context.area, (match.text("name") or "").strip(), _length_s(match)),))


def cancel(match: Match, context: Context) -> Plan:
    """Cancels one timer."""
    return Plan(timers=(actions.cancel(_meant(match, context, State.RUNS, State.PAUSED)),))


def cancel_all(match: Match, context: Context) -> Plan:
    """Cancels every timer of the home, or of an area."""
    found = _found(match, context)
    return Plan(timers=tuple(map(actions.cancel, found)), slots={"canceled": len(found)})


def pause(match: Match, context: Context) -> Plan:
    """Stops one that runs, until it is resumed."""
    return Plan(timers=(actions.pause(_meant(match, context, State.RUNS)),))


def resume(match: Match, context: Context) -> Plan:
    """Lets one that is paused run on."""
    return Plan(timers=(actions.resume(_meant(match, context, State.PAUSED)),))


def increase(match: Match, context: Context) -> Plan:
    """Adds time to one."""
    return Plan(timers=(_add(match, context, 1),))


def decrease(match: Match, context: Context) -> Plan:
    """Takes time off one; it rings at once where none is left."""
    return Plan(timers=(_add(match, context, -1),))


def status(match: Match, context: Context) -> Plan:
    """Tells what is left of those meant: the satellite's own, those of its area, or all."""
    timers = _timers(context)
    near = nearest(_found(match, context), timers.here, _names(context.area, context))
    return Plan(slots={"timers": [_told(timer, timers) for timer in near]})


def _timers(context: Context) -> Timers:
    if context.timers is None:
        raise Refusal("no_timer_support")
    return context.timers


def _add(match: Match, context: Context, sign: int) -> Action:
    return actions.add(_meant(match, context, State.RUNS, State.PAUSED), sign * _length_s(match))


def _found(match: Match, context: Context) -> list[Timer]:
    area = match.text("area")
    started_for = _length_s(match, "start_") if any(f"start_{unit}" in match.slots for unit in _UNITS) else None
    return fitting(_timers(context).going, Wanted(match.text("name"), started_for, _names(area, context)))


def _meant(match: Match, context: Context, *states: State) -> Timer:
    found = [timer for timer in _found(match, context) if timer.state in states]
    if not found:
        raise Refusal("timer_not_found")
    timer = the_one(found, _timers(context), _names(context.area, context))
    if timer is None:
        raise Refusal("multiple_timers_matched")
    return timer


def _names(area: str | None, context: Context) -> frozenset[str]:
    """All names of an area; none for none."""
    if area is None:
        return frozenset()
    known = [{one.name, *one.aliases} for one in context.areas]
    same = [names for names in known if area.casefold() in (name.casefold() for name in names)]
    return frozenset({area}.union(*same))


def _length_s(match: Match, prefix: str = "") -> int:
    return round(sum(match.number(prefix + unit) * s for unit, s in _UNITS.items() if prefix + unit in match.slots))


def _told(timer: Timer, timers: Timers) -> Mapping[str, object]:
    """A timer as the reply's template knows it, by Home Assistant's names."""
    left_s = max(1, round(timer.left(timers.now)))
    step = next((step for above, step in _ROUNDED if left_s >= above), 1)
    return {
        "name": timer.name,
        "area": timer.area or "",
        "is_active": timer.state is State.RUNS,
        "total_seconds_left": timer.left(timers.now),
        **_split("rounded_{}_left", round(left_s / step) * step),
        **_split("start_{}", timer.length_s),
    }


def _split(name: str, seconds: int) -> dict[str, int]:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = zip(_UNITS, (hours, minutes, seconds), strict=True)
    return {name.format(unit): part for unit, part in parts}
