"""What is done for the intents about temperatures: which thermostat or thermometer is meant."""

from __future__ import annotations

from hub.home.home import Thing
from hub.llm.match import Match, Refusal
from hub.llm.plan import Plan, asked, for_each
from hub.llm.targets import Context, targets, the_only


def _thermostat(match: Match, context: Context) -> Thing:
    """The thermostat meant: where nobody named a place and the satellite's area has none, its floor's or the home's."""
    try:
        return the_only(targets(match, context, "climate"))
    except Refusal:
        every = [thing for thing in context.things if thing.domain == "climate"]
        met = [thing for thing in every if thing.area in context.near()] or every
        if len(met) != 1 or {"name", "floor"} & match.slots.keys() or "area" in match.said:
            raise
        return met[0]


def set_temperature(match: Match, context: Context) -> Plan:
    """Sets what a thermostat shall reach."""
    return for_each(
        [_thermostat(match, context)], "climate.set_temperature", {"temperature": match.number("temperature")}
    )


def temperature(match: Match, context: Context) -> Plan:
    """Tells the temperature of a thermostat, or of an area: there a thermometer comes first."""
    if "area" in match.slots and "name" not in match.slots:
        measured = Match(match.intent, match.response, {**match.slots, "device_class": "temperature"}, match.said)
        try:
            return asked(the_only(targets(measured, context, "sensor")))
        except Refusal:
            pass
    return asked(_thermostat(match, context))
