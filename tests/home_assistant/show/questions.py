"""What is asked in the show, and what is expected of it: the reply, and how things then stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.llm.intents import NOT_ALLOWED

KITCHEN_LIGHT, BEDROOM_LIGHT = "light.kitchen_light", "light.bedroom_light"
BLINDS, DOOR, THERMOMETER = "cover.bedroom_blinds", "lock.front_door", "sensor.bedroom_temperature"
AREAS = {"kitchen": (KITCHEN_LIGHT,), "bedroom": (BEDROOM_LIGHT, BLINDS, THERMOMETER)}
"""Where things are; the satellite is in the kitchen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence; `reply` is a regular expression for its reply, `becomes` tells how things stand that it changes.

    `wake` is whether the wake word comes before it: an answer to what the satellite asks goes without.
    """

    text: str
    reply: str
    becomes: Mapping[str, str] = field(default_factory=dict)
    wake: bool = True


_FIRST = (
    Asked("set the bedroom light to fifty percent", "Brightness set", {BEDROOM_LIGHT: "on, 50 %"}),
    Asked("turn on the lights", "Turned on the lights", {KITCHEN_LIGHT: "on"}),  # those of the satellite's room
    Asked("turn off the kitchen light", "Turned off the light", {KITCHEN_LIGHT: "off"}),
    Asked("turn off the lights in the bedroom", "Turned off the lights", {BEDROOM_LIGHT: "off"}),
    Asked("close the bedroom blinds", "Closing", {BLINDS: "closed"}),
)
_LAST = (
    Asked("what is the temperature in the bedroom", "19.5 degrees"),
    Asked("what time is it", r"\d+:\d\d [AP]M"),
    Asked("who won the football match", "Sorry, I couldn't understand that"),
)
UNLOCK, TIMER = "unlock the front door", "set a timer for two minutes"

HUB_LED = (
    *_FIRST,
    Asked(UNLOCK, "Shall I unlock the Front Door?"),
    Asked("yes", "Unlocking", {DOOR: "unlocked"}, wake=False),
    *_LAST,
    Asked(TIMER, "Timer set for 2 minutes"),
)
"""A satellite that the hub leads: it asks back before it lets anybody in, and has timers."""

IN_PIPELINE = (
    *_FIRST,
    Asked(UNLOCK, NOT_ALLOWED),
    *_LAST,
    Asked(TIMER, "Sorry, timers are not supported on this device"),
)
"""Through Home Assistant the hub gets text of nobody it knows: no lock is opened, and there is no timer."""
